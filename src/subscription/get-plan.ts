import { loadPlan, type PlanId } from '../access/records.js'
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { CurrentPlan } from '../protocol/plan-chain.js'
import type { Plan } from './plan.js'

/** A plan as its newest committed version says; null: there is none. Throws NodeUnavailableError. */
export async function getPlan(ctx: RequestContext, creator: PublicKey, slug: string): Promise<Plan | null> {
  const { current } = await loadPlan(ctx, { creator, slug })
  return current && toPlan({ creator, slug }, current)
}

export function toPlan({ creator, slug }: PlanId, { terms, version }: CurrentPlan): Plan {
  const { title, priceNanos, periodSeconds, state } = terms
  return { creator, slug, title, priceNanos, periodSeconds, state, version: version.id }
}
