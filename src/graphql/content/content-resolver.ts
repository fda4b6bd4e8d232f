import type { CID } from 'multiformats/cid'
import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql'
import { decideAccess } from '../../access/decide.js'
import { contentBaseUrl } from '../../content/content-url.js'
import { getContent } from '../../content/get-content.js'
import { listContents } from '../../content/list-contents.js'
import { loadFiles } from '../../content/load-files.js'
import { loadManifest } from '../../content/load-manifest.js'
import type { RequestContext } from '../../context.js'
import type { PublicKey } from '../../deso/keys.js'
import { AccessObject } from '../access/access.js'
import { badInput } from '../errors/bad-input.js'
import { isGiven } from '../errors/is-given.js'
import { type Connection, toConnection } from '../relay/connection.js'
import { decodeGlobalId } from '../relay/global-id.js'
import { AfterArg, BeforeArg, FirstArg, LastArg, pageRequest } from '../relay/page-args.js'
import { CidScalar, TransactionIdScalar } from '../scalars/identifiers.js'
import { UrlScalar } from '../scalars/plain.js'
import { PublicKeyType } from '../scalars/public-key.js'
import { ContentConnection, ContentObject } from './content.js'
import { FileObject } from './file.js'
import { countListedFiles } from './listed-files.js'

@Resolver(() => ContentObject)
export class ContentResolver {
  @Query(() => ContentObject, {
    nullable: true,
    description:
      'A content by exactly one of id and post hash; null where there is none, or it is hidden. Public.',
  })
  async content(
    @Ctx() ctx: RequestContext,
    @Arg('id', () => ID, { nullable: true, description: 'By its id.' }) id?: string | null,
    @Arg('postHash', () => TransactionIdScalar, { nullable: true, description: 'By its post.' })
    postHash?: string | null,
  ): Promise<ContentObject | null> {
    if (isGiven(id) === isGiven(postHash)) throw badInput('content: give exactly one of id and postHash.')
    const content = await getContent(ctx, postHash ?? contentPostHash(id as string))
    return content && new ContentObject(content)
  }

  @Query(() => ContentConnection, { description: 'What a creator published, newest first. Public.' })
  async contents(
    @Arg('creator', () => PublicKeyType, { description: 'Whose.' }) creator: PublicKey,
    @Ctx() ctx: RequestContext,
    @FirstArg() first?: number | null,
    @AfterArg() after?: string | null,
    @LastArg() last?: number | null,
    @BeforeArg() before?: string | null,
  ): Promise<Connection<ContentObject>> {
    const page = pageRequest({ first, after, last, before }, ctx.app.config.limits.maxPageSize)
    return toConnection(await listContents(ctx, creator, page), (content) => new ContentObject(content))
  }

  @FieldResolver(() => [FileObject], {
    nullable: true,
    description:
      'Its files; null, with an error, when IPFS has no answer, and where an answer would list more than 20,000.',
  })
  async files(@Root() { content }: ContentObject, @Ctx() ctx: RequestContext): Promise<FileObject[]> {
    const files = await loadFiles(ctx, content)
    countListedFiles(ctx, files.length)
    return files.map((file) => new FileObject(file, content))
  }

  @FieldResolver(() => CidScalar, {
    nullable: true,
    description:
      'The same files as a UnixFS directory, which any IPFS gateway serves by their paths: `/ipfs/<directoryCid>/<path>`. Null of what is encrypted, or was published without.',
  })
  async directoryCid(@Root() { content }: ContentObject, @Ctx() ctx: RequestContext): Promise<CID | null> {
    return (await loadManifest(ctx, content))?.dir ?? null
  }

  @FieldResolver(() => UrlScalar, {
    nullable: true,
    description:
      'Where this content is a folder: the path of each file, relative to this, is its address, so that relative links work without a header, as HLS and DASH need. Of a gated content it works for the present viewer alone, for hours, and each request asks for access anew. Null where the viewer has no access.',
  })
  baseUrl(@Root() { content }: ContentObject, @Ctx() ctx: RequestContext): Promise<string | null> {
    return contentBaseUrl(ctx, content)
  }

  @FieldResolver(() => AccessObject, {
    nullable: true,
    description: 'May the viewer have the bytes? Null, with an error, when the node has no answer.',
  })
  async viewerAccess(@Root() { content }: ContentObject, @Ctx() ctx: RequestContext): Promise<AccessObject> {
    return new AccessObject(await decideAccess(ctx, content, ctx.viewer))
  }
}

/** Throws BAD_USER_INPUT unless it is the id of a content. */
export function contentPostHash(id: string): string {
  const hash = decodeGlobalId(id, 'Content').parts[0] ?? ''
  if (!/^[0-9a-f]{64}$/.test(hash)) throw badInput('Not an id of this gateway for Content.')
  return hash
}
