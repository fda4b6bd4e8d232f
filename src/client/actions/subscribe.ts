import { parsePublicKey } from '../../deso/keys.js'
import { expectSubscribe } from '../checks/subscribe.js'
import { type ActionOptions, type Executed, execute } from '../execute.js'
import { SubscribeDocument } from '../generated.js'
import type { PlanSeen } from '../seen.js'
import type { SessionClient } from '../sign-in.js'

export interface SubscribeOptions extends ActionOptions {
  /** As the fan saw it: with another version current, UserErrorsError with PLAN_CHANGED. */
  plan: PlanSeen
  /** 1 to 1,200, 1 unless given; 1 for a plan for good. */
  periods?: number
}

/**
 * Pays for a plan: the first time, an extension of what runs, or a new start.
 *
 * @example
 * const { account } = await session.request(GetPlanDocument, { creator, slug: 'gold' })
 * await subscribe(session, { plan: account.plan, periods: 1 })
 */
export async function subscribe(session: SessionClient, options: SubscribeOptions): Promise<Executed> {
  const { plan, periods = 1 } = options
  const creator = parsePublicKey(plan.creator.publicKey, session.options.network)
  const expectation = expectSubscribe({
    creator,
    slug: plan.slug,
    planVersion: plan.version,
    priceNanos: BigInt(plan.price.nanos),
    periods,
  })
  return execute(
    session,
    {
      async draft(idempotencyKey) {
        const order = { creator, plan: plan.slug, planVersion: plan.version, periods }
        const input = { ...order, signer: session.publicKey, idempotencyKey }
        return (await session.request(SubscribeDocument, { input }, options)).subscribe
      },
      expect: () => expectation,
    },
    options,
  )
}
