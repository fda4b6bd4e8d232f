import { Arg, Ctx, Field, FieldResolver, ID, InputType, Query, Resolver, Root } from 'type-graphql'
import { decideAccess } from '../../access/decide.js'
import { getContent } from '../../content/get-content.js'
import type { RequestContext } from '../../context.js'
import type { PublicKey } from '../../deso/keys.js'
import { policyOfPlan } from '../../protocol/policy.js'
import { getPlan } from '../../subscription/get-plan.js'
import { getTransaction } from '../../transaction/status.js'
import { contentPostHash } from '../content/content-resolver.js'
import { badInput } from '../errors/bad-input.js'
import { isGiven } from '../errors/is-given.js'
import { planKey } from '../node/keys.js'
import { PublicKeyType } from '../scalars/public-key.js'
import { TransactionObject } from '../transaction/transaction.js'
import { AccessObject, EvidenceObject } from './access.js'

@InputType({ description: 'Exactly one thing to have access to.' })
export class AccessTarget {
  @Field(() => ID, { nullable: true, description: 'The id of a content.' })
  content?: string | null

  @Field(() => ID, { nullable: true, description: 'The id of a plan.' })
  plan?: string | null
}

@Resolver(() => EvidenceObject)
export class AccessResolver {
  @Query(() => AccessObject, {
    nullable: true,
    description:
      'May an account have this? Null where there is no such target. What it rests on is public, so anyone may ask about anyone.',
  })
  async access(
    @Arg('to', () => AccessTarget, { description: 'To what.' }) to: AccessTarget,
    @Ctx() ctx: RequestContext,
    @Arg('account', () => PublicKeyType, { nullable: true, description: 'Who: the viewer unless given.' })
    account?: PublicKey | null,
  ): Promise<AccessObject | null> {
    const target = await findTarget(ctx, to)
    return target && new AccessObject(await decideAccess(ctx, target, account ?? ctx.viewer))
  }

  @FieldResolver(() => TransactionObject, { description: 'The transaction: compare it with any DeSo node.' })
  async transaction(
    @Root() { evidence }: EvidenceObject,
    @Ctx() ctx: RequestContext,
  ): Promise<TransactionObject> {
    const { transactionId, height } = evidence
    return new TransactionObject(await getTransaction(ctx, transactionId, { height }))
  }
}

async function findTarget(ctx: RequestContext, to: AccessTarget) {
  if (isGiven(to.content)) return getContent(ctx, contentPostHash(to.content))
  if (!isGiven(to.plan)) throw badInput('to: give a content or a plan.')
  const { creator, slug } = planKey(ctx, to.plan)
  const plan = await getPlan(ctx, creator, slug)
  return plan && { creator, policy: policyOfPlan(slug) }
}
