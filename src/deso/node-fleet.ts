import type { Clock } from '../clock.js'
import { NodeUnavailableError } from '../errors.js'
import type { NodeAffinity } from './node.js'

/** A node that failed is asked last for so long. */
const REST_MS = 5_000
/** After a submit, the node that took it is asked first for so long, as others may not have heard of it yet. */
const STICK_MS = 10_000

interface Member {
  url: string
  restsUntil: number
}

/** Which of several nodes to ask: those listed first come first, unless they failed a moment ago. */
export class NodeFleet {
  private readonly members: readonly Member[]
  private sticky: { url: string; until: number } | null = null

  constructor(
    urls: readonly string[],
    private readonly clock: Clock,
  ) {
    if (urls.length === 0) throw new RangeError('no DeSo node')
    this.members = [...new Set(urls)].map((url) => ({ url, restsUntil: 0 }))
  }

  /** All nodes, best first; of an affinity, the one that answered first. */
  candidates(affinity?: NodeAffinity): string[] {
    if (affinity?.url !== undefined)
      return this.members.map(({ url }) => url).filter((url) => url === affinity.url)
    const now = this.clock.now()
    const rank = ({ url, restsUntil }: Member) =>
      restsUntil > now ? 2 : this.sticky?.url === url && this.sticky.until > now ? 0 : 1
    return [...this.members].sort((a, b) => rank(a) - rank(b)).map(({ url }) => url)
  }

  /** The one node that a submit goes to. */
  first(): string {
    const [url] = this.candidates()
    if (url === undefined) throw new NodeUnavailableError('No DeSo node is configured.')
    return url
  }

  failed(url: string): void {
    this.rest(url, this.clock.now() + REST_MS)
  }

  answered(url: string, affinity?: NodeAffinity): void {
    this.rest(url, 0)
    if (affinity) affinity.url ??= url
  }

  tookSubmit(url: string): void {
    this.sticky = { url, until: this.clock.now() + STICK_MS }
  }

  private rest(url: string, until: number): void {
    const member = this.members.find((candidate) => candidate.url === url)
    if (member) member.restsUntil = until
  }
}
