import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import { contentUrl } from '../../content/content-url.js'
import { wrappedFileKey } from '../../content/wrapped-file-key.js'
import type { RequestContext } from '../../context.js'
import { HexScalar } from '../scalars/identifiers.js'
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

  @FieldResolver(() => HexScalar, {
    nullable: true,
    description:
      'The key of this file, wrapped to the viewer’s own public key, to read it from any IPFS gateway (docs/protocol.md, "The key of one file"). Null where the file is not encrypted, nobody is signed in, the viewer has no access, and until the node shows the post. What was handed out cannot be taken back.',
  })
  async key(@Root() { content, file }: FileObject, @Ctx() ctx: RequestContext): Promise<string | null> {
    const key = content && (await wrappedFileKey(ctx, content, file))
    return key && Buffer.from(key).toString('hex')
  }
}
