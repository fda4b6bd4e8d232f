import { subscriptionKey } from '../access/records.js'
import type { RequestContext } from '../context.js'
import type { Page, PageRequest } from '../page.js'
import { getSubscription } from './get-subscription.js'
import { listPage } from './list-page.js'
import type { AssociationList } from './list-position.js'
import type { Subscription } from './subscription.js'

export interface ListSubscriptionsOptions {
  /** true: only those that give access now; false: only those that do not. */
  active?: boolean
  page: PageRequest
}

/** What lists of a fan's and of a creator's side share: records that buy nothing are left out. */
export function listSubscriptionRows(
  ctx: RequestContext,
  list: AssociationList,
  { active, page }: ListSubscriptionsOptions,
): Promise<Page<Subscription>> {
  return listPage(ctx, list, page, async (entry) => {
    const { transactor: fan, target: creator, value: slug } = entry
    ctx.loaders.association.prime(subscriptionKey({ fan, creator, slug }), entry)
    const subscription = await getSubscription(ctx, fan, creator, slug)
    const isWanted = active === undefined || (subscription?.status === 'ACTIVE') === active
    return isWanted ? subscription : null
  })
}
