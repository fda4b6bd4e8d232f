import { unlessAborted } from './unless-aborted.js'

type Load<T> = (signal: AbortSignal) => Promise<T>

/**
 * What many ask at once is asked once. Who comes while an answer is under way waits for the next one, which may differ
 * by what they wrote before: so no answer is older than its question.
 */
export class SharedReads<T> {
  private readonly underWay = new Map<string, SharedRead<T>>()
  private readonly next = new Map<string, SharedRead<T>>()

  /** `load`'s answer; its signal aborts when nobody waits any more. Throws NodeUnavailableError when `signal` aborts. */
  read(key: string, load: Load<T>, signal: AbortSignal | undefined): Promise<T> {
    const read = this.next.get(key) ?? this.begin(key, load)
    return read.join(signal)
  }

  private begin(key: string, load: Load<T>): SharedRead<T> {
    const before = this.underWay.get(key)?.answer
    const read = new SharedRead<T>(async (signal) => {
      await before?.catch(() => undefined)
      // All that this turn of the event loop brings goes along.
      await new Promise((resolve) => setImmediate(resolve))
      this.next.delete(key)
      this.underWay.set(key, read)
      return load(signal).finally(() => {
        if (this.underWay.get(key) === read) this.underWay.delete(key)
      })
    })
    this.next.set(key, read)
    return read
  }
}

class SharedRead<T> {
  readonly answer: Promise<T>
  private readonly unwanted = new AbortController()
  private waiting = 0
  private isOpen = true

  constructor(load: Load<T>) {
    this.answer = load(this.unwanted.signal).finally(() => {
      this.isOpen = false
    })
  }

  async join(signal: AbortSignal | undefined): Promise<T> {
    this.waiting += 1
    try {
      return await unlessAborted(this.answer, signal)
    } finally {
      this.waiting -= 1
      if (this.waiting === 0 && this.isOpen) this.unwanted.abort()
    }
  }
}
