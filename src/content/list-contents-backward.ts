import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { NodePost } from '../deso/node.js'
import { InvalidInputError } from '../errors.js'
import { BACKWARD_REACH, type Edge, type Page } from '../page.js'
import { parseContentPost } from '../protocol/content-post.js'
import type { Content } from './content.js'
import { contentOf } from './get-content.js'
import { edgeOf, isAtOrBehind, isBehind, type PostRange, positionOf, postsFrom } from './post-position.js'

const READ_AT_ONCE = 100
const JUDGED_AT_ONCE = 10

/**
 * The last contents of a range, in the list's order. A node lists posts forward alone, so the range is read from its
 * start. Throws InvalidInputError where its end is farther away than one reads.
 */
export async function listContentsBackward(
  ctx: RequestContext,
  creator: PublicKey,
  range: PostRange,
  size: number,
): Promise<Page<Content>> {
  const posts = await candidates(ctx, creator, range)
  const edges: Edge<Content>[] = []
  let hasMore = false
  for (let end = posts.length; end > 0 && !hasMore; end -= JUDGED_AT_ONCE) {
    const batch = posts.slice(Math.max(0, end - JUDGED_AT_ONCE), end).reverse()
    const contents = await Promise.all(batch.map((post) => contentOf(ctx, post)))
    for (const [index, post] of batch.entries()) {
      const content = contents[index]
      if (!content) continue
      hasMore = edges.length === size
      if (hasMore) break
      edges.push(edgeOf(ctx, creator, positionOf(post), content))
    }
  }
  return {
    edges: edges.reverse(),
    hasNextPage: range.before !== null,
    hasPreviousPage: hasMore || range.after !== null,
  }
}

/** The posts of a range that may be contents. */
async function candidates(
  ctx: RequestContext,
  creator: PublicKey,
  { after, before }: PostRange,
): Promise<NodePost[]> {
  const found: NodePost[] = []
  let place = after
  for (let scanned = 0; scanned < BACKWARD_REACH; ) {
    const posts = await postsFrom(ctx, creator, place, READ_AT_ONCE)
    const behind = posts.filter((post) => !place || isBehind(post, place))
    const end = before ? behind.findIndex((post) => isAtOrBehind(post, before)) : -1
    const inRange = end === -1 ? behind : behind.slice(0, end)
    for (const post of inRange.filter((each) => parseContentPost(each))) {
      ctx.loaders.post.prime(post.hash, post)
      found.push(post)
    }
    if (end !== -1 || posts.length < READ_AT_ONCE) return found
    scanned += posts.length
    const [last, anchor] = [behind.at(-1), posts.at(-1)?.hash]
    if (last) place = positionOf(last)
    if (place && anchor !== undefined) place = { ...place, anchor }
  }
  throw new InvalidInputError(
    `last, before: they reach ${BACKWARD_REACH} posts of this account. Read the list from its start, with first and after.`,
  )
}
