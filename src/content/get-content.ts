import type { RequestContext } from '../context.js'
import type { NodePost } from '../deso/node.js'
import { StorageUnavailableError } from '../errors.js'
import { parseContentPost } from '../protocol/content-post.js'
import type { Content } from './content.js'
import { hasManifest } from './load-manifest.js'

/** The content that a post announces; null: none, hidden, or one that does not hold. */
export async function getContent(ctx: RequestContext, postHash: string): Promise<Content | null> {
  const post = await ctx.loaders.post.load(postHash)
  return post && contentOf(ctx, post)
}

/**
 * Fields, policy and manifest must hold, and the manifest must name the poster as its creator: else a thief's post
 * could pass another's files off as his own. While IPFS has no answer the content stands without its files.
 */
export async function contentOf(ctx: RequestContext, post: NodePost): Promise<Content | null> {
  const before = found.get(post)
  if (before) return before
  const parsed = parseContentPost(post)
  if (!parsed) return null
  const manifest = await manifestState(ctx, parsed)
  if (manifest === 'none') return null
  const { timestampNanos, ...fields } = parsed
  const publishedAt = new Date(Math.min(Number(timestampNanos / 1_000_000n), MAX_DATE))
  const content = { ...fields, publishedAt }
  if (manifest === 'held') found.set(post, content)
  return content
}

/** Of posts whose manifest held: neither changes, and a node's answer that comes again has the same objects. */
const found = new WeakMap<NodePost, Content>()

/** The author may write any timestamp; a Date ends here. */
const MAX_DATE = Date.UTC(9999, 11, 31, 23, 59, 59)

/** 'unknown': IPFS has no answer. */
async function manifestState(
  ctx: RequestContext,
  content: Pick<Content, 'manifestCid' | 'creator'>,
): Promise<'held' | 'none' | 'unknown'> {
  try {
    return (await hasManifest(ctx, content)) ? 'held' : 'none'
  } catch (error) {
    if (error instanceof StorageUnavailableError) return 'unknown'
    throw error
  }
}
