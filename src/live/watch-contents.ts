import type { Content } from '../content/content.js'
import { contentOf } from '../content/get-content.js'
import type { PublicKey } from '../deso/keys.js'
import { sharedLoad } from './background.js'
import type { PublishedPost } from './block-changes.js'
import { type LiveEvent, type WatchContext, watch } from './watch.js'

export interface WatchContentsInput {
  creator: PublicKey
  fromHeight?: number | null
}

/**
 * Each content that a creator publishes, once its post is in a committed block. One that does not hold, or is hidden by
 * now, gives no event; an edit is none. Throws what `watch` throws.
 */
export async function watchContents(
  ctx: WatchContext,
  { creator, fromHeight }: WatchContentsInput,
): Promise<AsyncGenerator<LiveEvent<Content>, void>> {
  const posts = await watch(ctx, fromHeight, ({ published }) =>
    published.filter((post) => post.creator === creator),
  )
  return contentsOf(ctx, posts)
}

async function* contentsOf(
  { app }: WatchContext,
  posts: AsyncGenerator<{ height: number; item: PublishedPost }, void>,
): AsyncGenerator<LiveEvent<Content>, void> {
  for await (const { height, item } of posts) {
    const value = await loadPublished(app, item).catch((error: Error) => error)
    if (value) yield { height, value }
  }
}

/** As the node shows it now; a node that has not come as far shows nothing yet, but the block has it. */
const loadPublished = sharedLoad(async (ctx, { post }: PublishedPost): Promise<Content | null> => {
  const shown = await ctx.loaders.post.load(post.hash)
  return contentOf(ctx, shown ?? post)
})
