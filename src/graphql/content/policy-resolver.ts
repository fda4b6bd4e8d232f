import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.js'
import { getPlan } from '../../subscription/get-plan.js'
import { PlanObject } from '../subscription/plan.js'
import { PlanRule } from './policy.js'

@Resolver(() => PlanRule)
export class PlanRuleResolver {
  @FieldResolver(() => PlanObject, {
    nullable: true,
    description: 'The plan, to show its price; null where the creator has none of that slug.',
  })
  async plan(@Root() rule: PlanRule, @Ctx() ctx: RequestContext): Promise<PlanObject | null> {
    const plan = await getPlan(ctx, rule.creator, rule.slug)
    return plan && new PlanObject(plan)
  }
}
