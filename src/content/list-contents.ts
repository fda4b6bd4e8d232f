import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { InvalidInputError } from '../errors.js'
import { openCursor, type Page, type PageRequest, pageSize, sealCursor } from '../page.js'
import type { Content } from './content.js'
import { contentOf } from './get-content.js'

/** An account may post a lot that is no content: a page looks at so many posts, then comes short. */
const MAX_SCANNED = 500
const BATCH = 50

/** What a creator published, newest first by the posts' own timestamps. */
export async function listContents(
  ctx: RequestContext,
  creator: PublicKey,
  request: PageRequest,
): Promise<Page<Content>> {
  const { signal, app } = ctx
  const size = pageSize(request, app.config.limits.maxPageSize)
  const list = `contents:${creator}`
  const secret = app.identity.secret('cursor')
  const cursorOf = (hash: string) => sealCursor(secret, list, hash)
  let after = request.after === undefined ? undefined : hashIn(openCursor(secret, list, request.after))
  const page: Page<Content> = { edges: [], hasNextPage: false, hasPreviousPage: after !== undefined }
  if (size === 0) return page

  for (let scanned = 0; scanned < MAX_SCANNED; ) {
    const limit = Math.min(BATCH, MAX_SCANNED - scanned)
    const posts = await app.node.postsOf(
      creator,
      { limit, ...(after !== undefined && { after }) },
      { signal },
    )
    const contents = await Promise.all(posts.map((post) => contentOf(ctx, post)))
    for (const [index, post] of posts.entries()) {
      ctx.loaders.post.prime(post.hash, post)
      const content = contents[index]
      if (content && page.edges.length === size) return { ...page, hasNextPage: true }
      if (content) page.edges.push({ cursor: cursorOf(post.hash), node: content })
    }
    if (posts.length < limit) return page
    scanned += posts.length
    after = posts.at(-1)?.hash
  }
  return { ...page, hasNextPage: true, ...(after !== undefined && { endCursor: cursorOf(after) }) }
}

function hashIn(position: unknown): string {
  if (typeof position === 'string' && /^[0-9a-f]{64}$/.test(position)) return position
  throw new InvalidInputError('after: not a cursor of this list.', ['after'])
}
