import { type PresentBasis, readSubscribeBasis } from '../access/subscribe-basis.js'
import type { RequestContext } from '../context.js'
import { publicKeyFromBytes } from '../deso/keys.js'
import { transactionId } from '../deso/signature.js'
import { NodeUnavailableError } from '../errors.js'
import type { SubscribeBasis } from './draft-request.js'
import { findForm } from './locate.js'
import type { SignedTransaction } from './signed-input.js'

/**
 * Would a SUBSCRIBE that was drafted on this basis still buy what it was drafted for? Looked at before it is first
 * sent: if the plan version no longer counts the money would be lost; if another record has come in between, this one
 * would renew the wrong one. Throws where the node cannot tell, and then it must not be sent.
 */
export async function stillHolds(
  ctx: RequestContext,
  { transaction, sendingKey }: SignedTransaction,
  { creator, slug, plan, head }: SubscribeBasis,
): Promise<boolean> {
  const fan = publicKeyFromBytes(transaction.publicKey, ctx.app.config.deso.network)
  const present = await readSubscribeBasis(ctx, { fan, creator, slug }, plan)
  if (await isOfNonce(ctx, present, head, sendingKey)) return true
  return present.versionCounts && present.newestId === head
}

/** A newer record of its own nonce is another form of it, sent by another gateway: the node will say so. */
async function isOfNonce(
  ctx: RequestContext,
  { newestId }: PresentBasis,
  head: string | null,
  sendingKey: string,
): Promise<boolean> {
  if (newestId === null || newestId === head) return false
  const bytes = await bytesOf(ctx, newestId)
  return findForm({ transactions: [{ id: newestId, bytes }] }, sendingKey) !== null
}

/** From the index or the mempool, else from the block that the entry names, committed or not. */
async function bytesOf(ctx: RequestContext, id: string): Promise<Uint8Array> {
  const options = { signal: ctx.signal }
  const found = await ctx.app.node.transactionInfo(id, options)
  if (found) return Buffer.from(found.rawHex, 'hex')
  const entry = await ctx.app.node.userAssociation(id, options)
  const block = entry && (await ctx.app.node.block({ height: entry.blockHeight }, options))
  const bytes = block?.rawTransactions.find((raw) => transactionId(raw) === id)
  // Nothing may be concluded: the next moment will tell.
  if (!bytes)
    throw new NodeUnavailableError('The newest record of this subscription is on its way into a block.')
  return bytes
}
