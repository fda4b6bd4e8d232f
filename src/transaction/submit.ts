import type { RequestContext } from '../context.js'
import { GatewayError, NodeUnavailableError, StorageUnavailableError } from '../errors.js'
import { awaitCommit } from './await-commit.js'
import { kindOf } from './describe.js'
import { basisOf, draftOfSending } from './draft-store.js'
import { DraftExpiredError } from './errors.js'
import { mayLeave, submitFirst } from './first-send.js'
import { refusalError } from './refusal.js'
import { sendForm } from './send.js'
import { type Form, loadSending, type Sending, type StoredSending } from './sending-store.js'
import { readSigned, type SignedInput, type SignedTransaction } from './signed-input.js'
import { lastKnown, minedView, statusOf } from './status.js'
import type { SubmitResult, TransactionView } from './view.js'
import { viewOf } from './view-of.js'

/** A node that has not yet seen the end of what it took is not asked again for this long, in milliseconds. */
const RESEND_AFTER_MS = 10_000
const MAX_ATTEMPTS = 8

/**
 * Sends what its signer has signed. At most one form of a nonce is sent while it may still be mined; a repeat, or
 * another signature over the same bytes, gets what the first got. What is wrong comes as `errors`; where it cannot be
 * known whether the transaction arrived, it is PENDING beside a retryable NODE_UNAVAILABLE, never a failure.
 */
export async function submitTransaction(
  ctx: RequestContext,
  input: SignedInput,
  wait: 'ACCEPTED' | 'COMMITTED' = 'ACCEPTED',
): Promise<SubmitResult> {
  let signed: SignedTransaction | null = null
  try {
    signed = readSigned(input)
    const result = await submitSigned(ctx, signed)
    return wait === 'COMMITTED' ? await awaitCommit(ctx, result) : result
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const transaction = signed && (await unsentView(ctx, signed))
    return { transaction, replayed: false, errors: [error] }
  }
}

async function submitSigned(ctx: RequestContext, signed: SignedTransaction): Promise<SubmitResult> {
  const oneAtATime = () => submitOfNonce(ctx, signed)
  try {
    return await ctx.app.mutex.run(signed.sendingKey, oneAtATime, ctx.signal)
  } finally {
    void ctx.app.submits.announce(signed.id)
  }
}

async function submitOfNonce(
  ctx: RequestContext,
  signed: SignedTransaction,
  attemptsLeft = MAX_ATTEMPTS,
): Promise<SubmitResult> {
  const stored = await loadSending(ctx.app.state, signed.sendingKey)
  const earlier = stored && earlierForm(stored.sending, signed)
  if (stored && earlier) return answerEarlier(ctx, stored, earlier)
  if (stored?.sending.mined) {
    return success(await minedView(ctx, stored, stored.sending.mined), { replayed: true })
  }
  const sent = await submitFirst(ctx, signed, stored)
  if (sent) return sent
  // Another gateway of this state has sent a form of the nonce meanwhile.
  if (attemptsLeft > 1) return submitOfNonce(ctx, signed, attemptsLeft - 1)
  throw new StorageUnavailableError('Other gateways write the same record all the time; try again.')
}

/** The form that stands for these bytes: of the same unsigned bytes, or of the same draft where it may be mined yet. */
function earlierForm({ forms, draftKey }: Sending, { unsignedHash }: SignedTransaction): Form | undefined {
  const same = forms.find((form) => form.unsignedHash === unsignedHash)
  return same ?? (draftKey === null ? undefined : forms.find(({ state }) => state !== 'REFUSED'))
}

/** What was sent before is answered first. */
async function answerEarlier(ctx: RequestContext, stored: StoredSending, form: Form): Promise<SubmitResult> {
  const [view, unavailable] = await statusOrLast(ctx, stored, form)
  if (view.status === 'COMMITTED' || view.status === 'UNKNOWN') return success(view, { replayed: true })
  if (form.refusal) return { transaction: view, replayed: false, errors: [refusalError(form.refusal)] }
  if (view.status === 'EXPIRED') {
    return {
      transaction: view,
      replayed: false,
      errors: [new DraftExpiredError('It expired before any block took it.')],
    }
  }
  const isFresh = form.state === 'ACCEPTED' && ctx.app.clock.now() - form.sentAt < RESEND_AFTER_MS
  if (isFresh) return success(view, { replayed: true })
  if (unavailable) return { transaction: view, replayed: true, errors: [unavailable] }
  return resend(ctx, stored, form, view)
}

/** The same bytes again: they do no harm, and help where an answer was lost or a node forgot what it had. */
async function resend(
  ctx: RequestContext,
  stored: StoredSending,
  form: Form,
  view: TransactionView,
): Promise<SubmitResult> {
  const signed = readSigned({ signedHex: form.signedHex })
  const draft = await draftOfSending(ctx.app.state, stored.sending.draftKey)
  const basis = draft && basisOf(draft.record, form.unsignedHash)
  // It may never have left: then it must still hold. If it does not, it is left to its fate.
  if (form.state === 'SENDING' && basis && !(await mayLeave(ctx, signed, basis))) {
    return success(view, { replayed: true })
  }
  return sendForm(ctx, stored, form, { isRepeat: true })
}

async function statusOrLast(
  ctx: RequestContext,
  stored: StoredSending,
  form: Form,
): Promise<[TransactionView, NodeUnavailableError | null]> {
  try {
    return [await statusOf(ctx, stored, form.id), null]
  } catch (error) {
    if (error instanceof NodeUnavailableError) return [lastKnown(ctx, stored, form), error]
    throw error
  }
}

function success(transaction: TransactionView, { replayed }: { replayed: boolean }): SubmitResult {
  return { transaction, replayed, errors: [] }
}

/** What was not sent, described from its bytes; nothing is known of its end, as it may have gone another way. */
async function unsentView(
  ctx: RequestContext,
  { id, signedHex, transaction }: SignedTransaction,
): Promise<TransactionView> {
  const kind = await kindOf(ctx, transaction)
  return viewOf(ctx, { id, signedHex, kind }, 'UNKNOWN')
}
