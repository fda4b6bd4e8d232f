import type { RequestContext } from '../context.js'
import type { NodePost } from '../deso/node.js'
import { StorageUnavailableError } from '../errors.js'
import { parseContentPost } from '../protocol/content-post.js'
import type { Content } from './content.js'
import { loadManifest } from './load-manifest.js'

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
  const parsed = parseContentPost(post)
  if (!parsed || !(await hasManifest(ctx, parsed))) return null
  const { timestampNanos, ...content } = parsed
  return { ...content, publishedAt: new Date(Math.min(Number(timestampNanos / 1_000_000n), MAX_DATE)) }
}

/** The author may write any timestamp; a Date ends here. */
const MAX_DATE = Date.UTC(9999, 11, 31, 23, 59, 59)

async function hasManifest(
  ctx: RequestContext,
  content: Pick<Content, 'manifestCid' | 'creator'>,
): Promise<boolean> {
  try {
    return (await loadManifest(ctx, content)) !== null
  } catch (error) {
    if (error instanceof StorageUnavailableError) return true
    throw error
  }
}
