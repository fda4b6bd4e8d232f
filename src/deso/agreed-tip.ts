import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import {
  type FleetCallOptions,
  type FleetCalls,
  isFault,
  NodeBehindError,
  NodesDisagreeError,
  NoNodeError,
} from './fleet-calls.js'
import type { FleetMember } from './fleet-member.js'
import type { FleetMembers } from './fleet-members.js'
import type { NodeTip } from './node.js'
import { answersInTime } from './patience.js'

interface Told {
  member: FleetMember
  tip: NodeTip
}

const AT_ONCE = 3
/** A node whose tip has stood still for so long, while another's moved on, has stopped. */
const STILL_MS = 5_000
/** After so long, a tip that no node reaches any more is let go for one that is as young. */
const UNREACHED_MS = 60_000

/**
 * The committed tip of several nodes: the highest that two of them have. One that is ahead of all others is thus not
 * believed, and one that is behind holds nobody up. It never falls while the chain is the same; should but one node be left,
 * that one's tip is taken, if it is not below what was agreed on before.
 */
export class AgreedTip {
  /** Tips that are blocks of those who tell them. */
  private readonly known = new LRUCache<string, true>({ max: 1_000 })
  private reachedAt = 0

  constructor(
    private readonly members: FleetMembers,
    private readonly calls: FleetCalls,
    private readonly clock: Clock,
    /** Probes all nodes. */
    private readonly findTheOdd: () => Promise<void>,
  ) {}

  /** Throws NodeBehindError, NodesDisagreeError, or what the last node failed with. */
  async agree(options: FleetCallOptions): Promise<NodeTip> {
    const told = await this.ask(options)
    try {
      return await this.settle(highestFirst(told), options)
    } catch (error) {
      const asked = new Set(told.map(({ member }) => member))
      const isLeft = this.members.fit('view').some((member) => !asked.has(member))
      if (!(error instanceof NoNodeError) || !isLeft) throw error
      return this.agree(options)
    }
  }

  /** Of the three best at once, and of one more at a time until the highest has company. */
  private async ask(options: FleetCallOptions): Promise<Told[]> {
    const all = this.members.candidates('view')
    const up = all.filter(({ isDown }) => !isDown)
    const candidates = up.length > 0 ? up : all
    let fault: unknown = new NoNodeError()
    const tell = async (member: FleetMember): Promise<Told> => {
      try {
        return { member, tip: await this.calls.tipOf(member, options) }
      } catch (error) {
        fault = error
        throw error
      }
    }
    const answers = await answersInTime(candidates.slice(0, AT_ONCE).map(tell), { enough: 2 })
    const told = answers.filter((each) => each !== null)
    for (const member of candidates.slice(AT_ONCE)) {
      const [top, second] = highestFirst(told.filter((each) => this.counts(each)))
      const isEnough = second !== undefined && top?.tip.hash === second.tip.hash
      if (isEnough || options.deadline.left === 0) break
      const each = await tell(member).catch(() => null)
      if (each) told.push(each)
    }
    if (told.length === 0) throw fault
    return told
  }

  /** `told`: the highest first. */
  private async settle(told: readonly Told[], options: FleetCallOptions): Promise<NodeTip> {
    const standing = told.filter((each) => this.counts(each))
    const moving = standing.filter((each) => !this.hasStopped(each, standing))
    const [top, ...others] = moving
    if (!top) return this.beyondReach(told, options)
    if (others.length === 0) return this.reachIfKnown(top, told, options)
    for (const each of moving) {
      if (await this.isHeldByTwo(each, moving, options)) return this.reachIfKnown(each, told, options)
    }
    return this.withoutTheOdd(told, options)
  }

  private async isHeldByTwo(
    { tip }: Told,
    told: readonly Told[],
    options: FleetCallOptions,
  ): Promise<boolean> {
    const isSame = (each: Told) => each.tip.hash === tip.hash && each.tip.height === tip.height
    if (told.filter(isSame).length > 1) return true
    for (const { member } of told.filter((each) => each.tip.height > tip.height)) {
      if ((await this.hasBlock(member, tip, options)) === true) return true
    }
    return false
  }

  /** Who tells a tip must have that block: two may tell the same lie, and one alone has nobody to confirm it. */
  private async reachIfKnown(
    teller: Told,
    told: readonly Told[],
    options: FleetCallOptions,
  ): Promise<NodeTip> {
    const { tip, member } = teller
    const name = `${tip.height}:${tip.hash}`
    const hasIt = this.known.has(name) || (await this.hasBlock(member, tip, options))
    if (hasIt === true) {
      this.known.set(name, true)
      return this.reach(tip)
    }
    if (hasIt === false) this.members.distrust(member)
    const rest = told.filter((each) => each !== teller)
    if (rest.length === 0) throw new NoNodeError()
    return this.settle(rest, options)
  }

  /** Null: it did not answer. */
  private async hasBlock(
    member: FleetMember,
    { height, hash }: NodeTip,
    options: FleetCallOptions,
  ): Promise<boolean | null> {
    try {
      const header = await this.calls.ask(member, (node, each) => node.blockHeader({ hash }, each), options)
      return header?.height === height
    } catch (error) {
      if (isFault(error)) return null
      throw error
    }
  }

  /** Two nodes tell of different chains: most are right, if there are most. */
  private async withoutTheOdd(told: readonly Told[], options: FleetCallOptions): Promise<NodeTip> {
    await this.findTheOdd()
    const now = this.clock.now()
    const rest = told.filter(({ member }) => member.isUsable(now) && !member.isDown)
    if (rest.length === 0 || rest.length === told.length) throw new NodesDisagreeError()
    return this.settle(rest, options)
  }

  /** Every node that answers is far below what was agreed on: behind, or all of another chain than before. */
  private async beyondReach(told: readonly Told[], options: FleetCallOptions): Promise<NodeTip> {
    const isNewChain = told.length > 1 && told.every(({ member }) => member.hasFallen)
    if (!isNewChain && !(await this.isLetGo(told, options))) throw new NodeBehindError()
    for (const { member } of told) member.beginAnew()
    this.members.reached = null
    return this.settle(told, options)
  }

  private async isLetGo([best]: readonly Told[], options: FleetCallOptions): Promise<boolean> {
    const now = this.clock.now()
    if (!best || now - this.reachedAt < UNREACHED_MS) return false
    const header = await this.calls
      .ask(best.member, (node, each) => node.blockHeader({ hash: best.tip.hash }, each), options)
      .catch(() => null)
    return header !== null && now - Number(header.timestampNanos / 1_000_000n) < UNREACHED_MS
  }

  /** What was committed stays so. */
  private reach(tip: NodeTip): NodeTip {
    const { reached } = this.members
    if (reached !== null && reached.height > tip.height) return reached
    this.reachedAt = this.clock.now()
    this.members.reached = tip
    return tip
  }

  private counts({ member }: Told): boolean {
    return !this.members.isBehind(member)
  }

  private hasStopped({ member, tip }: Told, told: readonly Told[]): boolean {
    const stillFor = (other: FleetMember) => this.clock.now() - other.movedAt
    if (stillFor(member) < STILL_MS) return false
    return told.some((other) => other.tip.height > tip.height && stillFor(other.member) < STILL_MS)
  }
}

function highestFirst(told: readonly Told[]): Told[] {
  return [...told].sort((one, other) => other.tip.height - one.tip.height)
}
