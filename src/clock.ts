import { setTimeout } from 'node:timers/promises'

/** The time, injected so that tests move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** The longest that a timer of Node can wait; it fires at once when asked for more. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),

  async sleep(ms, signal) {
    signal?.throwIfAborted()
    try {
      for (let left = ms; left > 0; left -= MAX_TIMER_MS) {
        await setTimeout(Math.min(left, MAX_TIMER_MS), undefined, { signal })
      }
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
