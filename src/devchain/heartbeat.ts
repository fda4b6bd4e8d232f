import type { Clock } from '../clock.js'

export interface HeartbeatOptions {
  clock: Clock
  /** Between beats; 0: it never beats by itself. */
  intervalMs: number
  hasWork(): boolean
  beat(): void
}

/** Makes blocks at a pace while something waits, and rests otherwise. */
export class Heartbeat implements AsyncDisposable {
  #lastMs = Number.NEGATIVE_INFINITY
  #wake: () => void = () => undefined
  readonly #stop = new AbortController()
  readonly #beating: Promise<void>

  constructor(private readonly options: HeartbeatOptions) {
    this.#beating = options.intervalMs > 0 ? this.#run() : Promise.resolve()
  }

  /** Aborted when it ends. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** A block was made, whoever asked for it. */
  noteBeat(): void {
    this.#lastMs = this.options.clock.now()
    this.wake()
  }

  /** There may be work. */
  wake(): void {
    this.#wake()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.wake()
    await this.#beating
  }

  async #run(): Promise<void> {
    const { signal } = this
    const { clock, hasWork, beat } = this.options
    while (!signal.aborted) {
      if (!hasWork()) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      await clock.sleep(this.#untilNext(), signal).catch(() => undefined)
      if (!signal.aborted && hasWork()) beat()
    }
  }

  /** A chain that was idle answers soon, yet leaves transactions a moment in the mempool, as a real one does. */
  #untilNext(): number {
    const { intervalMs, clock } = this.options
    return Math.max(intervalMs - (clock.now() - this.#lastMs), intervalMs / 10)
  }
}
