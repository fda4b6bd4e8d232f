import { Latency } from './latency.js'
import type { NodeHealth, NodeQueries, NodeState, NodeTip } from './node.js'

/** A node that was caught in something that cannot be true is asked nothing for so long. */
const DISTRUST_MS = 300_000

/** One node of several, and all that is known of it. What follows from that is for others to decide. */
export class FleetMember {
  readonly latency = new Latency()
  /** As it told last. */
  tip: NodeTip | null = null
  /** The highest that it ever told since the chain began anew. */
  highest = 0
  /** When its tip was first told, and then when it changed: a node that stands still has stopped. Clock time. */
  movedAt = 0
  /** Its last answer was none. */
  isDown = false
  /** Until it is seen that it does not: without --txindex a node drops full blocks. */
  canReadBlocks = true
  isOfOtherNetwork = false
  isDisputed = false
  /** Null: never asked. */
  private answeredOnce = false
  private distrustedUntil = 0

  constructor(
    readonly url: string,
    readonly node: NodeQueries,
  ) {}

  answered(): void {
    this.isDown = false
    this.isOfOtherNetwork = false
    this.answeredOnce = true
  }

  told(tip: NodeTip, now: number): void {
    if (this.tip?.hash !== tip.hash) this.movedAt = now
    this.tip = tip
    this.highest = Math.max(this.highest, tip.height)
  }

  /** Its tip is below one that it told before: its chain began anew, or it lies. */
  get hasFallen(): boolean {
    return this.tip !== null && this.tip.height < this.highest
  }

  /** What it told before was of another chain. */
  beginAnew(): void {
    this.highest = this.tip?.height ?? 0
  }

  distrust(now: number): void {
    this.distrustedUntil = now + DISTRUST_MS
  }

  isDistrusted(now: number): boolean {
    return now < this.distrustedUntil
  }

  /** What it says may be told to people, if it is not behind. */
  isUsable(now: number): boolean {
    return !this.isOfOtherNetwork && !this.isDisputed && !this.isDistrusted(now)
  }

  health(now: number, isBehind: boolean): NodeHealth {
    const { url, tip, latency } = this
    return { url, state: this.state(now, isBehind), height: tip?.height ?? null, latencyMs: latency.ms }
  }

  private state(now: number, isBehind: boolean): NodeState {
    if (this.isOfOtherNetwork) return 'other-network'
    if (this.isDown) return 'down'
    if (this.isDistrusted(now)) return 'false'
    if (this.isDisputed) return 'disputed'
    if (!this.answeredOnce) return 'unknown'
    if (isBehind) return 'behind'
    return this.canReadBlocks ? 'ready' : 'no-blocks'
  }
}
