import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { listVersions } from '../../content/list-versions.js'
import type { RequestContext } from '../../context.js'
import { getTransaction } from '../../transaction/status.js'
import { TransactionObject } from '../transaction/transaction.js'
import { ContentObject } from './content.js'
import { VersionObject } from './version.js'

@Resolver(() => ContentObject)
export class ContentVersionsResolver {
  @FieldResolver(() => [VersionObject], {
    description:
      'What it was, newest first, beginning with what it is. No DeSo node lists the edits of a post: these are its first version, its present one, and between them all that this gateway drafted or read in blocks. Public.',
  })
  async versions(@Root() { content }: ContentObject, @Ctx() ctx: RequestContext): Promise<VersionObject[]> {
    const versions = await listVersions(ctx, content)
    return versions.map((version) => new VersionObject(version, content.creator))
  }
}

@Resolver(() => VersionObject)
export class VersionResolver {
  @FieldResolver(() => TransactionObject, {
    nullable: true,
    description:
      'What made it: the post, or an edit of it. Null where another app made it and this gateway did not see the block.',
  })
  async transaction(
    @Root() { version }: VersionObject,
    @Ctx() ctx: RequestContext,
  ): Promise<TransactionObject | null> {
    if (!version.transaction) return null
    const { id, height } = version.transaction
    return new TransactionObject(await getTransaction(ctx, id, height === null ? {} : { height }))
  }
}
