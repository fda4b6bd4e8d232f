import type { Clock } from '../clock.js'
import type { FleetMember } from './fleet-member.js'
import type { PublicKey } from './keys.js'
import { slownessOf } from './latency.js'
import type { NodeAffinity, NodeHealth, NodeTip } from './node.js'
import { Writes } from './writes.js'

/** 'view': the present, mempool included; 'blocks': full blocks and the transaction index. */
export type NodeUse = 'view' | 'blocks'

/**
 * A node's view holds two blocks that are not committed yet and its mempool, so that one whose committed tip is no lower
 * than this below the one that was agreed on shows all that is committed there.
 */
const UNCOMMITTED_BLOCKS = 2

/** All nodes, and which of them to ask what. */
export class FleetMembers {
  readonly writes: Writes
  /** The committed tip that was agreed on last. */
  reached: NodeTip | null = null

  constructor(
    readonly all: readonly FleetMember[],
    private readonly clock: Clock,
  ) {
    if (all.length === 0) throw new RangeError('no DeSo node')
    this.writes = new Writes(clock)
  }

  /** With nobody to turn to, a single node is taken as it is. */
  get isAlone(): boolean {
    return this.all.length === 1
  }

  /**
   * Best first: those that answer, those that keep up, the one that took the last write (of the account), the fastest, the
   * first listed. Of an affinity, its node alone.
   */
  candidates(
    use: NodeUse,
    { affinity, account }: { affinity?: NodeAffinity | undefined; account?: PublicKey | undefined } = {},
  ): FleetMember[] {
    if (this.isAlone) return [...this.all]
    const now = this.clock.now()
    const usable = this.all.filter((member) => member.isUsable(now))
    if (affinity?.url !== undefined) return usable.filter(({ url }) => url === affinity.url)
    const able = use === 'blocks' ? usable.filter(({ canReadBlocks }) => canReadBlocks) : usable
    const sticky = this.wroteAt(account) ?? this.writes.lastUrl
    const latencies = able.map(({ latency }) => latency)
    const ranked = able.map((member) => ({
      member,
      rank: [
        Number(member.isDown),
        Number(this.isBehind(member)),
        Number(sticky !== member.url),
        slownessOf(member.latency, latencies),
      ],
    }))
    return ranked.sort((one, other) => compare(one.rank, other.rank)).map(({ member }) => member)
  }

  /** Those that answer and keep up, as far as is known. */
  fit(use: NodeUse): FleetMember[] {
    return this.candidates(use).filter((member) => this.isFit(member))
  }

  isFit(member: FleetMember): boolean {
    return !member.isDown && !this.isBehind(member)
  }

  isBehind(member: FleetMember): boolean {
    if (this.isAlone || this.reached === null) return false
    return member.tip === null || member.tip.height < this.reached.height - UNCOMMITTED_BLOCKS
  }

  /** One that cannot be replaced is asked all the same: each thing that it says is checked on its own. */
  distrust(member: FleetMember): void {
    if (!this.isAlone) member.distrust(this.clock.now())
  }

  isTrusted(member: FleetMember): boolean {
    return !member.isDistrusted(this.clock.now())
  }

  told(member: FleetMember, tip: NodeTip): void {
    member.told(tip, this.clock.now())
  }

  /** The url of the node that an account's last write went to, while others may not have heard of it. */
  wroteAt(account: PublicKey | undefined): string | undefined {
    return account === undefined ? undefined : this.writes.urlOf(account)
  }

  health(): NodeHealth[] {
    return this.all.map((member) => member.health(this.clock.now(), this.isBehind(member)))
  }
}

function compare(one: readonly number[], other: readonly number[]): number {
  const place = one.findIndex((value, index) => value !== other[index])
  return place < 0 ? 0 : (one[place] ?? 0) - (other[place] ?? 0)
}
