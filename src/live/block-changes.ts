import type { BlockRef, CommittedBlock } from '../deso/chain.js'
import { decodeMined } from '../deso/codec.js'
import { type Network, type PublicKey, publicKeyFromBytes } from '../deso/keys.js'
import type { NodePost } from '../deso/node.js'
import type { Transaction } from '../deso/transaction.js'
import { decodeText } from '../protocol/bytes.js'
import { parseContentTransaction } from '../protocol/content-post.js'
import { parseSubscriptionRecord } from '../protocol/records.js'

/** A new post that announces a content; whether it holds is still to be seen. */
export interface PublishedPost {
  block: BlockRef
  creator: PublicKey
  /** As its transaction says, which is how it began. */
  post: NodePost
}

/** A record of a subscription that was written, or one of any kind that was deleted. */
export type RecordChange =
  | { kind: 'WRITTEN'; block: BlockRef; id: string; fan: PublicKey; creator: PublicKey; slug: string }
  | { kind: 'DELETED'; block: BlockRef; id: string; fan: PublicKey }

/** What the transactions of a block mean to those who watch, in their order. */
export interface BlockChanges {
  block: BlockRef
  published: readonly PublishedPost[]
  records: readonly RecordChange[]
}

const known = new WeakMap<CommittedBlock, BlockChanges>()

/** Read once a block, however many watch. Takes no transaction at its word: whoever is told looks at the chain again. */
export function changesIn(committed: CommittedBlock, network: Network): BlockChanges {
  const before = known.get(committed)
  if (before) return before
  const { height, hash, time } = committed
  const block = { height, hash, time }
  const published: PublishedPost[] = []
  const records: RecordChange[] = []
  for (const { id, bytes } of committed.transactions) {
    const transaction = decodeMined(bytes)
    const post = transaction && publishedPost(block, id, transaction, network)
    if (post) published.push(post)
    const record = transaction && recordChange(block, id, transaction, network)
    if (record) records.push(record)
  }
  const changes = { block, published, records }
  known.set(committed, changes)
  return changes
}

/** An edit is no new publication. */
function publishedPost(
  block: BlockRef,
  id: string,
  transaction: Transaction,
  network: Network,
): PublishedPost | null {
  const content = parseContentTransaction(transaction)
  if (!content || content.metadata.postHashToModify.length > 0) return null
  const creator = publicKeyFromBytes(transaction.publicKey, network)
  const texts = [...transaction.extraData].map(([key, value]) => [key, decodeText(value) ?? ''] as const)
  const post = {
    hash: id,
    poster: creator,
    body: content.teaser,
    timestampNanos: content.metadata.timestampNanos,
    isHidden: false,
    extraData: new Map(texts),
    confirmationBlockHeight: block.height,
    inMempool: false,
  }
  return { block, creator, post }
}

function recordChange(
  block: BlockRef,
  id: string,
  transaction: Transaction,
  network: Network,
): RecordChange | null {
  const { metadata, publicKey } = transaction
  if (metadata.type === 'DELETE_USER_ASSOCIATION') {
    const deleted = Buffer.from(metadata.associationId).toString('hex')
    return { kind: 'DELETED', block, id: deleted, fan: publicKeyFromBytes(publicKey, network) }
  }
  const record = parseSubscriptionRecord(transaction)
  if (!record) return null
  const [fan, creator] = [record.fan, record.creator].map((key) => publicKeyFromBytes(key, network))
  return {
    kind: 'WRITTEN',
    block,
    id,
    fan: fan as PublicKey,
    creator: creator as PublicKey,
    slug: record.slug,
  }
}
