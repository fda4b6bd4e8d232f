import { subscriptionKey } from '../access/records.js'
import type { RequestContext } from '../context.js'
import type { BlockRef, RecordRef } from '../deso/chain.js'
import { type PublicKey, publicKeyFromBytes } from '../deso/keys.js'
import { transactionId } from '../deso/signature.js'
import { parseSubscriptionRecord, SUBSCRIPTION_TYPE } from '../protocol/records.js'
import { getSubscription } from '../subscription/get-subscription.js'
import type { Subscription } from '../subscription/subscription.js'

/** A subscription's record that stands no more. */
export interface DeletedRecord {
  ref: RecordRef
  fan: PublicKey
  creator: PublicKey
  slug: string
}

/** An index that does not know a transaction lags; so far back it stands in one of these blocks. */
const LOOK_BACK_BLOCKS = 64

/**
 * Whose record was deleted: a transaction that deletes names no more than its id. Null: it was no subscription's, or it
 * is found neither among what was seen, nor by the node's index, nor in the blocks before.
 */
export async function findDeletedRecord(
  ctx: RequestContext,
  { id, fan, block }: { id: string; fan: PublicKey; block: BlockRef },
): Promise<DeletedRecord | null> {
  const height = await heightOf(ctx, id, block)
  if (height === null) return null
  const lookup = await ctx.app.chain.lookUp({ height, id }, { signal: ctx.signal })
  const record = lookup.kind === 'committed' && parseSubscriptionRecord(lookup.record.transaction)
  if (!record) return null
  const { network } = ctx.app.config.deso
  const owner = publicKeyFromBytes(record.fan, network)
  // The chain lets nobody else delete it.
  if (owner !== fan) return null
  return { ref: { height, id }, fan, creator: publicKeyFromBytes(record.creator, network), slug: record.slug }
}

/** What the deleted record was worth, up to the block that deleted it; null: nothing. */
export async function endedSubscription(
  ctx: RequestContext,
  { ref, fan, creator, slug }: DeletedRecord,
  block: BlockRef,
): Promise<Subscription | null> {
  // The record is read as if the node still showed it, in a request of its own.
  const then = { ...ctx, loaders: ctx.app.createLoaders(ctx.signal) }
  then.loaders.association.prime(subscriptionKey({ fan, creator, slug }), {
    id: ref.id,
    transactor: fan,
    target: creator,
    isAppZero: true,
    type: SUBSCRIPTION_TYPE,
    value: slug,
    extraData: new Map(),
    blockHeight: ref.height,
  })
  const was = await getSubscription(then, fan, creator, slug)
  if (!was) return null
  const end = Math.min(was.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY, block.time * 1000)
  return { ...was, status: 'EXPIRED', expiresAt: new Date(end) }
}

async function heightOf(ctx: RequestContext, id: string, deletedIn: BlockRef): Promise<number | null> {
  return (
    ctx.app.live.heightOfRecord(id) ?? (await indexedHeight(ctx, id)) ?? (await lookBack(ctx, id, deletedIn))
  )
}

async function indexedHeight(ctx: RequestContext, id: string): Promise<number | null> {
  const options = { signal: ctx.signal }
  const found = await ctx.app.node.transactionInfo(id, options)
  if (!found?.blockHash || transactionId(Buffer.from(found.rawHex, 'hex')) !== id) return null
  return (await ctx.app.node.blockHeader({ hash: found.blockHash }, options))?.height ?? null
}

async function lookBack(ctx: RequestContext, id: string, { height: top }: BlockRef): Promise<number | null> {
  for (let height = top; height >= Math.max(0, top - LOOK_BACK_BLOCKS); height--) {
    const block = await ctx.app.chain.committedBlock(height, { signal: ctx.signal })
    if (block.transactions.some((transaction) => transaction.id === id)) return height
  }
  return null
}
