import { setTimeout as sleep } from 'node:timers/promises'
import { hexToBytes } from '@noble/hashes/utils.js'
import { decodeTransaction } from './codec.js'
import { type FleetCallOptions, type FleetCalls, isFault } from './fleet-calls.js'
import type { FleetMember } from './fleet-member.js'
import type { FleetMembers } from './fleet-members.js'
import type { AssociationQuery, NodeAssociation, NodeBlock } from './node.js'
import { transactionId } from './signature.js'

/** Nodes hear of a transaction, and connect a block, at different moments. */
const ROUNDS = 4
const PAUSE_MS = 25

/** What one node says of one key: at most one entry counts. */
interface Opinion {
  member: FleetMember
  answer: NodeAssociation[]
  entry: NodeAssociation | null
}

/** How much an entry is worth, against what another node says. */
const WORTH = { notInItsBlock: 0, none: 1, onItsWay: 2, committed: 3 } as const

/**
 * The entry of one exact key, as two nodes show it. Where they go on differing, blocks decide: an entry that its block lists
 * beats one that is on its way, that beats none, and none beats an entry that its block does not list. A fan's payment is thus
 * neither hidden by one node, nor a plan replaced by an older one.
 */
export class SecondOpinion {
  constructor(
    private readonly members: FleetMembers,
    private readonly calls: FleetCalls,
    /** A committed block, confirmed. */
    private readonly readBlock: (height: number, options: FleetCallOptions) => Promise<NodeBlock | null>,
  ) {}

  /** Null: there are not two to be asked. A node that took a write of this transactor lately knows best. */
  async ask(query: AssociationQuery, options: FleetCallOptions): Promise<NodeAssociation[] | null> {
    const pair = this.members.fit('view').slice(0, 2)
    if (pair.length < 2 || this.members.wroteAt(query.transactor) !== undefined) return null
    let before: Opinion[] = []
    for (let round = 1; ; round++) {
      const opinions = await this.opinions(pair, query, options)
      const [one, two] = opinions
      if (!one) return null
      if (!two || this.agree(one, two)) return settled(one, options)
      if (round === ROUNDS || options.signal?.aborted || options.deadline.left === 0) {
        return settled(await this.bestOf(opinions, before, options), options)
      }
      before = opinions
      await sleep(PAUSE_MS, undefined, { signal: options.signal }).catch(() => undefined)
    }
  }

  /** Of those who answer. */
  private async opinions(
    pair: readonly FleetMember[],
    query: AssociationQuery,
    options: FleetCallOptions,
  ): Promise<Opinion[]> {
    const answers = await Promise.all(
      pair.map(async (member) => {
        try {
          const answer = await this.calls.ask(
            member,
            (node, each) => node.userAssociations(query, each),
            options,
          )
          return { member, answer, entry: answer.find((entry) => isAnswerTo(query, entry)) ?? null }
        } catch (error) {
          if (isFault(error)) return null
          throw error
        }
      }),
    )
    return answers.filter((opinion) => opinion !== null)
  }

  /** The ExtraData of an entry only counts while its transaction is in no block that decides. */
  private agree({ entry: one }: Opinion, { entry: two }: Opinion): boolean {
    if (one === null || two === null) return one === two
    if (one.id !== two.id) return false
    if (this.isOnItsWay(one) && this.isOnItsWay(two)) return textOf(one.extraData) === textOf(two.extraData)
    return one.blockHeight === two.blockHeight
  }

  private isOnItsWay({ blockHeight }: NodeAssociation): boolean {
    return this.members.reached === null || blockHeight > this.members.reached.height
  }

  private async bestOf(
    opinions: readonly Opinion[],
    before: readonly Opinion[],
    options: FleetCallOptions,
  ): Promise<Opinion> {
    const judged = await Promise.all(
      opinions.map(async (opinion) => ({ opinion, worth: await this.worthOf(opinion, options) })),
    )
    for (const { opinion, worth } of judged) {
      if (worth === WORTH.notInItsBlock && isSteady(opinion, before)) this.members.distrust(opinion.member)
    }
    const [one, two] = judged.sort((a, b) => b.worth - a.worth || heightOf(b.opinion) - heightOf(a.opinion))
    const isSameEntry = one?.opinion.entry?.id === two?.opinion.entry?.id
    if (one && two && isSameEntry && one.worth === WORTH.onItsWay && two.worth === WORTH.onItsWay) {
      return this.truerOf(one.opinion, two.opinion, options)
    }
    return (one as (typeof judged)[number]).opinion
  }

  private async worthOf({ entry }: Opinion, options: FleetCallOptions): Promise<number> {
    if (entry === null) return WORTH.none
    if (this.isOnItsWay(entry)) return WORTH.onItsWay
    const block = await this.readBlock(entry.blockHeight, options)
    const isListed = block?.rawTransactions.some((bytes) => transactionId(bytes) === entry.id) ?? false
    return isListed ? WORTH.committed : WORTH.notInItsBlock
  }

  /** The same entry with other ExtraData: the bytes that hash to its id tell which is true. */
  private async truerOf(one: Opinion, two: Opinion, options: FleetCallOptions): Promise<Opinion> {
    for (const { member, entry } of [one, two]) {
      if (entry === null) continue
      const found = await this.calls
        .ask(member, (node, each) => node.transactionInfo(entry.id, each), options)
        .catch(() => null)
      const written = found && writtenIn(found.rawHex, entry.id)
      if (written) return untruths(two, written) < untruths(one, written) ? two : one
    }
    return one
  }
}

function settled({ member, answer }: Opinion, { affinity }: FleetCallOptions): NodeAssociation[] {
  if (affinity) affinity.url ??= member.url
  return answer
}

function isAnswerTo({ transactor, target, type, value }: AssociationQuery, entry: NodeAssociation): boolean {
  const isOfBoth = entry.transactor === transactor && entry.target === target
  return (
    isOfBoth && entry.isAppZero && entry.value === value && entry.type.toLowerCase() === type.toLowerCase()
  )
}

function isSteady({ member, entry }: Opinion, before: readonly Opinion[]): boolean {
  const earlier = before.find((each) => each.member === member)?.entry
  return earlier?.id === entry?.id && earlier?.blockHeight === entry?.blockHeight
}

function heightOf({ entry }: Opinion): number {
  return entry?.blockHeight ?? 0
}

function textOf(extraData: ReadonlyMap<string, string>): string {
  return JSON.stringify([...extraData].sort())
}

/** ExtraData as the transaction has it; null: these are other bytes, or odd ones. */
function writtenIn(rawHex: string, id: string): ReadonlyMap<string, Uint8Array> | null {
  try {
    const bytes = hexToBytes(rawHex)
    return transactionId(bytes) === id ? decodeTransaction(bytes).extraData : null
  } catch {
    return null
  }
}

/** How many of the transaction's keys an entry shows with another text. A node writes some keys in its own way: for each alike. */
function untruths({ entry }: Opinion, written: ReadonlyMap<string, Uint8Array>): number {
  const wrong = [...written].filter(
    ([key, value]) => entry?.extraData.get(key) !== Buffer.from(value).toString(),
  )
  return wrong.length
}

/** Names one record, so that two nodes can be held against each other. */
export function isExact({ transactor, target, value, app }: AssociationQuery): boolean {
  return transactor !== undefined && target !== undefined && value !== undefined && app === 'zero'
}
