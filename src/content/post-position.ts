import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { NodePost } from '../deso/node.js'
import { NodeRuleError } from '../deso/rule-errors.js'
import { InvalidInputError } from '../errors.js'
import { type Edge, openCursor, type PageRequest, sealCursor } from '../page.js'
import type { Content } from './content.js'

/** A place in an account's posts, which a node lists newest first by their own timestamps. */
export interface PostPosition {
  hash: string
  timestampNanos: bigint
  /** The post from which a node is asked to go on: this one, or one before it. */
  anchor: string
}

/** What lies between two places of a list. */
export interface PostRange {
  after: PostPosition | null
  before: PostPosition | null
}

export function positionOf({ hash, timestampNanos }: NodePost): PostPosition {
  return { hash, timestampNanos, anchor: hash }
}

/** Does the post come behind that place? By its own timestamp, so that it holds when the post there is hidden. */
export function isBehind({ hash, timestampNanos }: NodePost, place: PostPosition): boolean {
  return hash !== place.hash && timestampNanos <= place.timestampNanos
}

/** Is the post at that place, or behind it? */
export function isAtOrBehind(post: NodePost, place: PostPosition): boolean {
  return post.hash === place.hash || post.timestampNanos < place.timestampNanos
}

export function cursorOf(ctx: RequestContext, creator: PublicKey, place: PostPosition): string {
  const { hash, timestampNanos, anchor } = place
  return sealCursor(secretOf(ctx), listOf(creator), [hash, String(timestampNanos), anchor])
}

/** A row of a page. Its cursor is sealed when it is asked for, as few ask for all. */
export function edgeOf(
  ctx: RequestContext,
  creator: PublicKey,
  place: PostPosition,
  node: Content,
): Edge<Content> {
  return {
    get cursor() {
      return cursorOf(ctx, creator, place)
    },
    node,
  }
}

/** Null: not given. Throws InvalidInputError for what this gateway did not issue for this list. */
export function positionOfCursor(
  ctx: RequestContext,
  creator: PublicKey,
  page: PageRequest,
  argument: 'after' | 'before',
): PostPosition | null {
  const cursor = page[argument]
  if (cursor === undefined) return null
  const opened = openCursor(secretOf(ctx), listOf(creator), cursor, argument)
  if (!Array.isArray(opened) || opened.length !== 3) {
    throw new InvalidInputError(`${argument}: a cursor of another version of this gateway.`)
  }
  const [hash, timestampNanos, anchor] = opened as [string, string, string]
  return { hash, timestampNanos: BigInt(timestampNanos), anchor }
}

/** A node that no longer has the post, or shows it no more, begins anew: so what comes is compared with the place. */
export async function postsFrom(
  ctx: RequestContext,
  creator: PublicKey,
  place: PostPosition | null,
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

function listOf(creator: PublicKey): string {
  return `contents:${creator}`
}

function secretOf({ app }: RequestContext): Uint8Array {
  return app.identity.secret('cursor')
}
