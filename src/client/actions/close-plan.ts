import { expectPlanVersion } from '../checks/plan-version.js'
import { type ActionOptions, type Executed, execute } from '../execute.js'
import { ClosePlanDocument } from '../generated.js'
import type { PlanSeen } from '../seen.js'
import type { SessionClient } from '../sign-in.js'

export interface ClosePlanOptions extends ActionOptions {
  /** As the creator saw it: with other terms, or another version, it is not closed. */
  plan: Omit<PlanSeen, 'creator'>
}

/**
 * Stops the sale of a plan of the signer's; who has paid keeps what was paid for.
 *
 * @example
 * await closePlan(session, { plan })
 */
export async function closePlan(session: SessionClient, options: ClosePlanOptions): Promise<Executed> {
  const { slug, title, price, periodSeconds, version } = options.plan
  const expectation = expectPlanVersion({
    creator: session.signer.publicKey33,
    slug,
    title,
    priceNanos: BigInt(price.nanos),
    periodSeconds,
    state: 'CLOSED',
    replaces: version,
  })
  return execute(
    session,
    {
      async draft(idempotencyKey) {
        const input = { slug, signer: session.publicKey, idempotencyKey }
        return (await session.request(ClosePlanDocument, { input }, options)).closePlan
      },
      expect: () => expectation,
    },
    options,
  )
}
