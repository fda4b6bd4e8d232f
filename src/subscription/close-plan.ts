import { withFreshReads } from '../access/reads.js'
import { loadPlan } from '../access/records.js'
import type { RequestContext } from '../context.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import { buildPlanRecord, MAX_TITLE_BYTES } from '../protocol/records.js'
import { createDraft } from '../transaction/draft.js'
import type { Draft, DraftParts } from '../transaction/draft-request.js'
import { signerOf } from '../transaction/signer.js'
import { PlanClosedError, PlanNotFoundError, RecordPendingError } from './errors.js'
import { checkSlug } from './in-input.js'

export interface ClosePlanInput {
  slug: string
  /** Whose plan; the viewer unless given. */
  signer?: PublicKey | null
  idempotencyKey: string
}

/**
 * Drafts the version that ends a plan's sale and keeps its subscribers. Throws InvalidInputError, PlanNotFoundError,
 * PlanClosedError, RecordPendingError while the newest version is not committed, and what createDraft throws.
 */
export async function closePlan(ctx: RequestContext, input: ClosePlanInput): Promise<Draft> {
  const { slug, idempotencyKey } = input
  const creator = signerOf(ctx, input.signer)
  checkSlug(slug, 'slug')
  return createDraft(ctx, {
    operation: 'closePlan',
    input: { slug },
    signer: creator,
    idempotencyKey,
    kind: 'CREATE_PLAN',
    build: () => buildClosing(withFreshReads(ctx), creator, slug),
  })
}

async function buildClosing(ctx: RequestContext, creator: PublicKey, slug: string): Promise<DraftParts> {
  const { current, isPending } = await loadPlan(ctx, { creator, slug })
  if (isPending) throw new RecordPendingError('plan')
  if (!current) throw new PlanNotFoundError(slug, ['input', 'slug'])
  if (current.terms.state === 'CLOSED') throw new PlanClosedError(slug)
  return buildPlanRecord({
    ...current.terms,
    title: writableTitle(current.terms.title, slug),
    creator: publicKeyToBytes(creator),
    slug,
    state: 'CLOSED',
    prev: current.ref,
  })
}

/** Other apps may have written titles that this gateway does not write; those plans can be closed all the same. */
function writableTitle(title: string, slug: string): string {
  let written = ''
  for (const character of title.replace(/[\p{Cc}\p{Cs}]/gu, '')) {
    if (Buffer.byteLength(written + character) > MAX_TITLE_BYTES) break
    written += character
  }
  return written || slug
}
