import type { BlockRef } from '../deso/chain.js'
import { type LiveEvent, type WatchContext, watch } from './watch.js'

/** The head of the committed chain, now and at every block from then on. Throws what `watch` throws. */
export async function watchChainHead(
  ctx: WatchContext,
  { fromHeight }: { fromHeight?: number | null },
): Promise<AsyncGenerator<LiveEvent<BlockRef>, void>> {
  const blocks = await watch(ctx, fromHeight, ({ block }) => [block])
  const isResumed = (fromHeight ?? ctx.lastHeight) !== null
  return isResumed ? eventsOf(blocks) : headFirst(ctx, blocks)
}

/** Whoever asks for the head wants to know it before the next one comes. */
async function* headFirst(
  ctx: WatchContext,
  blocks: AsyncGenerator<{ item: BlockRef }, void>,
): AsyncGenerator<LiveEvent<BlockRef>, void> {
  const head = await ctx.app.chain.freshCommittedTip({ signal: ctx.signal })
  yield { height: head.height, value: head }
  for await (const event of eventsOf(blocks)) if ((event.height ?? 0) > head.height) yield event
}

async function* eventsOf(
  blocks: AsyncGenerator<{ item: BlockRef }, void>,
): AsyncGenerator<LiveEvent<BlockRef>, void> {
  for await (const { item } of blocks) yield { height: item.height, value: item }
}
