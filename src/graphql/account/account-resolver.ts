import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql'
import { findAccount } from '../../account/find-account.js'
import { getAccount } from '../../account/get-account.js'
import { listContents } from '../../content/list-contents.js'
import type { RequestContext } from '../../context.js'
import type { PublicKey } from '../../deso/keys.js'
import { getPlan } from '../../subscription/get-plan.js'
import { listPlans } from '../../subscription/list-plans.js'
import { listSubscribers } from '../../subscription/list-subscribers.js'
import { listSubscriptions } from '../../subscription/list-subscriptions.js'
import { ContentConnection, ContentObject } from '../content/content.js'
import { badInput } from '../errors/bad-input.js'
import { isGiven } from '../errors/is-given.js'
import { type Connection, toConnection } from '../relay/connection.js'
import { AfterArg, BeforeArg, FirstArg, LastArg, type PageArgs, pageRequest } from '../relay/page-args.js'
import { SlugScalar } from '../scalars/identifiers.js'
import { subscriptionOf } from '../subscription/field-resolvers.js'
import { PlanConnection, PlanObject } from '../subscription/plan.js'
import { FanSubscription, SubscriptionConnection } from '../subscription/subscription.js'
import { AccountObject } from './account.js'
import { AccountBy } from './account-by.js'
import { Money } from './money.js'

const ActiveArg = () =>
  Arg('active', () => Boolean, {
    nullable: true,
    description: 'true: only those that give access now; false: only those that do not; absent: all.',
  })

type Rows = PageArgs['first']
type Cursor = PageArgs['after']
type Active = boolean | null | undefined

@Resolver(() => AccountObject)
export class AccountResolver {
  @Query(() => AccountObject, {
    nullable: true,
    description: 'Who the bearer token says; null without one. Anybody may ask.',
  })
  viewer(@Ctx() ctx: RequestContext): AccountObject | null {
    return ctx.viewer && new AccountObject(ctx.viewer)
  }

  @Query(() => AccountObject, {
    nullable: true,
    description:
      'An account by key or username. Every valid key is one; an unknown username is null. Public.',
  })
  async account(
    @Arg('by', () => AccountBy, { description: 'Exactly one way to name it.' }) by: AccountBy,
    @Ctx() ctx: RequestContext,
  ): Promise<AccountObject | null> {
    if (isGiven(by.publicKey)) return new AccountObject(by.publicKey)
    if (!isGiven(by.username)) throw badInput('by: give a publicKey or a username.')
    const key = await findAccount(ctx, { username: by.username })
    return key && new AccountObject(key)
  }

  @FieldResolver(() => String, { nullable: true, description: 'Null without a profile.' })
  async username(@Root() { publicKey }: AccountObject, @Ctx() ctx: RequestContext): Promise<string | null> {
    return (await getAccount(ctx, publicKey)).username
  }

  @FieldResolver(() => String, { nullable: true, description: 'The profile’s text; null without a profile.' })
  async description(
    @Root() { publicKey }: AccountObject,
    @Ctx() ctx: RequestContext,
  ): Promise<string | null> {
    return (await getAccount(ctx, publicKey)).description
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'The node’s view, transactions on their way included.',
  })
  async balance(@Root() { publicKey }: AccountObject, @Ctx() ctx: RequestContext): Promise<Money> {
    return new Money((await getAccount(ctx, publicKey)).balanceNanos)
  }

  @FieldResolver(() => PlanObject, { nullable: true, description: 'One of the account’s plans.' })
  async plan(
    @Root() { publicKey }: AccountObject,
    @Arg('slug', () => SlugScalar, { description: 'Which.' }) slug: string,
    @Ctx() ctx: RequestContext,
  ): Promise<PlanObject | null> {
    const plan = await getPlan(ctx, publicKey, slug)
    return plan && new PlanObject(plan)
  }

  @FieldResolver(() => PlanConnection, { description: 'What the account sells, by slug.' })
  async plans(
    @Root() { publicKey }: AccountObject,
    @Ctx() ctx: RequestContext,
    @FirstArg() first?: Rows,
    @AfterArg() after?: Cursor,
    @LastArg() last?: Rows,
    @BeforeArg() before?: Cursor,
  ): Promise<Connection<PlanObject>> {
    const page = await listPlans(ctx, publicKey, pageOf(ctx, { first, after, last, before }))
    return toConnection(page, (plan) => new PlanObject(plan))
  }

  @FieldResolver(() => ContentConnection, { description: 'What the account published, newest first.' })
  async contents(
    @Root() { publicKey }: AccountObject,
    @Ctx() ctx: RequestContext,
    @FirstArg() first?: Rows,
    @AfterArg() after?: Cursor,
    @LastArg() last?: Rows,
    @BeforeArg() before?: Cursor,
  ): Promise<Connection<ContentObject>> {
    const page = await listContents(ctx, publicKey, pageOf(ctx, { first, after, last, before }))
    return toConnection(page, (content) => new ContentObject(content))
  }

  @FieldResolver(() => SubscriptionConnection, {
    description: 'As a fan: by slug, then the creator’s key, as a node lists them. Public knowledge.',
  })
  subscriptions(
    @Root() { publicKey }: AccountObject,
    @Ctx() ctx: RequestContext,
    @ActiveArg() active?: Active,
    @FirstArg() first?: Rows,
    @AfterArg() after?: Cursor,
    @LastArg() last?: Rows,
    @BeforeArg() before?: Cursor,
  ): Promise<Connection<FanSubscription>> {
    return subscriptionPage(
      listSubscriptions,
      ctx,
      publicKey,
      active,
      pageOf(ctx, { first, after, last, before }),
    )
  }

  @FieldResolver(() => SubscriptionConnection, {
    description: 'As a creator: by slug, then the fan’s key, as a node lists them. Public knowledge.',
  })
  subscribers(
    @Root() { publicKey }: AccountObject,
    @Ctx() ctx: RequestContext,
    @ActiveArg() active?: Active,
    @FirstArg() first?: Rows,
    @AfterArg() after?: Cursor,
    @LastArg() last?: Rows,
    @BeforeArg() before?: Cursor,
  ): Promise<Connection<FanSubscription>> {
    return subscriptionPage(
      listSubscribers,
      ctx,
      publicKey,
      active,
      pageOf(ctx, { first, after, last, before }),
    )
  }

  @FieldResolver(() => FanSubscription, {
    nullable: true,
    description: 'The viewer’s subscription to a plan of this account; null when nobody is signed in.',
  })
  viewerSubscription(
    @Root() { publicKey }: AccountObject,
    @Arg('plan', () => SlugScalar, { description: 'Which plan.' }) plan: string,
    @Ctx() ctx: RequestContext,
  ): Promise<FanSubscription | null> {
    return subscriptionOf(ctx, publicKey, plan)
  }
}

function pageOf(ctx: RequestContext, args: PageArgs) {
  return pageRequest(args, ctx.app.config.limits.maxPageSize)
}

async function subscriptionPage(
  list: typeof listSubscriptions,
  ctx: RequestContext,
  key: PublicKey,
  active: Active,
  page: ReturnType<typeof pageOf>,
): Promise<Connection<FanSubscription>> {
  const options = isGiven(active) ? { active, page } : { page }
  return toConnection(await list(ctx, key, options), (row) => new FanSubscription(row))
}
