import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql'
import { getContent } from '../../content/get-content.js'
import type { RequestContext } from '../../context.js'
import { getPlan } from '../../subscription/get-plan.js'
import { getSubscription } from '../../subscription/get-subscription.js'
import { getTransaction } from '../../transaction/status.js'
import { AccountObject } from '../account/account.js'
import { ContentObject } from '../content/content.js'
import { badInput } from '../errors/bad-input.js'
import { decodeGlobalId, type NodeTypeName } from '../relay/global-id.js'
import { NodeInterface } from '../relay/node.js'
import { PlanObject } from '../subscription/plan.js'
import { FanSubscription } from '../subscription/subscription.js'
import { TransactionObject } from '../transaction/transaction.js'
import { hashOf, keyOf, slugOf } from './keys.js'

type Find = (ctx: RequestContext, parts: readonly string[]) => Promise<NodeInterface | null>

const FINDERS: { [T in NodeTypeName]: Find } = {
  Account: async (ctx, [key = '']) => new AccountObject(keyOf(ctx, key)),
  Plan: async (ctx, [creator = '', slug = '']) => {
    const plan = await getPlan(ctx, keyOf(ctx, creator), slugOf(slug))
    return plan && new PlanObject(plan)
  },
  Subscription: async (ctx, [fan = '', creator = '', slug = '']) => {
    const found = await getSubscription(ctx, keyOf(ctx, fan), keyOf(ctx, creator), slugOf(slug))
    return found && new FanSubscription(found)
  },
  Content: async (ctx, [hash = '']) => {
    const content = await getContent(ctx, hashOf(hash))
    return content && new ContentObject(content)
  },
  Transaction: async (ctx, [id = '']) => {
    const view = await getTransaction(ctx, hashOf(id))
    return view.status === 'UNKNOWN' ? null : new TransactionObject(view)
  },
}

@Resolver()
export class NodeResolver {
  @Query(() => NodeInterface, {
    nullable: true,
    description: 'Anything by its id; null where nothing is there. Public.',
  })
  node(
    @Arg('id', () => ID, { description: 'As this gateway gave it.' }) id: string,
    @Ctx() ctx: RequestContext,
  ): Promise<NodeInterface | null> {
    return find(ctx, id)
  }

  @Query(() => [NodeInterface], {
    nullable: 'items',
    description:
      'The same for many ids, in their order; at most `gateway.limits.maxPageSize`. An id that is malformed, or whose source does not answer, is null with an error of its own. Public.',
  })
  nodes(
    @Arg('ids', () => [ID], { description: 'As this gateway gave them.' }) ids: string[],
    @Ctx() ctx: RequestContext,
  ): Promise<NodeInterface | null>[] {
    const max = ctx.app.config.limits.maxPageSize
    if (ids.length > max) throw badInput(`ids: at most ${max}, not ${ids.length}.`)
    return ids.map((id) => find(ctx, id))
  }
}

async function find(ctx: RequestContext, id: string): Promise<NodeInterface | null> {
  const { type, parts } = decodeGlobalId(id)
  return FINDERS[type](ctx, parts)
}
