import { expectPlanVersion } from '../checks/plan-version.js'
import { type ActionOptions, type Executed, execute } from '../execute.js'
import { CreatePlanDocument } from '../generated.js'
import type { SessionClient } from '../sign-in.js'

export interface CreatePlanOptions extends ActionOptions {
  slug: string
  title: string
  /** Of one period, at least 1. */
  priceNanos: bigint
  /** 60 to 315,360,000; 0: bought once, for good. */
  periodSeconds: number
  /** The version that this one replaces; unless given, whichever is current. */
  replaces?: string
}

/**
 * Offers a plan of the signer's, or a new version of the one with this slug. The transaction's id is the version.
 *
 * @example
 * await createPlan(session, { slug: 'gold', title: 'Gold', priceNanos: 1_000_000_000n, periodSeconds: 2_592_000 })
 */
export async function createPlan(session: SessionClient, options: CreatePlanOptions): Promise<Executed> {
  const { slug, title, priceNanos, periodSeconds, replaces = null } = options
  const creator = session.signer.publicKey33
  const expectation = expectPlanVersion({
    creator,
    slug,
    title,
    priceNanos,
    periodSeconds,
    state: 'OPEN',
    replaces,
  })
  return execute(
    session,
    {
      async draft(idempotencyKey) {
        const terms = { slug, title, priceNanos: String(priceNanos), periodSeconds }
        const input = { ...terms, signer: session.publicKey, idempotencyKey }
        return (await session.request(CreatePlanDocument, { input }, options)).createPlan
      },
      expect: () => expectation,
    },
    options,
  )
}
