import type { RequestContext } from '../context.js'
import { GatewayError, NodeUnavailableError } from '../errors.js'
import { awaitCommit } from './await-commit.js'
import { kindOf } from './describe.js'
import { basisOf, loadDraft, type StoredDraft, unsignedHashOf } from './draft-store.js'
import { DraftExpiredError } from './errors.js'
import type { TransactionKind } from './kind.js'
import { refusalError } from './refusal.js'
import { sendForm } from './send.js'
import {
  changeSending,
  type Form,
  loadSending,
  newSending,
  pointTo,
  type Sending,
  type StoredSending,
} from './sending-store.js'
import { readSigned, type SignedInput, type SignedTransaction } from './signed-input.js'
import { lastKnown, minedView, statusOf } from './status.js'
import { claimLane, laneOf, releaseLane } from './subscribe-lane.js'
import { stillHolds } from './subscribe-recheck.js'
import type { SubmitResult, TransactionView } from './view.js'
import { viewOf } from './view-of.js'

/** A node that has not yet seen the end of what it took is not asked again for this long, in milliseconds. */
const RESEND_AFTER_MS = 10_000
/** Forms of one nonce that are kept, and their hex digits: a record of the state store holds 1 MiB. */
const MAX_FORMS = 16
const MAX_FORM_DIGITS = 600_000

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

function submitSigned(ctx: RequestContext, signed: SignedTransaction): Promise<SubmitResult> {
  const oneAtATime = () => submitOfNonce(ctx, signed)
  return ctx.app.mutex.run(signed.sendingKey, oneAtATime, ctx.signal)
}

async function submitOfNonce(ctx: RequestContext, signed: SignedTransaction): Promise<SubmitResult> {
  const stored = await loadSending(ctx.app.state, signed.sendingKey)
  const earlier = stored && earlierForm(stored.sending, signed)
  if (stored && earlier) return answerEarlier(ctx, stored, earlier)
  if (stored?.sending.mined) {
    return success(await minedView(ctx, stored, stored.sending.mined), { replayed: true })
  }
  return submitFirst(ctx, signed, stored)
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
  const draft = await draftOf(ctx, stored.sending)
  const basis = draft && basisOf(draft.record, form.unsignedHash)
  // It may never have left: then it must still hold. If it does not, it is left to its fate.
  if (form.state === 'SENDING' && basis && !(await stillHolds(ctx, signed, basis))) {
    return success(view, { replayed: true })
  }
  return sendForm(ctx, stored, form, { isRepeat: true })
}

async function submitFirst(
  ctx: RequestContext,
  signed: SignedTransaction,
  stored: StoredSending | null,
): Promise<SubmitResult> {
  const draft = stored && (await draftOf(ctx, stored.sending))
  const tip = await ctx.app.chain.committedTip({ signal: ctx.signal })
  const lane = laneOf(signed)
  const send = () => recordAndSend(ctx, signed, draft, tip.height)
  if (lane === null) return send()
  return ctx.app.mutex.run(
    lane,
    () => sendInLane(ctx, { signed, stored, draft, lane, tipHeight: tip.height }, send),
    ctx.signal,
  )
}

interface InLane {
  signed: SignedTransaction
  stored: StoredSending | null
  draft: StoredDraft | null
  lane: string
  tipHeight: number
}

/** A SUBSCRIBE that was drafted here is only sent while what it was drafted against holds. */
async function sendInLane(
  ctx: RequestContext,
  { signed, stored, draft, lane, tipHeight }: InLane,
  send: () => Promise<SubmitResult>,
): Promise<SubmitResult> {
  const { sendingKey, unsignedHash } = signed
  const basis = draft && basisOf(draft.record, unsignedHash)
  if (stored?.sending.withdrawn.includes(unsignedHash)) throw changed()
  const isClaimed = await claimLane(ctx, lane, sendingKey, { tipHeight, alone: basis !== null })
  if (isClaimed && basis && !(await holdsOrRelease(ctx, signed, basis, lane)))
    return withdraw(ctx, signed, tipHeight)
  return isClaimed ? send() : withdraw(ctx, signed, tipHeight)
}

