import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { Page } from '../page.js'
import { SUBSCRIPTION_TYPE } from '../protocol/records.js'
import { type ListSubscriptionsOptions, listSubscriptionRows } from './list-subscription-rows.js'
import type { Subscription } from './subscription.js'

/** A creator's subscribers by slug, then the fan's key. Throws InvalidInputError and what getSubscription throws. */
export function listSubscribers(
  ctx: RequestContext,
  creator: PublicKey,
  options: ListSubscriptionsOptions,
): Promise<Page<Subscription>> {
  const list = {
    name: `subscribers of ${creator}`,
    query: { target: creator, type: SUBSCRIPTION_TYPE },
    partyOf: ({ transactor }: { transactor: PublicKey }) => transactor,
  }
  return listSubscriptionRows(ctx, list, options)
}
