import { InvalidInputError } from '../../errors.js'
import { expectUnsubscribe } from '../checks/unsubscribe.js'
import { type ActionOptions, type Executed, execute } from '../execute.js'
import { UnsubscribeDocument } from '../generated.js'
import type { SubscriptionSeen } from '../seen.js'
import type { SessionClient } from '../sign-in.js'

export interface UnsubscribeOptions extends ActionOptions {
  /** As the fan saw it: only a record of its payments is deleted. */
  subscription: SubscriptionSeen
}

/**
 * Ends a subscription of the signer's, giving up what was paid for. To let it run out, do nothing: nothing renews itself.
 *
 * @example
 * await unsubscribe(session, { subscription })
 */
export async function unsubscribe(session: SessionClient, options: UnsubscribeOptions): Promise<Executed> {
  const { creator, plan, payments } = options.subscription
  const [newest, ...older] = payments.map(({ transaction }) => transaction.transactionId)
  if (newest === undefined) {
    throw new InvalidInputError('A subscription without payments has no record to delete.', ['subscription'])
  }
  return execute(
    session,
    {
      async draft(idempotencyKey) {
        const which = { creator: creator.publicKey, plan: plan.slug }
        const input = { ...which, signer: session.publicKey, idempotencyKey }
        return (await session.request(UnsubscribeDocument, { input }, options)).unsubscribe
      },
      expect: () =>
        expectUnsubscribe({ slug: plan.slug, creator: creator.publicKey, records: [newest, ...older] }),
    },
    options,
  )
}