async function holdsOrRelease(
  ctx: RequestContext,
  signed: SignedTransaction,
  basis: Parameters<typeof stillHolds>[2],
  lane: string,
): Promise<boolean> {
  let holds = false
  try {
    holds = await stillHolds(ctx, signed, basis)
    return holds
  } finally {
    if (!holds) await releaseLane(ctx, lane, signed.sendingKey)
  }
}

/** These bytes are never sent, whatever comes. */
async function withdraw(
  ctx: RequestContext,
  { sendingKey, unsignedHash }: SignedTransaction,
  tipHeight: number,
): Promise<never> {
  await changeSending(ctx.app, sendingKey, tipHeight, (sending) => {
    const { withdrawn, ...rest } = sending ?? newSending(tipHeight)
    return withdrawn.includes(unsignedHash)
      ? null
      : { ...rest, withdrawn: [...withdrawn, unsignedHash].slice(-MAX_FORMS) }
  })
  throw changed()
}

function changed(): DraftExpiredError {
  return new DraftExpiredError(
    'What this draft rested on has changed, so it was not sent. Draft again with a new key.',
  )
}

/** The form and the tip are durable before anything is sent. */
async function recordAndSend(
  ctx: RequestContext,
  signed: SignedTransaction,
  draft: StoredDraft | null,
  tipHeight: number,
): Promise<SubmitResult> {
  const { id, signedHex, unsignedHash, sendingKey } = signed
  const kind = await kindOfSigned(ctx, signed, draft)
  const form: Form = {
    id,
    signedHex,
    unsignedHash,
    kind,
    state: 'SENDING',
    refusal: null,
    sentAt: ctx.app.clock.now(),
  }
  await pointTo(ctx.app, id, sendingKey, tipHeight)
  const recorded = await changeSending(ctx.app, sendingKey, tipHeight, (sending) =>
    withForm(sending, form, tipHeight),
  )
  // Another gateway of this store was faster with a form of the same nonce: answer what it has.
  if (!recorded) return submitOfNonce(ctx, signed)
  return sendForm(ctx, recorded, form, { isRepeat: false })
}

/** Null: another form stands for it already. */
function withForm(sending: Sending | null, form: Form, tipHeight: number): Sending | null {
  const before = sending ?? newSending(tipHeight)
  const { forms, anchor, scannedUpTo, scannedDownTo } = before
  if (forms.some((each) => each.unsignedHash === form.unsignedHash) || before.mined) return null
  if (before.draftKey !== null && forms.some(({ state }) => state !== 'REFUSED')) return null
  const digits = forms.reduce((sum, { signedHex }) => sum + signedHex.length, form.signedHex.length)
  if (forms.length >= MAX_FORMS || digits > MAX_FORM_DIGITS)
    throw new DraftExpiredError('Too many forms of this draft were refused. Draft again with a new key.')
  const isUntouched = forms.length === 0 && scannedUpTo === anchor && scannedDownTo === anchor + 1
  const start = isUntouched ? newSending(tipHeight) : before
  return { ...start, draftKey: before.draftKey, withdrawn: before.withdrawn, forms: [...forms, form] }
}

async function kindOfSigned(
  ctx: RequestContext,
  { transaction, unsignedHash }: SignedTransaction,
  draft: StoredDraft | null,
): Promise<TransactionKind> {
  const isDraft = draft && unsignedHashOf(draft.record.unsignedHex) === unsignedHash
  return isDraft ? draft.record.kind : kindOf(ctx, transaction)
}

async function draftOf(ctx: RequestContext, { draftKey }: Sending): Promise<StoredDraft | null> {
  return draftKey === null ? null : loadDraft(ctx.app.state, draftKey)
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
