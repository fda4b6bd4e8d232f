import { LRUCache } from 'lru-cache'
import { type FleetCallOptions, type FleetCalls, isFault, NodesDisagreeError } from './fleet-calls.js'
import type { FleetMember } from './fleet-member.js'
import type { FleetMembers } from './fleet-members.js'
import type { NodeBlockHeader } from './node.js'
import { fingerprint } from './probe.js'

/**
 * A block is what its header stands for (block-check.ts), and a header is the chain's if another node has the same: one
 * small request more for each block that is read anew, where there is another node to ask.
 */
export class BlockWitness {
  private readonly confirmed = new LRUCache<string, true>({ max: 10_000 })

  constructor(
    private readonly members: FleetMembers,
    private readonly calls: FleetCalls,
  ) {}

  /**
   * False: most have another block, and the teller is not asked any more. Throws NodesDisagreeError where there is no most.
   * Above the committed tip blocks may differ in good faith.
   */
  async confirms(header: NodeBlockHeader, teller: FleetMember, options: FleetCallOptions): Promise<boolean> {
    const { reached, isAlone } = this.members
    const print = fingerprint(header)
    if (isAlone || reached === null || header.height > reached.height) return true
    if (this.confirmed.has(print)) return true
    let against: FleetMember | null = null
    for (const witness of this.witnesses(teller)) {
      const other = await this.headerOf(witness, header.height, options)
      if (other === null) continue
      const isSame = fingerprint(other) === print
      if (isSame && against === null) return this.keep(print)
      if (isSame && against !== null) {
        this.members.distrust(against)
        return this.keep(print)
      }
      if (against !== null) {
        this.members.distrust(teller)
        return false
      }
      against = witness
    }
    if (against !== null) throw new NodesDisagreeError()
    return true
  }

  /** Old blocks are the same on a node that is behind, or reads no full ones. */
  private witnesses(teller: FleetMember): FleetMember[] {
    return this.members.candidates('view').filter((member) => member !== teller && !member.isDown)
  }

  private keep(print: string): true {
    this.confirmed.set(print, true)
    return true
  }

  /** Null: the node has no such block, or does not answer. */
  private async headerOf(
    witness: FleetMember,
    height: number,
    options: FleetCallOptions,
  ): Promise<NodeBlockHeader | null> {
    try {
      return await this.calls.ask(witness, (node, each) => node.blockHeader({ height }, each), options)
    } catch (error) {
      if (isFault(error)) return null
      throw error
    }
  }
}
