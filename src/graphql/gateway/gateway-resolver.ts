import { Ctx, FieldResolver, Int, Query, Resolver } from 'type-graphql'
import type { RequestContext } from '../../context.js'
import type { Network } from '../../deso/keys.js'
import { VERSION } from '../../version.js'
import { BlockRefObject } from '../transaction/block-ref.js'
import { GatewayObject, NetworkEnum, StorageStatus } from './gateway.js'

@Resolver(() => GatewayObject)
export class GatewayResolver {
  @Query(() => GatewayObject, {
    description: 'This gateway: network, chain head, storage, published limits. Public.',
  })
  gateway(@Ctx() ctx: RequestContext): GatewayObject {
    return { version: VERSION, limits: ctx.app.config.limits }
  }

  @FieldResolver(() => NetworkEnum, { description: 'Which DeSo chain it serves.' })
  network(@Ctx() ctx: RequestContext): Network {
    return ctx.app.config.deso.network
  }

  @FieldResolver(() => BlockRefObject, {
    nullable: true,
    description: 'The newest committed block; null, with an error, when no node answers.',
  })
  async committedTip(@Ctx() ctx: RequestContext): Promise<BlockRefObject> {
    return new BlockRefObject(await ctx.app.chain.committedTip({ signal: ctx.signal }))
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Height of the newest block, committed or not; null, with an error, when no node answers.',
  })
  async tipHeight(@Ctx() ctx: RequestContext): Promise<number> {
    return (await ctx.app.node.constructionParams({ signal: ctx.signal })).tipHeight
  }

  @FieldResolver(() => StorageStatus, { nullable: true, description: 'Where content is stored.' })
  async storage(@Ctx() ctx: RequestContext): Promise<StorageStatus> {
    const { ipfs } = ctx.app
    return { kind: ipfs.kind, isHealthy: await ipfs.isHealthy({ signal: ctx.signal }) }
  }
}
