import type { RequestContext } from '../context.js'
import { createDraft } from './draft.js'
import type { Draft, DraftRequest } from './draft-request.js'
import { type SendDesoInput, sendDeso } from './kinds/send-deso.js'
import { type UpdateProfileInput, updateProfile } from './kinds/update-profile.js'

/** Exactly one kind that has no verb of its own. */
export type CreateTransactionInput = { sendDeso: SendDesoInput } | { updateProfile: UpdateProfileInput }

/** A draft of any other kind. Throws InvalidInputError, NotSignedInError, and what createDraft throws. */
export async function createTransaction(ctx: RequestContext, input: CreateTransactionInput): Promise<Draft> {
  return createDraft(ctx, requestOf(ctx, input))
}

function requestOf(ctx: RequestContext, input: CreateTransactionInput): DraftRequest {
  if ('sendDeso' in input) return sendDeso(ctx, input.sendDeso)
  return updateProfile(ctx, input.updateProfile)
}
