import type { Clock } from '../clock.js'
import { TooSlowError } from './errors.js'

/** A full queue is given so long to make room: what comes waits, for all watchers. */
const PATIENCE_MS = 2_000

/**
 * Between the follower, who tells, and one watcher, who takes when its connection has room. Bounded: a watcher who
 * takes nothing for as long as others can wait is given up.
 */
export class EventQueue<T> {
  #waiting: T[] = []
  #failure: Error | null = null
  #taken: (() => void) | null = null
  #came: (() => void) | null = null
  #isIdle = false

  /** `onTooSlow`: the watcher may be stuck where it does not look here. */
  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    /** Events that the watcher has not taken yet. */
    private readonly maxWaiting: number,
    private readonly onTooSlow: (error: TooSlowError) => void,
  ) {}

  /** Everything was taken, and the watcher waits for more. */
  get isIdle(): boolean {
    return this.#isIdle && this.#waiting.length === 0
  }

  /** Resolves when there is room for the next. */
  async push(items: readonly T[]): Promise<void> {
    for (const item of items) {
      if (this.#waiting.length >= this.maxWaiting) await this.#makeRoom()
      if (this.#failure || this.signal.aborted) return
      this.#waiting.push(item)
      this.#came?.()
    }
  }

  /** What waits is still given, then this is thrown. */
  fail(error: Error): void {
    this.#failure ??= error
    this.#came?.()
  }

  /** Ends when the signal aborts. */
  async *items(): AsyncGenerator<T, void> {
    while (!this.signal.aborted) {
      const item = this.#waiting.shift()
      this.#taken?.()
      if (item !== undefined) yield item
      else if (this.#failure) throw this.#failure
      else {
        this.#isIdle = true
        await this.#next()
        this.#isIdle = false
      }
    }
  }

  #next(): Promise<void> {
    return this.#until((resolve) => {
      this.#came = resolve
    })
  }

  async #makeRoom(): Promise<void> {
    const room = this.#until((resolve) => {
      this.#taken = resolve
    })
    const patience = new AbortController()
    const late = this.clock.sleep(PATIENCE_MS, patience.signal).then(
      () => true,
      () => false,
    )
    const isLate = await Promise.race([room.then(() => false), late])
    patience.abort()
    if (!isLate) return
    const error = new TooSlowError()
    this.#waiting = []
    this.fail(error)
    this.onTooSlow(error)
  }

  #until(arm: (resolve: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.signal.removeEventListener('abort', done)
        resolve()
      }
      if (this.signal.aborted) return resolve()
      this.signal.addEventListener('abort', done, { once: true })
      arm(done)
    })
  }
}
