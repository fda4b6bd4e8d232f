/**
 * Drafts: unsigned transactions, durable before they are answered, at most one nonce per signer and idempotency key
 * within a window. This room knows no plan, post or policy beyond what bytes say, and holds nobody's key.
 */
import type { RequestContext } from '../context.js'
import { decodeTransaction, unsignedBytes } from '../deso/codec.js'
import { type PublicKey, publicKeyFromBytes, publicKeyToBytes } from '../deso/keys.js'
import type { Transaction } from '../deso/transaction.js'
import { StorageUnavailableError } from '../errors.js'
import { type ChainTerms, chainTerms, checkFunds, compose, presentNonce } from './compose.js'
import { describe } from './describe.js'
import type { Draft, DraftParts, DraftRequest, JsonValue } from './draft-request.js'
import {
  type DraftRecord,
  draftKeyOf,
  loadDraft,
  replacedBy,
  type StoredDraft,
  saveDraft,
  unsignedHashOf,
} from './draft-store.js'
import { DraftExpiredError, IdempotencyConflictError } from './errors.js'
import { checkIdempotencyKey, differencesOf, fingerprintOf, partsOf } from './idempotency.js'
import { findMined } from './locate.js'
import { previewOf } from './preview.js'
import { keepUntil } from './retention.js'
import {
  changeSending,
  expiryOf,
  loadSending,
  newSending,
  type StoredSending,
  sendingKeyOf,
} from './sending-store.js'
import { committedView } from './view-of.js'

const MAX_ATTEMPTS = 8
const MAX_ATTACHMENT_CHARACTERS = 64 * 1024

/**
 * The draft of this key: the one that it has, or a new one. Throws what `build` throws, InsufficientFundsError,
 * IdempotencyConflictError, DraftExpiredError; a request that is refused pins nothing.
 */
export async function createDraft(ctx: RequestContext, request: DraftRequest): Promise<Draft> {
  checkIdempotencyKey(request.idempotencyKey)
  const key = draftKeyOf(publicKeyToBytes(request.signer), request.idempotencyKey)
  return ctx.app.mutex.run(
    key,
    async () => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const draft = await attemptDraft(ctx, request, key)
        if (draft) return draft
      }
      throw new StorageUnavailableError('Other gateways write this draft all the time; try again.')
    },
    ctx.signal,
  )
}

/** Null: another gateway was faster, so look again. */
async function attemptDraft(ctx: RequestContext, request: DraftRequest, key: string): Promise<Draft | null> {
  const stored = await loadDraft(ctx.app.state, key)
  if (!stored) return makeDraft(ctx, request, key, null)
  const known = await readKnown(ctx, stored)
  if (yieldsTo(ctx, request, known)) return makeDraft(ctx, request, key, known)
  if (!isSame(request, stored.record)) {
    throw new IdempotencyConflictError(differencesOf(request, stored.record))
  }
  if (known.isExpired) throw await expired(ctx, known)
  if (isRefused(known)) return redraft(ctx, key, known)
  return keepDraft(ctx, request, key, known)
}

/** A draft in the store, with what became of it. */
interface KnownDraft {
  stored: StoredDraft
  transaction: Transaction
  sending: StoredSending | null
  /** Of the committed tip. */
  height: number
  isExpired: boolean
}

async function readKnown(ctx: RequestContext, stored: StoredDraft): Promise<KnownDraft> {
  const transaction = decodeTransaction(Buffer.from(stored.record.unsignedHex, 'hex'))
  const [sending, { height }] = await Promise.all([
    loadSending(ctx.app.state, sendingKeyOf(transaction)),
    ctx.app.chain.freshCommittedTip({ signal: ctx.signal }),
  ])
  return { stored, transaction, sending, height, isExpired: height > expiryOf(transaction) }
}

function isSame(request: DraftRequest, record: DraftRecord): boolean {
  return record.operation === request.operation && record.fingerprint === fingerprintOf(request)
}

/** An unsigned draft pinned by somebody else does not stand in the way of the signer's own. */
function yieldsTo(ctx: RequestContext, request: DraftRequest, known: KnownDraft): boolean {
  const { record } = known.stored
  const isInTheWay = known.isExpired || !isSame(request, record)
  const isUnsigned =
    !known.sending || (known.sending.sending.forms.length === 0 && !known.sending.sending.mined)
  return isInTheWay && isUnsigned && !record.isPinnedBySigner && ctx.viewer === request.signer
}

function isRefused({ stored, sending }: KnownDraft): boolean {
  if (!sending || sending.sending.mined) return false
  const hash = unsignedHashOf(stored.record.unsignedHex)
  return sending.sending.forms.some((form) => form.unsignedHash === hash && form.state === 'REFUSED')
}

/** "So do not pay again": the blocks are looked through to the end before this is said. */
async function expired(ctx: RequestContext, { stored, sending }: KnownDraft): Promise<DraftExpiredError> {
  const mined = sending && (await findMined(ctx, sending))
  if (!mined) return new DraftExpiredError('This draft has expired. Draft again with a new key.')
  const view = committedView(ctx, mined, stored.record.kind)
  return new DraftExpiredError('This draft has expired, and it was executed before.', view)
}

