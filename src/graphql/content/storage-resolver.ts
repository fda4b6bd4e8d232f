import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { contentStorage } from '../../content/content-storage.js'
import type { RequestContext } from '../../context.js'
import { ContentObject } from './content.js'
import { StorageObject } from './storage.js'

@Resolver(() => ContentObject)
export class StorageResolver {
  @FieldResolver(() => StorageObject, {
    nullable: true,
    description: 'Replicas of its files: wanted, held, failing.',
  })
  storage(@Root() { content }: ContentObject, @Ctx() ctx: RequestContext): Promise<StorageObject> {
    return contentStorage(ctx, content)
  }
}
