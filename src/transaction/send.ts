import type { RequestContext } from '../context.js'
import { decodeTransaction } from '../deso/codec.js'
import { isShownAnywhere } from '../deso/look-everywhere.js'
import { NodeRuleError } from '../deso/rule-errors.js'
import { NodeUnavailableError, StorageUnavailableError } from '../errors.js'
import { findForm, findMined } from './locate.js'
import { refusalError, refusalOf } from './refusal.js'
import { changeSending, type Form, type Refusal, type Sending, type StoredSending } from './sending-store.js'
import { minedView, statusOf } from './status.js'
import type { SubmitResult, TransactionView } from './view.js'
import { rejectedView, viewOf } from './view-of.js'

/**
 * Sends a recorded form, records what the node said, and answers. The caller's signal does not stop it half-way: what
 * is on its way to a node is followed to its answer. Whoever calls this holds the nonce.
 */
export async function sendForm(
  ctx: RequestContext,
  stored: StoredSending,
  form: Form,
  { isRepeat }: { isRepeat: boolean },
): Promise<SubmitResult> {
  const send: Send = { ctx, stored, form, isRepeat }
  try {
    await ctx.app.node.submit(form.signedHex)
  } catch (error) {
    if (error instanceof NodeRuleError) return afterRefusal(send, error)
    if (error instanceof NodeUnavailableError) return afterSilence(send, error)
    throw error
  }
  return taken(send, { replayed: isRepeat })
}

interface Send {
  ctx: RequestContext
  stored: StoredSending
  form: Form
  isRepeat: boolean
}

async function afterRefusal(send: Send, error: NodeRuleError): Promise<SubmitResult> {
  switch (error.kind) {
    case 'ALREADY_IN_MEMPOOL':
      return taken(send, { replayed: true })
    case 'REUSED_NONCE':
    case 'NONCE_IN_MEMPOOL':
      return taken(send, { replayed: true, byRival: true })
    default:
      return refused(send, error)
  }
}

/** A node has it, or with `byRival` another transaction of its nonce: that is looked for and answered. */
async function taken(
  send: Send,
  { replayed, byRival = false }: { replayed: boolean; byRival?: boolean },
): Promise<SubmitResult> {
  const { form } = send
  const state = byRival && form.state !== 'ACCEPTED' ? 'RIVAL' : 'ACCEPTED'
  const stored = await recordState(send, { state, refusal: null })
  const transaction = replayed ? await statusOrPending(send, stored) : viewOf(send.ctx, form, 'PENDING')
  return { transaction, replayed, errors: [] }
}

/** A refusal of what was taken before proves nothing: it may be in a block that this node does not show. */
async function refused(send: Send, error: NodeRuleError): Promise<SubmitResult> {
  const { ctx, form } = send
  if (form.state === 'ACCEPTED') {
    return { transaction: await statusOrPending(send, send.stored), replayed: true, errors: [] }
  }
  const refusal = await refusalOf(ctx, error, decodeTransaction(Buffer.from(form.signedHex, 'hex')))
  const stored = await recordState(send, { state: 'REFUSED', refusal })
  const mined = error.kind === 'NONCE_EXPIRED' ? await findMined(ctx, stored) : null
  if (mined) return { transaction: await minedView(ctx, stored, mined), replayed: true, errors: [] }
  const transaction = rejectedView(ctx, { ...form, refusal })
  return { transaction, replayed: false, errors: [refusalError(refusal)] }
}

/** No answer: it may have arrived or not. Shown by any node it has; else nobody can know. */
async function afterSilence(send: Send, error: NodeUnavailableError): Promise<SubmitResult> {
  const { ctx, stored, form, isRepeat } = send
  const isIn = (block: Parameters<typeof findForm>[0]) => findForm(block, stored.key) !== null
  const isShown = await isShownAnywhere(ctx.app.node, { id: form.id, above: stored.sending.anchor, isIn })
  const transaction = await statusOrPending(send, stored)
  if (transaction.status !== 'PENDING') return { transaction, replayed: isRepeat, errors: [] }
  if (isShown) return taken(send, { replayed: isRepeat })
  return { transaction, replayed: isRepeat, errors: [error] }
}

async function statusOrPending({ ctx, form }: Send, stored: StoredSending): Promise<TransactionView> {
  try {
    return await statusOf(ctx, stored, form.id)
  } catch (error) {
    if (isUnavailable(error)) return viewOf(ctx, form, 'PENDING')
    throw error
  }
}

/**
 * What the node said. Where the state cannot take it, it is told all the same: the record of before says that it may
 * have been sent, so a repeat sends the same bytes and hears it again.
 */
async function recordState(
  { ctx, stored, form }: Send,
  { state, refusal }: { state: Form['state']; refusal: Refusal | null },
): Promise<StoredSending> {
  const change = (each: Form): Form =>
    each.id === form.id ? { ...each, state, refusal, sentAt: ctx.app.clock.now() } : each
  const changed = (sending: Sending): Sending => ({ ...sending, forms: sending.forms.map(change) })
  try {
    const recorded = await changeSending(
      ctx.app,
      stored.key,
      stored.sending.anchor,
      (sending) => sending && changed(sending),
    )
    return recorded ?? stored
  } catch (error) {
    if (!(error instanceof StorageUnavailableError)) throw error
    return { ...stored, sending: changed(stored.sending) }
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof NodeUnavailableError || error instanceof StorageUnavailableError
}
