import type { RequestContext } from '../context.js'
import { publicKeyToBytes } from '../deso/keys.js'
import { chainTerms, checkFunds, compose, presentNonce } from './compose.js'
import type { DraftRequest, JsonValue } from './draft-request.js'
import { draftKeyOf, loadDraft } from './draft-store.js'
import { IdempotencyConflictError } from './errors.js'
import { checkIdempotencyKey } from './idempotency.js'

/**
 * For verbs whose input is long to come, like an upload: what the key's draft has attached; null where it has none yet.
 * Throws now what createDraft would throw later whatever comes: IdempotencyConflictError for a key of another operation,
 * InsufficientFundsError, InvalidInputError for what no transaction can hold. `build` gives parts as long as the real ones.
 */
export async function foreseeDraft(
  ctx: RequestContext,
  { operation, signer, idempotencyKey, build }: Omit<DraftRequest, 'input' | 'kind'>,
): Promise<{ attachment: JsonValue } | null> {
  checkIdempotencyKey(idempotencyKey)
  const stored = await loadDraft(ctx.app.state, draftKeyOf(publicKeyToBytes(signer), idempotencyKey))
  if (stored?.record.operation === operation) return { attachment: stored.record.attachment }
  if (stored?.record.isPinnedBySigner) throw new IdempotencyConflictError(['operation'])
  const [parts, terms] = await Promise.all([build(), chainTerms(ctx)])
  const nonce = presentNonce(ctx, signer, idempotencyKey, terms)
  const transaction = compose(parts, { signer, nonce, terms, leastFeeNanos: 0n })
  await checkFunds(ctx, signer, transaction, parts.extraSpendNanos ?? 0n)
  return null
}
