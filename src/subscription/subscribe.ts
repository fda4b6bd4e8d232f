/**
 * Plans and subscriptions, as verbs: what may be drafted and read of them. This room knows no GraphQL, signs and
 * sends nothing, and judges no record itself: what one is worth, access/ and protocol/ say.
 */
import { withFreshReads } from '../access/reads.js'
import { loadPlan, loadSubscription, type SubscriptionId, type SubscriptionState } from '../access/records.js'
import type { RequestContext } from '../context.js'
import type { RecordRef } from '../deso/chain.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import { InvalidInputError } from '../errors.js'
import { formatDeso, MAX_NANOS } from '../protocol/amounts.js'
import { describePeriod, requiredNanos } from '../protocol/periods.js'
import { type CurrentPlan, refOf } from '../protocol/plan-chain.js'
import { buildSubscriptionRecord } from '../protocol/records.js'
import { createDraft } from '../transaction/draft.js'
import type { Draft, DraftParts } from '../transaction/draft-request.js'
import { quote } from '../transaction/sentence.js'
import { signerOf } from '../transaction/signer.js'
import { isLaneBusy } from '../transaction/subscribe-lane.js'
import {
  OwnSubscriptionError,
  PlanChangedError,
  PlanClosedError,
  PlanNotFoundError,
  RecordPendingError,
} from './errors.js'
import { toPlan } from './get-plan.js'
import { checkSlug, inInput } from './in-input.js'

export interface SubscribeInput {
  creator: PublicKey
  /** Its slug. */
  plan: string
  /** 1 to 1,200; 1 for a plan for good. Default 1. */
  periods?: number | null
  /** The version that the fan saw. */
  planVersion?: string | null
  /** The fan; the viewer unless given. */
  signer?: PublicKey | null
  idempotencyKey: string
}

/**
 * Drafts a payment for a plan: the first, one that extends what runs, or a new start. Throws InvalidInputError,
 * OwnSubscriptionError, PlanNotFoundError, PlanClosedError, PlanChangedError, RecordPendingError while the newest
 * record of plan or subscription is not committed, and what createDraft throws.
 */
export async function subscribe(ctx: RequestContext, input: SubscribeInput): Promise<Draft> {
  const { creator, plan: slug, idempotencyKey } = input
  const fan = signerOf(ctx, input.signer)
  const order = { periods: input.periods ?? 1, planVersion: input.planVersion ?? null }
  checkSlug(slug, 'plan')
  inInput(() => requiredNanos(1n, order.periods))
  if (fan === creator) throw new OwnSubscriptionError()
  return createDraft(ctx, {
    operation: 'subscribe',
    input: { creator, plan: slug, ...order },
    signer: fan,
    idempotencyKey,
    kind: 'SUBSCRIBE',
    build: () => buildPayment(withFreshReads(ctx), { fan, creator, slug }, order),
  })
}

interface Order {
  periods: number
  planVersion: string | null
}

async function buildPayment(ctx: RequestContext, id: SubscriptionId, order: Order): Promise<DraftParts> {
  const plan = await planForSale(ctx, id, order)
  const subscription = await loadSubscription(ctx, id)
  // The node may not show what was sent: its answer was lost, or its block was taken away.
  if (subscription.isPending || (await isLaneBusy(ctx, id))) throw new RecordPendingError('subscription')
  const draft = {
    creator: publicKeyToBytes(id.creator),
    slug: id.slug,
    plan: plan.ref,
    priceNanos: plan.terms.priceNanos,
    periods: order.periods,
    prev: recordToRenew(subscription),
  }
  return {
    ...buildSubscriptionRecord(draft),
    summary: summaryOf(id, plan, order.periods),
    subscribe: { creator: id.creator, slug: id.slug, plan: plan.ref, head: subscription.entry?.id ?? null },
  }
}

/** The current version, if it can be bought so. */
async function planForSale(
  ctx: RequestContext,
  { creator, slug }: SubscriptionId,
  { periods, planVersion }: Order,
): Promise<CurrentPlan> {
  const { current, isPending } = await loadPlan(ctx, { creator, slug })
  if (isPending) throw new RecordPendingError('plan')
  if (!current) throw new PlanNotFoundError(slug, ['input', 'plan'])
  if (current.terms.state === 'CLOSED') throw new PlanClosedError(slug)
  if (planVersion !== null && planVersion !== current.version.id) {
    throw new PlanChangedError(toPlan({ creator, slug }, current))
  }
  checkPeriods(periods, current)
  return current
}

function checkPeriods(periods: number, { terms }: CurrentPlan): void {
  if (terms.periodSeconds === 0 && periods !== 1) {
    throw new InvalidInputError('A plan for good is bought once: periods must be 1.', ['input', 'periods'])
  }
  if (requiredNanos(terms.priceNanos, periods) > MAX_NANOS) {
    throw new InvalidInputError(
      `So many periods cost more than 2^64 - 1 nanos: at most ${MAX_NANOS / terms.priceNanos}.`,
      ['input', 'periods'],
    )
  }
}

/** Only what runs is renewed: what was given up or has ended is not revived. */
function recordToRenew({ entitlement, history }: SubscriptionState): RecordRef | null {
  const newest = history.hops[0]
  return entitlement.granted && newest ? refOf(newest) : null
}

function summaryOf({ fan, creator, slug }: SubscriptionId, { terms }: CurrentPlan, periods: number): string {
  const cost = `${formatDeso(requiredNanos(terms.priceNanos, periods))} DESO`
  const bought =
    terms.periodSeconds === 0
      ? 'once, for good'
      : `${periods} ${periods === 1 ? 'period' : 'periods'} of ${describePeriod(terms.periodSeconds)}`
  return `${fan} pays ${cost} to ${creator} for the plan ${quote(slug)} (${quote(terms.title)}): ${bought}.`
}
