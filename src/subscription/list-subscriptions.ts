import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { Page } from '../page.js'
import { SUBSCRIPTION_TYPE } from '../protocol/records.js'
import { type ListSubscriptionsOptions, listSubscriptionRows } from './list-subscription-rows.js'
import type { Subscription } from './subscription.js'

/** A fan's subscriptions by slug, then the creator's key. Throws InvalidInputError and what getSubscription throws. */
export function listSubscriptions(
  ctx: RequestContext,
  fan: PublicKey,
  options: ListSubscriptionsOptions,
): Promise<Page<Subscription>> {
  const list = {
    name: `subscriptions of ${fan}`,
    query: { transactor: fan, type: SUBSCRIPTION_TYPE },
    partyOf: ({ target }: { target: PublicKey }) => target,
  }
  return listSubscriptionRows(ctx, list, options)
}
