import type { RequestContext } from '../context.js'
import { unlessAborted } from '../deso/unless-aborted.js'
import { InvalidInputError } from '../errors.js'
import type { BlockChanges } from './block-changes.js'
import { MissedBlocksError, TooFarBackError } from './errors.js'
import { EventQueue } from './event-queue.js'
import { persist } from './persist.js'

/** What a watch gives. */
export interface LiveEvent<T> {
  /** Of the committed block that it comes from: where to go on after a gap. Null: of none. */
  height: number | null
  /** An error where it could not be read in time; the watch goes on. */
  value: T | Error
}

/** One who watches. */
export interface WatchContext extends RequestContext {
  /** Ends the watch: its signal aborts with this reason. */
  end(reason: Error): void
  /** Where the connection itself asks to go on (Last-Event-ID), unless the operation says where. */
  lastHeight: number | null
  place: WatchPlace
}

/** How far a watch of blocks is: the height up to which all that it found was taken; null while something waits. */
export class WatchPlace {
  settledHeight: (() => number | null) | null = null
}

interface Found<I> {
  height: number
  item: I
}

/**
 * What `pick` finds in every committed block: from now on, or from a height on, itself among them. Throws
 * InvalidInputError or TooFarBackError at once. What it yields ends when the signal aborts, or with MissedBlocksError;
 * a watcher who does not take it is ended with TooSlowError.
 */
export async function watch<I>(
  ctx: WatchContext,
  fromHeight: number | null | undefined,
  pick: (changes: BlockChanges) => readonly I[],
): Promise<AsyncGenerator<Found<I>, void>> {
  const { app, signal } = ctx
  const from = fromHeight ?? ctx.lastHeight
  if (from !== null && from < 0) throw new InvalidInputError('fromHeight: a height is at least 0.')
  const queue = new EventQueue<Found<I>>(app.clock, signal, app.config.live.maxQueue, (error) =>
    ctx.end(error),
  )
  const found = (changes: BlockChanges) => {
    const { height } = changes.block
    return height < (from ?? 0) ? [] : pick(changes).map((item) => ({ height, item }))
  }
  const watching = app.live.watch({
    onChanges: (changes) => queue.push(found(changes)),
    onGap: (reason) => queue.fail(new MissedBlocksError(reason)),
  })
  signal.addEventListener('abort', () => watching.stop(), { once: true })
  ctx.place.settledHeight = () => null
  const live = () => {
    ctx.place.settledHeight = () => (queue.isIdle ? (app.follower.head?.height ?? null) : null)
    return queue.items()
  }
  if (from === null) return live()
  try {
    const { height } = await unlessAborted(watching.started, signal)
    const limit = app.config.limits.maxReplayBlocks
    if (height - from >= limit) throw new TooFarBackError(limit, height - limit + 1)
    return chain(() => replay(ctx, from, height, found), live)
  } catch (error) {
    watching.stop()
    throw error
  }
}

async function* replay<I>(
  { app, signal }: WatchContext,
  from: number,
  to: number,
  found: (changes: BlockChanges) => Found<I>[],
): AsyncGenerator<Found<I>, void> {
  for (let height = from; height <= to && !signal.aborted; height++) {
    yield* found(await persist(app.clock, signal, () => app.live.changesAt(height)))
  }
}

async function* chain<T>(...parts: (() => AsyncGenerator<T, void>)[]): AsyncGenerator<T, void> {
  for (const part of parts) yield* part()
}
