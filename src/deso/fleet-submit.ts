import { hexToBytes } from '@noble/hashes/utils.js'
import { decodeTransaction } from './codec.js'
import { Deadline } from './deadline.js'
import { type FleetCalls, isFault, NoNodeError } from './fleet-calls.js'
import type { FleetMember } from './fleet-member.js'
import type { FleetMembers } from './fleet-members.js'
import { givenUp } from './http-exchange.js'
import { type Network, type PublicKey, publicKeyFromBytes } from './keys.js'
import { NodeRuleError } from './rule-errors.js'

/** A submit goes to one node, once: a fault leaves open whether that node took it, and another might mine it too. */
export class FleetSubmit {
  constructor(
    private readonly members: FleetMembers,
    private readonly calls: FleetCalls,
    private readonly options: { network: Network; timeoutMs: number },
  ) {}

  async send(signedHex: string, signal: AbortSignal | undefined): Promise<{ id: string }> {
    if (signal?.aborted) throw givenUp(signal)
    const account = this.signerOf(signedHex)
    const member = await this.takerFor(account, signal)
    const call = { signal, deadline: new Deadline(this.options.timeoutMs) }
    try {
      const taken = await this.calls.ask(member, (node, each) => node.submit(signedHex, each), call)
      this.members.writes.took(member.url, account)
      return taken
    } catch (error) {
      // A node that refuses may hold these bytes already.
      if (error instanceof NodeRuleError) this.members.writes.took(member.url, account)
      throw error
    }
  }

  /** The best node that keeps up. */
  private async takerFor(account: PublicKey | null, signal: AbortSignal | undefined): Promise<FleetMember> {
    const call = { signal, deadline: new Deadline(this.options.timeoutMs) }
    let fault: unknown = new NoNodeError()
    for (const member of this.members.candidates('view', { account: account ?? undefined })) {
      try {
        await this.calls.assertKeepsUp(member, call)
        return member
      } catch (error) {
        if (!isFault(error)) throw error
        fault = error
      }
    }
    throw fault
  }

  private signerOf(signedHex: string): PublicKey | null {
    try {
      return publicKeyFromBytes(decodeTransaction(hexToBytes(signedHex)).publicKey, this.options.network)
    } catch {
      return null
    }
  }
}
