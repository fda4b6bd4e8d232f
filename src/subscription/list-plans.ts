import { planKey } from '../access/records.js'
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { Page, PageRequest } from '../page.js'
import { PLAN_TYPE } from '../protocol/records.js'
import { getPlan } from './get-plan.js'
import { listPage } from './list-page.js'
import type { Plan } from './plan.js'

/** A creator's plans by slug, closed ones among them. Throws InvalidInputError and what getPlan throws. */
export function listPlans(ctx: RequestContext, creator: PublicKey, page: PageRequest): Promise<Page<Plan>> {
  const list = {
    name: `plans of ${creator}`,
    query: { transactor: creator, target: creator, type: PLAN_TYPE },
    partyOf: () => creator,
  }
  return listPage(ctx, list, page, (entry) => {
    ctx.loaders.association.prime(planKey({ creator, slug: entry.value }), entry)
    return getPlan(ctx, creator, entry.value)
  })
}
