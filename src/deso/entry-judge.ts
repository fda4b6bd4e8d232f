import { hexToBytes } from '@noble/hashes/utils.js'
import { LRUCache } from 'lru-cache'
import { decodeTransaction } from './codec.js'
import type { FleetCallOptions, FleetCalls } from './fleet-calls.js'
import type { FleetMember } from './fleet-member.js'
import type { FleetMembers } from './fleet-members.js'
import type { NodeAssociation, NodeBlock } from './node.js'
import { transactionId } from './signature.js'

/** What one node shows of one key; null: nothing. */
export interface Opinion {
  member: FleetMember
  entry: NodeAssociation | null
}

/** How much an entry is worth, against what another node says. */
const WORTH = { notInItsBlock: 0, none: 1, onItsWay: 2, committed: 3 } as const

export interface Verdict {
  best: Opinion
  /** Entries at a committed height that their blocks do not list. */
  untrue: Opinion[]
}

/** Which of different entries of one key is to be believed: blocks decide, then the bytes of what is in no block yet. */
export class EntryJudge {
  /** Entries that their blocks list, by height and id. */
  private readonly listed = new LRUCache<string, true>({ max: 10_000 })

  constructor(
    private readonly members: FleetMembers,
    private readonly calls: FleetCalls,
    /** A committed block, confirmed. */
    private readonly readBlock: (height: number, options: FleetCallOptions) => Promise<NodeBlock | null>,
  ) {}

  /** Do two nodes show the same? The ExtraData of an entry only count while its transaction is in no block that decides. */
  isSame(one: NodeAssociation | null, two: NodeAssociation | null): boolean {
    if (one === null || two === null) return one === two
    if (one.id !== two.id) return false
    if (this.isOnItsWay(one) && this.isOnItsWay(two)) return textOf(one.extraData) === textOf(two.extraData)
    return one.blockHeight === two.blockHeight
  }

  /**
   * An entry that its block lists, the highest of several, beats one that is on its way, that beats none, and none beats an
   * entry that its block does not list.
   */
  async judge(opinions: readonly Opinion[], options: FleetCallOptions): Promise<Verdict> {
    const judged = await Promise.all(
      opinions.map(async (opinion) => ({ opinion, worth: await this.worthOf(opinion, options) })),
    )
    judged.sort((one, other) => other.worth - one.worth || heightOf(other.opinion) - heightOf(one.opinion))
    const [{ opinion: first, worth }] = judged as [(typeof judged)[number], ...typeof judged]
    const untrue = judged.filter((each) => each.worth === WORTH.notInItsBlock).map(({ opinion }) => opinion)
    if (worth === WORTH.notInItsBlock) return { best: { ...first, entry: null }, untrue }
    if (worth !== WORTH.onItsWay) return { best: first, untrue }
    const sameId = judged.map(({ opinion }) => opinion).filter(({ entry }) => entry?.id === first.entry?.id)
    return { best: await this.truestOf(first, sameId, options), untrue }
  }

  private isOnItsWay({ blockHeight }: NodeAssociation): boolean {
    return this.members.reached === null || blockHeight > this.members.reached.height
  }

  private async worthOf({ entry }: Opinion, options: FleetCallOptions): Promise<number> {
    if (entry === null) return WORTH.none
    if (this.isOnItsWay(entry)) return WORTH.onItsWay
    return (await this.isListed(entry, options)) ? WORTH.committed : WORTH.notInItsBlock
  }

  private async isListed({ id, blockHeight }: NodeAssociation, options: FleetCallOptions): Promise<boolean> {
    const name = `${blockHeight}:${id}`
    if (this.listed.has(name)) return true
    const { signal, deadline } = options
    const block = await this.readBlock(blockHeight, { signal, deadline })
    const isListed = block?.rawTransactions.some((bytes) => transactionId(bytes) === id) ?? false
    if (isListed) this.listed.set(name, true)
    return isListed
  }

  /** The same entry with other ExtraData: the bytes that hash to its id tell which is true. */
  private async truestOf(
    first: Opinion,
    opinions: readonly Opinion[],
    options: FleetCallOptions,
  ): Promise<Opinion> {
    const id = first.entry?.id
    if (id === undefined || opinions.length === 1) return first
    for (const { member } of opinions) {
      const found = await this.calls
        .ask(member, (node, each) => node.transactionInfo(id, each), options)
        .catch(() => null)
      const written = found && writtenIn(found.rawHex, id)
      if (!written) continue
      return opinions.reduce((best, each) =>
        untruths(each, written) < untruths(best, written) ? each : best,
      )
    }
    return first
  }
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

/** How many of the transaction's keys an entry shows with another text. A node writes some in its own way: each alike. */
function untruths({ entry }: Opinion, written: ReadonlyMap<string, Uint8Array>): number {
  const wrong = [...written].filter(
    ([key, value]) => entry?.extraData.get(key) !== Buffer.from(value).toString(),
  )
  return wrong.length
}
