import type { RequestContext } from '../context.js'
import type { CommittedTransaction } from '../deso/chain.js'
import { decodeTransaction, encodeTransaction } from '../deso/codec.js'
import { transactionId } from '../deso/signature.js'
import type { Transaction } from '../deso/transaction.js'
import { NodeUnavailableError } from '../errors.js'
import { kindOf } from './describe.js'
import { type Look, look } from './locate.js'
import { expiryOfKey, type Form, findSendingOf, type MinedForm, type StoredSending } from './sending-store.js'
import type { TransactionView } from './view.js'
import { bareView, committedView, rejectedView, viewOf } from './view-of.js'

/**
 * What became of a transaction. One that was sent from here is looked for in the blocks; where another form of its
 * nonce was mined in its place, that form is the answer. `height`: the committed block that is said to hold it, looked
 * in first. Throws NodeUnavailableError where the node has to be asked and does not answer.
 */
export async function getTransaction(
  ctx: RequestContext,
  id: string,
  { height }: { height?: number } = {},
): Promise<TransactionView> {
  if (height !== undefined) {
    const lookup = await ctx.app.chain.lookUp({ height, id }, { signal: ctx.signal })
    if (lookup.kind === 'committed') return recordView(ctx, lookup.record)
  }
  const stored = await findSendingOf(ctx.app.state, id)
  const isKnown = stored?.sending.mined?.id === id || stored?.sending.forms.some((form) => form.id === id)
  if (stored && isKnown) return statusOf(ctx, stored, id)
  return foreignStatus(ctx, id)
}

/**
 * The same for who asks what became of it: UNKNOWN while no node answers, with what the store tells; only what is final
 * is told as it is.
 */
export async function tellTransaction(ctx: RequestContext, id: string): Promise<TransactionView> {
  try {
    return await getTransaction(ctx, id)
  } catch (error) {
    if (!(error instanceof NodeUnavailableError)) throw error
    const stored = await findSendingOf(ctx.app.state, id)
    const form = stored?.sending.forms.find((each) => each.id === id)
    if (!stored || !form) return bareView(id, 'UNKNOWN')
    const last = lastKnown(ctx, stored, form)
    return last.status === 'PENDING' ? { ...last, status: 'UNKNOWN' } : last
  }
}

/** Of a form that was sent from here, or of the one that was mined instead. */
export async function statusOf(
  ctx: RequestContext,
  stored: StoredSending,
  id: string,
): Promise<TransactionView> {
  const form = stored.sending.forms.find((each) => each.id === id) ?? null
  const seen = await lookFor(ctx, stored, form)
  const { mined } = seen
  if (mined && (mined.id === id || form?.state !== 'REFUSED')) return minedView(ctx, stored, mined)
  if (!form) return bareView(id, 'UNKNOWN')
  if (form.state === 'REFUSED') return rejectedView(ctx, form)
  if (form.state === 'RIVAL' && seen.isBelowDone) {
    // Others' nonces may be older than one looks back: perhaps these very bytes were mined long ago.
    const indexed = await foreignStatus(ctx, id)
    if (indexed.status === 'COMMITTED') return indexed
  }
  return viewOf(ctx, form, openStatus(stored, form, seen))
}

/** What the store says alone, for the time that no node answers. */
export function lastKnown(ctx: RequestContext, { sending }: StoredSending, form: Form): TransactionView {
  if (sending.mined) return committedView(ctx, sending.mined, form.kind)
  return form.state === 'REFUSED' ? rejectedView(ctx, form) : viewOf(ctx, form, 'PENDING')
}

export async function minedView(
  ctx: RequestContext,
  { sending }: StoredSending,
  mined: MinedForm,
): Promise<TransactionView> {
  const form = sending.forms.find(({ id }) => id === mined.id) ?? sending.forms[0]
  const kind = form?.kind ?? (await kindOf(ctx, decodeTransaction(Buffer.from(mined.signedHex, 'hex'))))
  return committedView(ctx, mined, kind)
}

/** Before the anchor too, where a form may have been mined before it was sent from here. */
async function lookFor(ctx: RequestContext, stored: StoredSending, form: Form | null): Promise<Look> {
  const seen = await look(ctx, stored, { below: form?.state === 'RIVAL' })
  const isOver = seen.tip.height > expiryOfKey(stored.key)
  const wasTaken = stored.sending.forms.some(({ state }) => state === 'ACCEPTED')
  if (seen.mined || !isOver || !seen.isAboveDone || wasTaken) return seen
  return look(ctx, stored, { below: true })
}

/** EXPIRED is only said when every block that could hold the nonce has been looked through. */
function openStatus(
  stored: StoredSending,
  form: Form,
  { tip, isAboveDone, isBelowDone }: Look,
): 'PENDING' | 'EXPIRED' | 'UNKNOWN' {
  if (tip.height <= expiryOfKey(stored.key) || !isAboveDone) return 'PENDING'
  if (form.state === 'ACCEPTED') return 'EXPIRED'
  if (!isBelowDone) return 'PENDING'
  // A node said that the nonce was taken, and yet no block that was read holds it.
  return form.state === 'RIVAL' ? 'UNKNOWN' : 'EXPIRED'
}

async function foreignStatus(ctx: RequestContext, id: string): Promise<TransactionView> {
  const found = await ctx.app.node.transactionInfo(id, { signal: ctx.signal })
  // The index is only believed where the bytes are those of the id.
  if (!found || transactionId(Buffer.from(found.rawHex, 'hex')) !== id) return bareView(id, 'UNKNOWN')
  if (found.blockHash === null) return foreignView(ctx, id, found.rawHex)
  return inBlock(ctx, id, found.blockHash, found.rawHex)
}

/** The block decides: the index says no more than where to look. */
async function inBlock(
  ctx: RequestContext,
  id: string,
  blockHash: string,
  rawHex: string,
): Promise<TransactionView> {
  const options = { signal: ctx.signal }
  const header = await ctx.app.node.blockHeader({ hash: blockHash }, options)
  if (!header) return bareView(id, 'UNKNOWN')
  const lookup = await ctx.app.chain.lookUp({ height: header.height, id }, options)
  if (lookup.kind === 'committed') return recordView(ctx, lookup.record)
  if (lookup.kind === 'uncommitted') return foreignView(ctx, id, rawHex)
  const block = await ctx.app.chain.committedBlock(header.height, options)
  const isListed = block.transactions.some((each) => each.id === id)
  const { height, hash, time } = block
  return isListed ? bareView(id, 'COMMITTED', { height, hash, time }) : bareView(id, 'UNKNOWN')
}

async function recordView(
  ctx: RequestContext,
  { id, block, transaction }: CommittedTransaction,
): Promise<TransactionView> {
  const signedHex = Buffer.from(encodeTransaction(transaction)).toString('hex')
  return viewOf(ctx, { id, signedHex, kind: await kindOf(ctx, transaction) }, 'COMMITTED', block)
}

async function foreignView(ctx: RequestContext, id: string, rawHex: string): Promise<TransactionView> {
  let transaction: Transaction
  try {
    transaction = decodeTransaction(Buffer.from(rawHex, 'hex'))
  } catch {
    return bareView(id, 'PENDING')
  }
  return viewOf(ctx, { id, signedHex: rawHex, kind: await kindOf(ctx, transaction) }, 'PENDING')
}
