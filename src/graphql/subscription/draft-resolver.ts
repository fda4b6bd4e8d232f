import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import type { RequestContext } from '../../context.js'
import { closePlan } from '../../subscription/close-plan.js'
import { createPlan } from '../../subscription/create-plan.js'
import { subscribe } from '../../subscription/subscribe.js'
import { unsubscribe } from '../../subscription/unsubscribe.js'
import { DraftPayload, draftPayload } from '../transaction/draft-input.js'
import { ClosePlanInput, CreatePlanInput, SubscribeInput, UnsubscribeInput } from './inputs.js'

/** The four drafting mutations of plans and subscriptions: each a thin shell around its verb. */
@Resolver()
export class SubscriptionDraftResolver {
  @Mutation(() => DraftPayload, {
    description:
      'A draft that offers a plan, or changes it: the same slug again is a new version. Running subscriptions keep what they paid for. Anybody may call it; only the signer can sign.',
  })
  createPlan(
    @Arg('input', () => CreatePlanInput, { description: 'The plan.' }) input: CreatePlanInput,
    @Ctx() ctx: RequestContext,
  ): Promise<DraftPayload> {
    return draftPayload(ctx, 'CREATE_PLAN', () => createPlan(ctx, input))
  }

  @Mutation(() => DraftPayload, {
    description:
      'A draft that stops the sale of a plan and keeps its subscribers. Do not delete a plan’s record by other means: that locks its subscribers out. Anybody may call it; only the creator can sign.',
  })
  closePlan(
    @Arg('input', () => ClosePlanInput, { description: 'Which plan.' }) input: ClosePlanInput,
    @Ctx() ctx: RequestContext,
  ): Promise<DraftPayload> {
    return draftPayload(ctx, 'CREATE_PLAN', () => closePlan(ctx, input))
  }

  @Mutation(() => DraftPayload, {
    description:
      'A draft that pays a creator and records the subscription in one transaction: new, a renewal, or again; the gateway knows which. Anybody may call it; only the fan can sign.',
  })
  subscribe(
    @Arg('input', () => SubscribeInput, { description: 'What to pay for.' }) input: SubscribeInput,
    @Ctx() ctx: RequestContext,
  ): Promise<DraftPayload> {
    return draftPayload(ctx, 'SUBSCRIBE', () => subscribe(ctx, input))
  }

  @Mutation(() => DraftPayload, {
    description:
      'A draft that deletes the subscription’s record: access ends at once, and what was paid for is given up. To merely stop renewing, do nothing. Anybody may call it; only the fan can sign.',
  })
  unsubscribe(
    @Arg('input', () => UnsubscribeInput, { description: 'Which subscription.' }) input: UnsubscribeInput,
    @Ctx() ctx: RequestContext,
  ): Promise<DraftPayload> {
    return draftPayload(ctx, 'UNSUBSCRIBE', () => unsubscribe(ctx, input))
  }
}
