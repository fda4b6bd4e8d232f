import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { type Page, type PageRequest, pageSize } from '../page.js'
import type { Content } from './content.js'
import { contentOf } from './get-content.js'
import { listContentsBackward } from './list-contents-backward.js'
import {
  cursorOf,
  edgeOf,
  isAtOrBehind,
  isBehind,
  type PostRange,
  positionOf,
  positionOfCursor,
  postsFrom,
} from './post-position.js'

/** An account may post a lot that is no content: a page looks at so many posts, then comes short. */
const MAX_SCANNED = 500
const BATCH = 50

/** What a creator published, newest first by the posts' own timestamps. Throws InvalidInputError. */
export async function listContents(
  ctx: RequestContext,
  creator: PublicKey,
  request: PageRequest,
): Promise<Page<Content>> {
  const { size, isBackward } = pageSize(request, ctx.app.config.limits.maxPageSize)
  const range = {
    after: positionOfCursor(ctx, creator, request, 'after'),
    before: positionOfCursor(ctx, creator, request, 'before'),
  }
  return (isBackward ? listContentsBackward : listContentsForward)(ctx, creator, range, size)
}

async function listContentsForward(
  ctx: RequestContext,
  creator: PublicKey,
  { after, before }: PostRange,
  size: number,
): Promise<Page<Content>> {
  let place = after
  const page: Page<Content> = { edges: [], hasNextPage: false, hasPreviousPage: after !== null }
  let limit = Math.min(BATCH, size + 1)
  for (let scanned = 0; scanned < MAX_SCANNED; limit = Math.min(BATCH, MAX_SCANNED - scanned)) {
    const posts = await postsFrom(ctx, creator, place, limit)
    const behind = posts.filter((post) => !place || isBehind(post, place))
    const end = before ? behind.findIndex((post) => isAtOrBehind(post, before)) : -1
    const inRange = end === -1 ? behind : behind.slice(0, end)
    const contents = await Promise.all(inRange.map((post) => contentOf(ctx, post)))
    for (const [index, post] of inRange.entries()) {
      ctx.loaders.post.prime(post.hash, post)
      place = positionOf(post)
      const content = contents[index]
      if (content && page.edges.length === size) return { ...page, hasNextPage: true }
      if (content) page.edges.push(edgeOf(ctx, creator, place, content))
    }
    if (end !== -1) return { ...page, hasNextPage: true }
    if (posts.length < limit) return page
    scanned += posts.length
    const anchor = posts.at(-1)?.hash
    if (place && anchor !== undefined) place = { ...place, anchor }
  }
  return { ...page, hasNextPage: true, ...(place && { endCursor: cursorOf(ctx, creator, place) }) }
}
