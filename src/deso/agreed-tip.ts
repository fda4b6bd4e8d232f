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

interface Told {
  member: FleetMember
  tip: NodeTip
}

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
  /** Hashes that two nodes have at the same height. */
  private readonly confirmed = new LRUCache<string, true>({ max: 1_000 })
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
    return this.settle(highestFirst(told), options)
  }

  /** Of the two best at once, and of one more at a time until the highest has company. */
  private async ask(options: FleetCallOptions): Promise<Told[]> {
    const all = this.members.candidates('view')
    const up = all.filter(({ isDown }) => !isDown)
    const candidates = up.length > 0 ? up : all
    const faults: unknown[] = []
    const told: Told[] = []
    const tell = async (member: FleetMember) => {
      try {
        told.push({ member, tip: await this.calls.tipOf(member, options) })
      } catch (error) {
        if (!isFault(error)) throw error
        faults.push(error)
      }
    }
    await Promise.all(candidates.slice(0, 2).map(tell))
    for (const member of candidates.slice(2)) {
      const standing = told.filter((each) => this.counts(each))
      const [top, second] = highestFirst(standing)
      const isEnough = second !== undefined && top?.tip.hash === second.tip.hash
      if (isEnough || options.deadline.left === 0) break
      await tell(member)
    }
    if (told.length === 0) throw faults[0] ?? new NoNodeError()
    return told
  }

  /** `told`: the highest first. */
  private async settle(told: readonly Told[], options: FleetCallOptions): Promise<NodeTip> {
    const standing = told.filter((each) => this.counts(each))
    const moving = standing.filter((each) => !this.hasStopped(each, standing))
    const [top, ...others] = moving
    if (!top) return this.beyondReach(told, options)
    if (others.length === 0) return this.alone(top, told, options)
    for (const { tip } of moving) {
      if (await this.isHeldByTwo(tip, moving, options)) return this.reach(tip)
    }
    return this.withoutTheOdd(told, options)
  }

  /** Nobody confirms it; it must at least be a block that the node has. */
  private async alone(top: Told, told: readonly Told[], options: FleetCallOptions): Promise<NodeTip> {
    const isKnown = this.confirmed.has(top.tip.hash) || (await this.hasBlock(top.member, top.tip, options))
    if (isKnown) return this.reach(top.tip)
    this.members.distrust(top.member)
    const rest = told.filter((each) => each !== top)
    if (rest.length === 0) throw new NoNodeError()
    return this.settle(rest, options)
  }

  private async isHeldByTwo(
    tip: NodeTip,
    told: readonly Told[],
    options: FleetCallOptions,
  ): Promise<boolean> {
    if (told.filter((each) => each.tip.hash === tip.hash).length > 1 || this.confirmed.has(tip.hash))
      return true
    for (const { member } of told.filter((each) => each.tip.height > tip.height)) {
      if (!(await this.hasBlock(member, tip, options))) continue
      this.confirmed.set(tip.hash, true)
      return true
    }
    return false
  }

  private async hasBlock(
    member: FleetMember,
    { height, hash }: NodeTip,
    options: FleetCallOptions,
  ): Promise<boolean> {
    try {
      const header = await this.calls.ask(member, (node, each) => node.blockHeader({ hash }, each), options)
      return header?.height === height
    } catch (error) {
      if (isFault(error)) return false
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

  /** Every node that answers is far below what was agreed on. */
  private async beyondReach(told: readonly Told[], options: FleetCallOptions): Promise<NodeTip> {
    const isNewChain = told.every(({ member }) => member.hasFallen)
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