/** The same draft again. Asked for by its signer, it is the signer's from now on. */
async function keepDraft(
  ctx: RequestContext,
  request: DraftRequest,
  key: string,
  { stored, transaction, sending, height }: KnownDraft,
): Promise<Draft | null> {
  if (sending?.sending.withdrawn.includes(unsignedHashOf(stored.record.unsignedHex))) {
    throw new DraftExpiredError('What this draft rested on has changed. Draft again with a new key.')
  }
  if (stored.record.isPinnedBySigner || ctx.viewer !== request.signer) return toDraft(ctx, stored.record)
  return store(ctx, key, stored, { ...stored.record, isPinnedBySigner: true }, transaction, height)
}

/**
 * The same parts and nonce with a greater fee: nodes remember refused bytes, and may mine them all the same. At most
 * one of the two can be executed.
 */
async function redraft(ctx: RequestContext, key: string, known: KnownDraft): Promise<Draft | null> {
  const { stored, transaction: refused } = known
  const terms = await chainTerms(ctx)
  const signer = signerKey(ctx, refused)
  const transaction = compose(refused, {
    signer,
    nonce: refused.nonce,
    terms,
    leastFeeNanos: refused.feeNanos + 1n,
  })
  await checkFunds(ctx, signer, transaction, BigInt(stored.record.extraSpendNanos))
  const record: DraftRecord = {
    ...stored.record,
    unsignedHex: hexOf(transaction),
    summary: stored.record.isSummaryGiven
      ? stored.record.summary
      : (await describe(ctx, transaction)).summary,
    replaced: replacedBy(stored.record),
  }
  return store(ctx, key, stored, record, transaction, terms.height)
}

/** Takes the nonce of the draft that yields, while that lasts: the store decides, not the present window. */
async function makeDraft(
  ctx: RequestContext,
  request: DraftRequest,
  key: string,
  yielding: KnownDraft | null,
): Promise<Draft | null> {
  const [parts, terms] = await Promise.all([request.build(), chainTerms(ctx)])
  const { signer, idempotencyKey } = request
  const kept = yielding && !yielding.isExpired ? yielding.transaction.nonce : null
  const nonce = kept ?? presentNonce(ctx, signer, idempotencyKey, terms)
  const transaction = compose(parts, { signer, nonce, terms, leastFeeNanos: 0n })
  await checkFunds(ctx, signer, transaction, parts.extraSpendNanos ?? 0n)
  const record: DraftRecord = {
    v: 1,
    operation: request.operation,
    fingerprint: fingerprintOf(request),
    parts: partsOf(request.input),
    kind: request.kind,
    unsignedHex: hexOf(transaction),
    summary: parts.summary ?? (await describe(ctx, transaction)).summary,
    isSummaryGiven: parts.summary !== undefined,
    extraSpendNanos: String(parts.extraSpendNanos ?? 0n),
    subscribe: parts.subscribe ?? null,
    attachment: checkedAttachment(parts),
    isPinnedBySigner: ctx.viewer === signer,
    replaced: yielding ? replacedBy(yielding.stored.record) : [],
  }
  await request.secure?.({
    sendingKey: sendingKeyOf(transaction),
    tipHeight: terms.height,
    expiresAtHeight: expiryOf(transaction),
  })
  await reserveNonce(ctx, key, transaction, terms)
  return store(ctx, key, yielding?.stored ?? null, record, transaction, terms.height)
}

function checkedAttachment({ attachment = null }: DraftParts): JsonValue {
  if (JSON.stringify(attachment).length <= MAX_ATTACHMENT_CHARACTERS) return attachment
  throw new RangeError('a draft attachment above 64 KiB')
}

/** Lets a submit find the draft by its nonce. Written before the draft, as it does no harm alone. */
async function reserveNonce(
  ctx: RequestContext,
  draftKey: string,
  transaction: Transaction,
  { height }: ChainTerms,
): Promise<void> {
  await changeSending(ctx.app, sendingKeyOf(transaction), height, (sending) =>
    sending?.draftKey === draftKey ? null : { ...(sending ?? newSending(height)), draftKey },
  )
}

/** Null: another gateway was faster. */
async function store(
  ctx: RequestContext,
  key: string,
  before: StoredDraft | null,
  record: DraftRecord,
  transaction: Transaction,
  height: number,
): Promise<Draft | null> {
  const until = keepUntil(ctx.app.clock, expiryOf(transaction), height)
  return (await saveDraft(ctx.app.state, key, record, before, until)) ? toDraft(ctx, record) : null
}

function toDraft(ctx: RequestContext, record: DraftRecord): Draft {
  const transaction = decodeTransaction(Buffer.from(record.unsignedHex, 'hex'))
  const { kind, summary, unsignedHex, attachment } = record
  const description = { kind, summary, extraSpendNanos: BigInt(record.extraSpendNanos) }
  return {
    kind,
    unsignedHex,
    signer: signerKey(ctx, transaction),
    preview: previewOf(transaction, description, ctx.app.config.deso.network),
    expiresAtHeight: expiryOf(transaction),
    attachment,
  }
}

function signerKey(ctx: RequestContext, { publicKey }: Transaction): PublicKey {
  return publicKeyFromBytes(publicKey, ctx.app.config.deso.network)
}

function hexOf(transaction: Transaction): string {
  return Buffer.from(unsignedBytes(transaction)).toString('hex')
}
