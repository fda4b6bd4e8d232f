import { GatewayError } from '../errors.js'

/** More callers want one key at once than may wait for it. The same call may succeed later. */
export class TooManyWaitingError extends GatewayError {
  constructor() {
    super('STORAGE_UNAVAILABLE', 'Too many calls wait for the same thing; try again in a moment.', {
      retryable: true,
    })
  }
}

interface Waiter {
  admit(): void
}

/** One at a time per key, first come first served; different keys do not wait for each other. */
export class KeyedMutex {
  /** A key that is held has a queue, empty while nobody waits. */
  readonly #queues = new Map<string, Waiter[]>()
  readonly #maxWaiting: number

  /** `maxWaiting`: callers that may wait for one key; the next gets TooManyWaitingError. */
  constructor(maxWaiting = 1000) {
    this.#maxWaiting = maxWaiting
  }

  /**
   * Runs `fn` while no other call of the same key runs. The signal ends the waiting (rejects with its reason);
   * what already runs is `fn`'s own business. Calling `run` with the same key inside `fn` waits for ever.
   */
  async run<T>(key: string, fn: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#acquire(key, signal)
    try {
      return await fn()
    } finally {
      this.#release(key)
    }
  }

  #acquire(key: string, signal: AbortSignal | undefined): Promise<void> | undefined {
    signal?.throwIfAborted()
    const queue = this.#queues.get(key)
    if (queue === undefined) {
      this.#queues.set(key, [])
      return undefined
    }
    if (queue.length >= this.#maxWaiting) throw new TooManyWaitingError()
    return waitIn(queue, signal)
  }

  #release(key: string): void {
    const next = this.#queues.get(key)?.shift()
    if (next === undefined) this.#queues.delete(key)
    else next.admit()
  }
}

function waitIn(queue: Waiter[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      queue.splice(queue.indexOf(waiter), 1)
      reject(signal?.reason)
    }
    const waiter: Waiter = {
      admit() {
        signal?.removeEventListener('abort', leave)
        resolve()
      },
    }
    queue.push(waiter)
    signal?.addEventListener('abort', leave, { once: true })
  })
}
