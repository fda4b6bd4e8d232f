import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { contentUrl } from '../../content/content-url.js'
import type { RequestContext } from '../../context.js'
import { UrlScalar } from '../scalars/plain.js'
import { FileObject } from './file.js'

@Resolver(() => FileObject)
export class FileResolver {
  @FieldResolver(() => UrlScalar, {
    nullable: true,
    description:
      'Where these bytes are served, with ranges. A gated file’s address works for the present viewer alone, for hours, and each request asks for access anew. Null where the viewer has no access, and until the node shows the post.',
  })
  async url(@Root() { content, file }: FileObject, @Ctx() ctx: RequestContext): Promise<string | null> {
    return content && contentUrl(ctx, content, file)
  }
}
