import type { Clock } from '../clock.js'
import { NodeUnavailableError } from '../errors.js'
import type { Cache } from '../store/cache.js'
import type { BlockRef } from './chain.js'
import type { DesoNode, NodeAffinity, NodeBlockHeader } from './node.js'

/** A committed tip, and a node that has it: another may be behind. */
export interface SeenTip {
  tip: BlockRef
  affinity: NodeAffinity
}

/** How old a tip may be that a decision goes by. */
const TIP_MS = 250

/** The committed tip as the node tells it, asked for at most once at a time, whoever waits. */
export class CommittedTip {
  /** Rises when the committed tip falls or changes: a committed block never goes, so that is another chain (a reset one). */
  generation = 0
  /** Reads a new tip's time, and more of it where more is needed anyway; the header alone unless given. */
  timeOf: ((tip: { height: number; hash: string }, affinity: NodeAffinity) => Promise<number>) | null = null
  private last: { seen: SeenTip; askedAt: number } | null = null
  private flight: Promise<SeenTip> | null = null
  private next: Promise<SeenTip> | null = null
  private named: { generation: number; name: Promise<string | null> } | null = null

  constructor(
    private readonly node: DesoNode,
    private readonly clock: Clock,
    /** By block hash, unix seconds. */
    private readonly blockTimes: Cache<number>,
  ) {}

  /** At most 250 ms old. */
  async current(): Promise<SeenTip> {
    if (this.last && this.clock.now() - this.last.askedAt < TIP_MS) return this.last.seen
    return this.flight ?? this.ask()
  }

  /** Asked of the node after the call, so that what was committed by now is below it. */
  async fresh(): Promise<SeenTip> {
    if (!this.flight) return this.ask()
    this.next ??= this.afterFlight()
    return this.next
  }

  /**
   * What other gateways may know this chain by: the hash of its first block after the genesis, as local chains of one
   * network begin alike. Null: it has none yet.
   */
  async chainName(): Promise<string | null> {
    const { generation } = this
    if (this.named?.generation === generation) return this.named.name
    const name = this.node.blockHeader({ height: 1 }).then((header) => header?.hash ?? null)
    this.named = { generation, name }
    const isKept = await name.catch(() => null)
    if (isKept === null && this.named?.name === name) this.named = null
    return name
  }

  private async afterFlight(): Promise<SeenTip> {
    await this.flight?.catch(() => undefined)
    this.next = null
    return this.ask()
  }

  private ask(): Promise<SeenTip> {
    const askedAt = this.clock.now()
    const flight = this.load()
      .then((seen) => this.keep(seen, askedAt))
      .finally(() => {
        if (this.flight === flight) this.flight = null
      })
    this.flight = flight
    return flight
  }

  private async load(): Promise<SeenTip> {
    const affinity: NodeAffinity = {}
    const { height, hash } = await this.node.committedTip({ affinity })
    const time = await this.blockTimes.wrap(hash, undefined, () => this.loadTime({ height, hash }, affinity))
    return { tip: { height, hash, time }, affinity }
  }

  private async loadTime(tip: { height: number; hash: string }, affinity: NodeAffinity): Promise<number> {
    const time = await this.timeOf?.(tip, affinity).catch(() => null)
    if (time != null) return time
    const header = await this.node.blockHeader({ hash: tip.hash }, { affinity })
    if (header?.height !== tip.height)
      throw new NodeUnavailableError('The DeSo node does not know its own tip.')
    return unixSeconds(header)
  }

  private keep(seen: SeenTip, askedAt: number): SeenTip {
    const before = this.last?.seen.tip
    const { height, hash } = seen.tip
    if (before && (height < before.height || (height === before.height && hash !== before.hash))) {
      this.generation++
    }
    this.last = { seen, askedAt }
    return seen
  }
}

/** Block times are floored to whole seconds. */
export function unixSeconds({ timestampNanos }: Pick<NodeBlockHeader, 'timestampNanos'>): number {
  return Number(timestampNanos / 1_000_000_000n)
}
