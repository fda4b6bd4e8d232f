import { withFreshReads } from '../access/reads.js'
import { loadSubscriptionHead, type SubscriptionId } from '../access/records.js'
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { createDraft } from '../transaction/draft.js'
import type { Draft, DraftParts } from '../transaction/draft-request.js'
import { quote } from '../transaction/sentence.js'
import { signerOf } from '../transaction/signer.js'
import { isLaneBusy } from '../transaction/subscribe-lane.js'
import { NotSubscribedError, RecordPendingError } from './errors.js'
import { checkSlug } from './in-input.js'

export interface UnsubscribeInput {
  creator: PublicKey
  /** Its slug. */
  plan: string
  /** The fan; the viewer unless given. */
  signer?: PublicKey | null
  idempotencyKey: string
}

/**
 * Drafts the deletion of a subscription's record, which ends access and gives up what was paid for. Throws
 * InvalidInputError, NotSubscribedError where the node shows no record, RecordPendingError while the newest one is
 * not committed, and what createDraft throws.
 */
export async function unsubscribe(ctx: RequestContext, input: UnsubscribeInput): Promise<Draft> {
  const { creator, plan: slug, idempotencyKey } = input
  const fan = signerOf(ctx, input.signer)
  checkSlug(slug, 'plan')
  return createDraft(ctx, {
    operation: 'unsubscribe',
    input: { creator, plan: slug },
    signer: fan,
    idempotencyKey,
    kind: 'UNSUBSCRIBE',
    build: () => buildDeletion(withFreshReads(ctx), { fan, creator, slug }),
  })
}

async function buildDeletion(ctx: RequestContext, id: SubscriptionId): Promise<DraftParts> {
  const head = await loadSubscriptionHead(ctx, id)
  if (head?.isPending || (await isLaneBusy(ctx, id))) throw new RecordPendingError('subscription')
  if (!head) throw new NotSubscribedError(id.slug)
  return {
    metadata: {
      type: 'DELETE_USER_ASSOCIATION',
      associationId: Uint8Array.from(Buffer.from(head.entry.id, 'hex')),
    },
    outputs: [],
    extraData: new Map(),
    summary: `${id.fan} ends the subscription to the plan ${quote(id.slug)} of ${id.creator}, giving up what was paid for, and pays the network fee alone.`,
  }
}
