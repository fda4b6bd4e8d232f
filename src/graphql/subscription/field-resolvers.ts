import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.js'
import { getSubscription } from '../../subscription/get-subscription.js'
import { getTransaction } from '../../transaction/status.js'
import { TransactionObject } from '../transaction/transaction.js'
import { PlanObject } from './plan.js'
import { FanSubscription, PaymentObject } from './subscription.js'

@Resolver(() => PlanObject)
export class PlanFieldResolver {
  @FieldResolver(() => FanSubscription, {
    nullable: true,
    description: 'The viewer’s subscription to this plan; null without one, or when nobody is signed in.',
  })
  viewerSubscription(@Root() plan: PlanObject, @Ctx() ctx: RequestContext): Promise<FanSubscription | null> {
    return subscriptionOf(ctx, plan.creator.publicKey, plan.slug)
  }
}

@Resolver(() => PaymentObject)
export class PaymentFieldResolver {
  @FieldResolver(() => TransactionObject, { description: 'The committed transaction that paid.' })
  async transaction(
    @Root() { payment }: PaymentObject,
    @Ctx() ctx: RequestContext,
  ): Promise<TransactionObject> {
    const { transactionId, height } = payment
    return new TransactionObject(await getTransaction(ctx, transactionId, { height }))
  }
}

/** The viewer's subscription, or null. */
export async function subscriptionOf(
  ctx: RequestContext,
  creator: PlanObject['creator']['publicKey'],
  slug: string,
): Promise<FanSubscription | null> {
  if (!ctx.viewer) return null
  const subscription = await getSubscription(ctx, ctx.viewer, creator, slug)
  return subscription && new FanSubscription(subscription)
}
