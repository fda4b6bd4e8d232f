import { withFreshReads } from '../access/reads.js'
import { loadPlan, newestVersion } from '../access/records.js'
import type { RequestContext } from '../context.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import { buildPlanRecord, checkPlanTerms } from '../protocol/records.js'
import { createDraft } from '../transaction/draft.js'
import type { Draft, DraftParts } from '../transaction/draft-request.js'
import { signerOf } from '../transaction/signer.js'
import { RecordPendingError } from './errors.js'
import { inInput } from './in-input.js'

export interface CreatePlanInput {
  slug: string
  title: string
  /** Of one period, at least 1. */
  priceNanos: bigint
  /** 60 to 315,360,000; 0: bought once, for good. */
  periodSeconds: number
  /** Whose plan; the viewer unless given. */
  signer?: PublicKey | null
  idempotencyKey: string
}

/**
 * Drafts a plan, or a new version of the one with this slug. Throws InvalidInputError, RecordPendingError while the
 * newest version is not committed, and what createDraft throws.
 */
export async function createPlan(ctx: RequestContext, input: CreatePlanInput): Promise<Draft> {
  const { slug, title, priceNanos, periodSeconds, idempotencyKey } = input
  const creator = signerOf(ctx, input.signer)
  inInput(() => checkPlanTerms(input))
  return createDraft(ctx, {
    operation: 'createPlan',
    input: { slug, title, priceNanos: String(priceNanos), periodSeconds },
    signer: creator,
    idempotencyKey,
    kind: 'CREATE_PLAN',
    build: () => buildVersion(withFreshReads(ctx), creator, input),
  })
}

async function buildVersion(
  ctx: RequestContext,
  creator: PublicKey,
  { slug, title, priceNanos, periodSeconds }: CreatePlanInput,
): Promise<DraftParts> {
  const plan = await loadPlan(ctx, { creator, slug })
  if (plan.isPending) throw new RecordPendingError('plan')
  return buildPlanRecord({
    creator: publicKeyToBytes(creator),
    slug,
    title,
    priceNanos,
    periodSeconds,
    state: 'OPEN',
    prev: newestVersion(plan),
  })
}
