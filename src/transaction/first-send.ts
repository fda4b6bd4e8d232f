import type { RequestContext } from '../context.js'
import { kindOf } from './describe.js'
import type { SubscribeBasis } from './draft-request.js'
import { basisOf, draftOfSending, type StoredDraft, unsignedHashOf } from './draft-store.js'
import { DraftExpiredError } from './errors.js'
import type { TransactionKind } from './kind.js'
import { sendForm } from './send.js'
import {
  changeSending,
  type Form,
  newSending,
  pointTo,
  type Sending,
  type StoredSending,
} from './sending-store.js'
import type { SignedTransaction } from './signed-input.js'
import { claimLane, holdsLane, laneOf, releaseLane } from './subscribe-lane.js'
import { stillHolds } from './subscribe-recheck.js'
import type { SubmitResult } from './view.js'

/** Forms of one nonce that are kept, and their hex digits: a record of the state store holds 1 MiB. */
const MAX_FORMS = 16
const MAX_FORM_DIGITS = 600_000

/**
 * Sends what has never been sent: recorded before it leaves, and a SUBSCRIBE looked at again before that. Null:
 * another gateway of this state was faster with a form of the same nonce, and that is to be answered. Whoever calls
 * this holds the nonce.
 */
export async function submitFirst(
  ctx: RequestContext,
  signed: SignedTransaction,
  stored: StoredSending | null,
): Promise<SubmitResult | null> {
  const draft = stored && (await draftOfSending(ctx.app.state, stored.sending.draftKey))
  const tip = await ctx.app.chain.freshCommittedTip({ signal: ctx.signal })
  const lane = laneOf(signed)
  if (lane === null) {
    const recorded = await record(ctx, signed, draft, tip.height)
    return recorded && sendRecorded(ctx, recorded)
  }
  return ctx.app.mutex.run(
    lane,
    () => sendInLane(ctx, { signed, stored, draft, lane, tipHeight: tip.height }),
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
): Promise<SubmitResult | null> {
  const { sendingKey, unsignedHash } = signed
  const basis = draft && basisOf(draft.record, unsignedHash)
  if (stored?.sending.withdrawn.includes(unsignedHash)) throw changed()
  const isAlone = await claimLane(ctx, lane, sendingKey, { tipHeight, alone: basis !== null })
  const mayGo = isAlone && (basis === null || (await holdsOrRelease(ctx, signed, basis, lane)))
  if (!mayGo) return withdraw(ctx, signed, tipHeight)
  const recorded = await record(ctx, signed, draft, tipHeight)
  // From here on the record keeps the claim; it may have been dropped before, and then another one goes first.
  const isNext = basis === null || !recorded || (await holdsLane(ctx.app, lane, sendingKey))
  if (!isNext) return withdraw(ctx, signed, tipHeight)
  return recorded && sendRecorded(ctx, recorded)
}

/**
 * May a form go out (again) of which nobody knows whether it ever left? Only as if it were sent for the first time:
 * alone in its lane, and while what it was drafted against holds.
 */
export async function mayLeave(
  ctx: RequestContext,
  signed: SignedTransaction,
  basis: SubscribeBasis,
): Promise<boolean> {
  const lane = laneOf(signed)
  if (lane === null) return true
  const { height: tipHeight } = await ctx.app.chain.freshCommittedTip({ signal: ctx.signal })
  const isAlone = await claimLane(ctx, lane, signed.sendingKey, { tipHeight, alone: true })
  return isAlone && stillHolds(ctx, signed, basis)
}

async function holdsOrRelease(
  ctx: RequestContext,
  signed: SignedTransaction,
  basis: SubscribeBasis,
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
    const { withdrawn, forms, ...rest } = sending ?? newSending(tipHeight)
    const others = forms.filter((form) => form.unsignedHash !== unsignedHash || form.state !== 'SENDING')
    const hashes = withdrawn.filter((hash) => hash !== unsignedHash)
    if (hashes.length < withdrawn.length && others.length === forms.length) return null
    return { ...rest, forms: others, withdrawn: [...hashes, unsignedHash].slice(-MAX_FORMS) }
  })
  throw changed()
}

function changed(): DraftExpiredError {
  return new DraftExpiredError(
    'What this draft rested on has changed, so it was not sent. Draft again with a new key.',
  )
}

interface Recorded {
  stored: StoredSending
  form: Form
}

/** The form and the tip are durable before anything is sent. Null: another form stands for it. */
async function record(
  ctx: RequestContext,
  signed: SignedTransaction,
  draft: StoredDraft | null,
  tipHeight: number,
): Promise<Recorded | null> {
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
  const stored = await changeSending(ctx.app, sendingKey, tipHeight, (sending) =>
    withForm(sending, form, tipHeight),
  )
  return stored && { stored, form }
}

function sendRecorded(ctx: RequestContext, { stored, form }: Recorded): Promise<SubmitResult> {
  return sendForm(ctx, stored, form, { isRepeat: false })
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
