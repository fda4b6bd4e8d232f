import { loadSubscription, type SubscriptionId, type SubscriptionState } from '../access/records.js'
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { CountedPayment } from '../protocol/entitlement.js'
import { toPlan } from './get-plan.js'
import type { Subscription, SubscriptionPayment, SubscriptionStatus } from './subscription.js'

/**
 * A fan's subscription; null: the node shows no record, or what is committed buys nothing and nothing is on its way.
 * Throws NodeUnavailableError or HistoryTooLongError, both retryable.
 */
export async function getSubscription(
  ctx: RequestContext,
  fan: PublicKey,
  creator: PublicKey,
  slug: string,
): Promise<Subscription | null> {
  const id = { fan, creator, slug }
  return toSubscription(id, await loadSubscription(ctx, id))
}

function toSubscription(id: SubscriptionId, state: SubscriptionState): Subscription | null {
  const status = statusOf(state)
  const current = state.plan?.current
  if (!status || !current) return null
  const { startsAt, expiresAt, payments } = state.entitlement
  return {
    ...id,
    plan: toPlan(id, current),
    status,
    startsAt: toDate(startsAt),
    expiresAt: toDate(expiresAt),
    payments: payments.map(toPayment),
  }
}

function statusOf({ entitlement, isPending }: SubscriptionState): SubscriptionStatus | null {
  if (entitlement.granted) return 'ACTIVE'
  if (entitlement.payments.length > 0) return 'EXPIRED'
  return isPending ? 'PENDING' : null
}

function toPayment({ id, block, ...payment }: CountedPayment): SubscriptionPayment {
  const { paidNanos, periods, startsAt, endsAt } = payment
  return {
    transactionId: id,
    height: block.height,
    paidNanos,
    periods,
    startsAt: toDate(startsAt),
    endsAt: toDate(endsAt),
  }
}

function toDate(unixSeconds: number | null): Date | null {
  return unixSeconds === null ? null : new Date(unixSeconds * 1000)
}
