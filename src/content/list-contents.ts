import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { NodePost } from '../deso/node.js'
import { NodeRuleError } from '../deso/rule-errors.js'
import { InvalidInputError } from '../errors.js'
import { openCursor, type Page, type PageRequest, pageSize, sealCursor } from '../page.js'
import type { Content } from './content.js'
import { contentOf } from './get-content.js'

/** An account may post a lot that is no content: a page looks at so many posts, then comes short. */
const MAX_SCANNED = 500
const BATCH = 50

/** A place in an account's posts. */
interface Position {
  hash: string
  timestampNanos: bigint
  /** The post from which a node is asked to go on: this one, or one before it. */
  anchor: string
}

/** What a creator published, newest first by the posts' own timestamps. */
export async function listContents(
  ctx: RequestContext,
  creator: PublicKey,
  request: PageRequest,
): Promise<Page<Content>> {
  const { config, identity } = ctx.app
  const size = pageSize(request, config.limits.maxPageSize)
  const list = `contents:${creator}`
  const secret = identity.secret('cursor')
  const cursorOf = ({ hash, timestampNanos, anchor }: Position) =>
    sealCursor(secret, list, [hash, String(timestampNanos), anchor])
  // Sealed when it is asked for, as few ask for all.
  const edgeOf = (at: Position, node: Content) => ({
    get cursor() {
      return cursorOf(at)
    },
    node,
  })
  let place = request.after === undefined ? null : positionIn(openCursor(secret, list, request.after))
  const page: Page<Content> = { edges: [], hasNextPage: false, hasPreviousPage: place !== null }

  let limit = Math.min(BATCH, size + 1)
  for (let scanned = 0; scanned < MAX_SCANNED; limit = Math.min(BATCH, MAX_SCANNED - scanned)) {
    const posts = await postsFrom(ctx, creator, place, limit)
    const behind: NodePost[] = posts.filter((post) => !place || isBehind(post, place))
    const contents = await Promise.all(behind.map((post) => contentOf(ctx, post)))
    for (const [index, post] of behind.entries()) {
      ctx.loaders.post.prime(post.hash, post)
      place = positionOf(post)
      const content = contents[index]
      if (content && page.edges.length === size) return { ...page, hasNextPage: true }
      if (content) page.edges.push(edgeOf(place, content))
    }
    if (posts.length < limit) return page
    scanned += posts.length
    const anchor = posts.at(-1)?.hash
    if (place && anchor !== undefined) place = { ...place, anchor }
  }
  return { ...page, hasNextPage: true, ...(place && { endCursor: cursorOf(place) }) }
}

/** A node that no longer has the post, or shows it no more, begins anew: so what comes is compared with the place. */
async function postsFrom(
  ctx: RequestContext,
  creator: PublicKey,
  place: Position | null,
  limit: number,
): Promise<NodePost[]> {
  const options = { signal: ctx.signal }
  try {
    return await ctx.app.node.postsOf(creator, { limit, ...(place && { after: place.anchor }) }, options)
  } catch (error) {
    if (!(error instanceof NodeRuleError && error.kind === 'CURSOR_GONE')) throw error
    return ctx.app.node.postsOf(creator, { limit }, options)
  }
}

function isBehind({ hash, timestampNanos }: NodePost, place: Position): boolean {
  return hash !== place.hash && timestampNanos <= place.timestampNanos
}

function positionOf({ hash, timestampNanos }: NodePost): Position {
  return { hash, timestampNanos, anchor: hash }
}

function positionIn(opened: unknown): Position {
  if (!Array.isArray(opened) || opened.length !== 3) {
    throw new InvalidInputError('after: a cursor of another version of this gateway.')
  }
  const [hash, timestampNanos, anchor] = opened as [string, string, string]
  return { hash, timestampNanos: BigInt(timestampNanos), anchor }
}
