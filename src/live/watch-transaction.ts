import { setMaxListeners } from 'node:events'
import type { CommittedBlock } from '../deso/chain.js'
import { type Glimpse, glimpse, isIn } from '../transaction/glimpse.js'
import { getTransaction } from '../transaction/status.js'
import type { TransactionStatus, TransactionView } from '../transaction/view.js'
import { MissedBlocksError } from './errors.js'
import { persist } from './persist.js'
import type { LiveEvent, WatchContext } from './watch.js'

const FINAL: ReadonlySet<TransactionStatus> = new Set(['COMMITTED', 'REJECTED', 'EXPIRED'])
/** One look at what became of it ends after this long, in milliseconds. */
const LOOK_MS = 60_000

/**
 * A transaction as it stands now, then at each change, up to its end (COMMITTED, REJECTED, EXPIRED), with which this
 * ends. One that another gateway sends, or nobody, is UNKNOWN until a block holds it. Throws MissedBlocksError.
 */
export async function* watchTransaction(
  ctx: WatchContext,
  { id }: { id: string },
): AsyncGenerator<LiveEvent<TransactionView>, void> {
  const news = new News(ctx, id)
  try {
    let before = ''
    while (!ctx.signal.aborted) {
      const seen = await news.glimpse()
      const view = await look(ctx, id, news.height).catch((error: Error) => error)
      const now = textOf(view)
      if (now !== before)
        yield { height: view instanceof Error ? null : (view.block?.height ?? null), value: view }
      before = now
      if (!(view instanceof Error) && FINAL.has(view.status)) return
      await news.next(seen)
    }
  } finally {
    news.stop()
  }
}

function textOf(view: TransactionView | Error): string {
  if (view instanceof Error) return `${view.name}: ${view.message}`
  const { id, status, block, rejection } = view
  return JSON.stringify([id, status, block?.hash, rejection?.rule])
}

function look(ctx: WatchContext, id: string, height: number | null): Promise<TransactionView> {
  return persist(ctx.app.clock, ctx.signal, () => {
    const signal = AbortSignal.timeout(LOOK_MS)
    setMaxListeners(0, signal)
    const anew = { ...ctx, signal, loaders: ctx.app.createLoaders(signal) }
    return getTransaction(anew, id, height === null ? {} : { height })
  })
}

/** Tells when it is time to look again, without asking a node. */
class News {
  /** Of the block that was seen to hold the transaction. */
  height: number | null = null
  private seen: Glimpse | null = null
  private tipHeight = 0
  private isTold = false
  private failure: Error | null = null
  private isRung = false
  private wake: () => void = () => undefined
  private readonly ends: (() => void)[]

  constructor(
    private readonly ctx: WatchContext,
    private readonly id: string,
  ) {
    const watching = ctx.app.live.watch({
      onChanges: (_, block) => this.onBlock(block),
      onGap: (reason) => this.onFailure(new MissedBlocksError(reason)),
    })
    const stopListening = ctx.app.submits.listen(id, () => this.tell())
    const ring = () => this.ring()
    ctx.signal.addEventListener('abort', ring, { once: true })
    this.ends = [() => watching.stop(), stopListening, () => ctx.signal.removeEventListener('abort', ring)]
  }

  stop(): void {
    for (const end of this.ends) end()
  }

  async glimpse(): Promise<Glimpse | null> {
    this.isTold = false
    this.seen = await persist(this.ctx.app.clock, this.ctx.signal, () => glimpse(this.ctx, this.id))
    return this.seen
  }

  /** Resolves when something may have changed since that glimpse, or nobody waits any more. */
  async next(before: Glimpse | null): Promise<void> {
    const { signal } = this.ctx
    while (!signal.aborted && !this.isTold) {
      if (this.failure) throw this.failure
      await this.rung()
      if (signal.aborted || this.isTold || (!this.failure && (await this.hasChanged(before)))) return
    }
  }

  private async rung(): Promise<void> {
    if (!this.isRung) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    this.isRung = false
  }

  private ring(): void {
    this.isRung = true
    this.wake()
  }

  private async hasChanged(before: Glimpse | null): Promise<boolean> {
    const now = await persist(this.ctx.app.clock, this.ctx.signal, () => glimpse(this.ctx, this.id))
    this.seen = now
    return now?.state !== before?.state || (now !== null && this.tipHeight > now.expiresAtHeight)
  }

  private onBlock(block: CommittedBlock): void {
    this.tipHeight = block.height
    if (isIn(block, this.id, this.seen)) {
      this.height = block.height
      this.isTold = true
    }
    this.ring()
  }

  private onFailure(error: Error): void {
    this.failure = error
    this.ring()
  }

  private tell(): void {
    this.isTold = true
    this.ring()
  }
}
