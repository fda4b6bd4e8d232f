import { Deadline } from './deadline.js'
import type { FleetCallOptions, FleetCalls } from './fleet-calls.js'
import type { FleetMember } from './fleet-member.js'
import type { FleetMembers } from './fleet-members.js'
import type { NodeBlockHeader } from './node.js'

/** For each of the three questions. */
const QUESTION_MS = 2_000

/**
 * Asks every node at once for its network and its committed tip, for the block at the lowest of these in full, and whether its own tip is
 * one of its blocks; and notes what that tells: who answers, how fast, who keeps up, who reads blocks, who has another chain
 * than most, who contradicts himself. At most five small requests a node; a hanging one ends after two seconds each.
 */
export async function probe(
  members: FleetMembers,
  calls: FleetCalls,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<void> {
  const options = (): FleetCallOptions => ({ signal, deadline: new Deadline(QUESTION_MS) })
  const told = await succeeded(members.all, (member) =>
    calls.tipOf(member, { ...options(), asksNetwork: true }),
  )
  const height = Math.min(...told.map(({ answer }) => answer.height))
  const seen = await succeeded(
    told.map(({ member }) => member),
    async (member) => {
      const header = await readsBlock(calls, member, height, options)
      await knowsItsTip(members, calls, member, options())
      return header
    },
  )
  judge(seen.filter(({ member }) => members.isTrusted(member)))
}

/** The header at a height that the node has; its block in full, where it reads them. */
async function readsBlock(
  calls: FleetCalls,
  member: FleetMember,
  height: number,
  options: () => FleetCallOptions,
): Promise<NodeBlockHeader | null> {
  try {
    const block = await calls.ask(member, (node, each) => node.block({ height }, each), options())
    member.canReadBlocks = block !== null
    return block
  } catch {
    const header = await calls.ask(member, (node, each) => node.blockHeader({ height }, each), options())
    member.canReadBlocks = false
    return header
  }
}

/** A made-up tip has no block. */
async function knowsItsTip(
  members: FleetMembers,
  calls: FleetCalls,
  member: FleetMember,
  options: FleetCallOptions,
): Promise<void> {
  const { tip } = member
  if (!tip) return
  const header = await calls.ask(member, (node, each) => node.blockHeader({ hash: tip.hash }, each), options)
  if (header?.height !== tip.height) members.distrust(member)
}

interface Answer<T> {
  member: FleetMember
  answer: T
}

/** Most are right about a block; where there is no majority, nobody is to be believed. */
function judge(seen: readonly Answer<NodeBlockHeader | null>[]): void {
  const votes = new Map<string, number>()
  for (const { answer } of seen) {
    const vote = answer && fingerprint(answer)
    if (vote !== null) votes.set(vote, (votes.get(vote) ?? 0) + 1)
  }
  const cast = [...votes.values()].reduce((sum, count) => sum + count, 0)
  for (const { member, answer } of seen) {
    const agreeing = (answer && votes.get(fingerprint(answer))) ?? 0
    member.isDisputed = agreeing * 2 <= cast
  }
}

/** All of a header that decides anything. */
export function fingerprint({
  height,
  hash,
  previousHash,
  merkleRoot,
  timestampNanos,
}: NodeBlockHeader): string {
  return [height, hash, previousHash, merkleRoot, timestampNanos].join(':')
}

/** The answers of those who gave one. */
async function succeeded<T>(
  members: readonly FleetMember[],
  ask: (member: FleetMember) => Promise<T>,
): Promise<Answer<T>[]> {
  const answers = await Promise.all(
    members.map((member) =>
      ask(member).then(
        (answer) => ({ member, answer }),
        () => null,
      ),
    ),
  )
  return answers.filter((answer) => answer !== null)
}
