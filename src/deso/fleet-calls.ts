import { setTimeout as sleep } from 'node:timers/promises'
import { NodeUnavailableError } from '../errors.js'
import { FalseBlockError } from './block-check.js'
import { Deadline } from './deadline.js'
import type { FleetMember } from './fleet-member.js'
import type { FleetMembers, NodeUse } from './fleet-members.js'
import { givenUp } from './http-exchange.js'
import type { PublicKey } from './keys.js'
import { WrongNetworkError } from './network-check.js'
import type { CallOptions, NodeQueries, NodeTip } from './node.js'
import { NodeRuleError } from './rule-errors.js'

/** The node is below what was committed before: it cannot know what is true now. */
export class NodeBehindError extends NodeUnavailableError {
  constructor() {
    super('The DeSo node is behind the chain.')
  }
}

/** Two nodes have different blocks, and no third decides between them. */
export class NodesDisagreeError extends NodeUnavailableError {
  constructor() {
    super('The DeSo nodes disagree about the chain.')
  }
}

/** None answers, keeps up and is to be believed. */
export class NoNodeError extends NodeUnavailableError {
  constructor() {
    super('No DeSo node is left that can answer this.')
  }
}

/** A node that drops connections while it connects a block has come back by then. */
const RETRY_PAUSE_MS = 50
/** A tip is a small answer. */
const TIP_MS = 3_000

export type NodeQuestion<T> = (node: NodeQueries, options: CallOptions) => Promise<T>

export interface FleetCallOptions {
  signal?: AbortSignal | undefined
  affinity?: CallOptions['affinity']
  /** Whose thing is read: the node that took their last write is asked first. */
  account?: PublicKey | undefined
  asksNetwork?: CallOptions['asksNetwork']
  deadline: Deadline
}

/** How one question is put to the nodes of a fleet, and what its answer, or the lack of one, tells of a node. */
export class FleetCalls {
  constructor(private readonly members: FleetMembers) {}

  /**
   * The best node's answer; after a fault the next one's, each asked once (a single one twice), within one deadline. A
   * refusal ends the call, whatever node said it.
   */
  async first<T>(
    use: NodeUse,
    question: NodeQuestion<T>,
    options: FleetCallOptions,
  ): Promise<{ value: T; member: FleetMember }> {
    const { signal, deadline, affinity } = options
    const candidates = this.members.candidates(use, options)
    const isOnly = candidates.length === 1
    const attempts = isOnly ? [...candidates, ...candidates] : candidates
    let fault: unknown
    for (const [index, member] of attempts.entries()) {
      if (deadline.left === 0 || signal?.aborted) break
      // With another node to turn to, one that hangs gets its share of the time only.
      const share = isOnly ? deadline.left : Math.ceil(deadline.left / (attempts.length - index))
      const part = { signal, deadline: new Deadline(share) }
      try {
        if (affinity?.url === undefined) await this.assertKeepsUp(member, part)
        const value = await this.ask(member, question, part)
        if (affinity) affinity.url ??= member.url
        return { value, member }
      } catch (error) {
        if (!isFault(error)) throw error
        fault = error
        if (isOnly && error instanceof NodeRuleError) break
      }
      if (attempts[index + 1] === member) await pause(signal)
    }
    throw signal?.aborted ? givenUp(signal) : (fault ?? new NoNodeError())
  }

  /** One node's answer, asked once. */
  async ask<T>(
    member: FleetMember,
    question: NodeQuestion<T>,
    { signal, deadline, asksNetwork }: FleetCallOptions,
  ): Promise<T> {
    try {
      const value = await question(member.node, {
        signal,
        timeoutMs: Math.max(1, deadline.left),
        asksNetwork,
      })
      member.answered()
      return value
    } catch (error) {
      this.note(member, error, signal)
      throw error
    }
  }

  /** Its committed tip, which is noted. */
  async tipOf(member: FleetMember, { signal, deadline, asksNetwork }: FleetCallOptions): Promise<NodeTip> {
    const part = { signal, asksNetwork, deadline: new Deadline(Math.min(TIP_MS, deadline.left)) }
    const tip = await this.ask(member, (node, options) => node.committedTip(options), part)
    this.members.told(member, tip)
    return tip
  }

  /** Throws NodeBehindError. What is known of a node may be old, so that it is asked before it is passed over. */
  async assertKeepsUp(member: FleetMember, options: FleetCallOptions): Promise<void> {
    if (!this.members.isBehind(member)) return
    await this.tipOf(member, options)
    if (this.members.isBehind(member)) throw new NodeBehindError()
  }

  private note(member: FleetMember, error: unknown, signal: AbortSignal | undefined): void {
    if (error instanceof NodeRuleError) {
      member.answered()
      if (error.kind === 'NO_TXINDEX') member.canReadBlocks = false
    } else if (error instanceof WrongNetworkError) member.isOfOtherNetwork = true
    else if (error instanceof FalseBlockError) this.members.distrust(member)
    else if (error instanceof NodeUnavailableError && !signal?.aborted) member.isDown = true
  }
}

/** Another node may do better. */
export function isFault(error: unknown): error is NodeUnavailableError | NodeRuleError {
  if (error instanceof NodeRuleError) return error.kind === 'NO_TXINDEX'
  return error instanceof NodeUnavailableError
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await sleep(RETRY_PAUSE_MS, undefined, { signal }).catch(() => undefined)
}
