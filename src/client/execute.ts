import { bytesToHex } from '@noble/hashes/utils.js'
import { withSignature } from '../deso/codec.js'
import { sha256d, transactionId } from '../deso/signature.js'
import { payloadOf } from './answer.js'
import { checkDraft, type Expectation } from './check-draft.js'
import type { CallOptions } from './deadline.js'
import {
  ClientError,
  ConnectionError,
  TransactionMismatchError,
  TransactionUncertainError,
  type UserError,
  UserErrorsError,
} from './errors.js'
import {
  type DraftFieldsFragment,
  SubmitTransactionDocument,
  type SubmitTransactionMutation,
  type SubmitWait,
  type TransactionFieldsFragment,
} from './generated.js'
import { newIdempotencyKey } from './idempotency-key.js'
import { signChecked } from './sign-checked.js'
import type { SessionClient } from './sign-in.js'

/** What every action takes. */
export interface ActionOptions extends CallOptions {
  /**
   * 1 to 128 visible ASCII characters; made unless given. The same key and input again are one transaction: keep it to
   * repeat a call whose end is not known.
   */
  idempotencyKey?: string
  /** Until when to wait; COMMITTED unless given: in the mempool is not paid. */
  wait?: SubmitWait
  /** The most that the network fee may be; ten times the common one unless given. */
  maxFeeNanos?: bigint
}

/** What became of an action. */
export interface Executed {
  /** Of the chain; for a post also its hash. */
  transactionId: string
  /** COMMITTED, unless `wait` was ACCEPTED, or the gateway's time to wait passed: then it is PENDING, and not paid. */
  transaction: TransactionFieldsFragment
  draft: DraftFieldsFragment
  /** It was there already, by an earlier call with this idempotency key. */
  replayed: boolean
  idempotencyKey: string
}

/** One action: how its draft is had, and what it must be. */
export interface Action<Payload> {
  draft(idempotencyKey: string): Promise<Payload>
  expect(payload: Payload): Expectation
}

interface DraftPayload {
  draft: DraftFieldsFragment | null
  errors: readonly UserError[]
}

/**
 * Draft, check, sign, submit. Throws UserErrorsError, DraftRefusedError (nothing was signed),
 * TransactionUncertainError once it was sent, and what `request` throws.
 */
export async function execute<Payload extends DraftPayload>(
  session: SessionClient,
  action: Action<Payload>,
  options: ActionOptions,
): Promise<Executed & { payload: Payload }> {
  const idempotencyKey = options.idempotencyKey ?? newIdempotencyKey()
  const payload = payloadOf(await action.draft(idempotencyKey))
  const { draft } = payload
  if (!draft) throw new ConnectionError('The gateway gave neither a draft nor an error.')
  const unsigned = checkDraft(draft.unsignedHex, action.expect(payload), {
    signer: session.signer.publicKey33,
    network: session.options.network,
    ...(options.maxFeeNanos !== undefined && { maxFeeNanos: options.maxFeeNanos }),
  })
  options.signal?.throwIfAborted()
  const signed = withSignature(unsigned, await signChecked(session.signer, sha256d(unsigned)))
  const submitted = await submit(session, signed, idempotencyKey, options)
  return { ...submitted, draft, idempotencyKey, payload }
}

async function submit(
  session: SessionClient,
  signed: Uint8Array,
  idempotencyKey: string,
  { signal, wait = 'COMMITTED' }: ActionOptions,
): Promise<Pick<Executed, 'transactionId' | 'transaction' | 'replayed'>> {
  const id = transactionId(signed)
  try {
    const input = { signedHex: bytesToHex(signed), wait }
    const answer = await session.request(SubmitTransactionDocument, { input }, signal ? { signal } : {})
    return submittedOf(payloadOf(answer.submitTransaction), id)
  } catch (error) {
    throw isUncertain(error) ? new TransactionUncertainError(id, idempotencyKey, error) : error
  }
}

/** A first signed form of the same draft may have been sent before; then that one is answered, as `replayed`. */
function submittedOf(
  { transaction, replayed }: SubmitTransactionMutation['submitTransaction'],
  id: string,
): Pick<Executed, 'transactionId' | 'transaction' | 'replayed'> {
  if (!transaction) throw new ConnectionError('The gateway gave neither a transaction nor an error.')
  const answered = transaction.transactionId
  if (answered !== id && !replayed) throw new TransactionMismatchError(id, answered)
  return { transactionId: answered, transaction, replayed }
}

/** A refusal is certain; a node or gateway that did not answer says nothing about what arrived. */
function isUncertain(error: unknown): boolean {
  if (error instanceof TransactionMismatchError) return false
  if (error instanceof UserErrorsError) return error.code === 'NODE_UNAVAILABLE'
  return error instanceof ClientError
}
