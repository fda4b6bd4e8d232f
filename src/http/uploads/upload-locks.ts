import type { Lock } from '@tus/server'
import { HttpError } from '../http-error.js'

interface Holder {
  /** Ends the request that holds the lock. */
  stop(): void
  freed: Promise<void>
  free(): void
}

/** How long a request waits for one that it has stopped: that one still syncs what came. */
const WAIT_MS = 20_000

/**
 * One request at a time for each upload. A later one ends the earlier, whose client is most likely gone without a word:
 * what came of it is kept, then the later one begins.
 */
export class UploadLocks {
  readonly #holders = new Map<string, Holder>()

  /** A lock for one request; `stop` ends that request. */
  newLock(id: string, stop: () => void): Lock {
    let held: Holder | null = null
    return {
      lock: async () => {
        held = await this.#take(id, stop)
      },
      unlock: async () => {
        if (held && this.#holders.get(id) === held) this.#holders.delete(id)
        held?.free()
      },
    }
  }

  async #take(id: string, stop: () => void): Promise<Holder> {
    const deadline = performance.now() + WAIT_MS
    for (let other = this.#holders.get(id); other; other = this.#holders.get(id)) {
      other.stop()
      await within(other.freed, deadline - performance.now())
    }
    let free = () => {}
    const freed = new Promise<void>((resolve) => {
      free = resolve
    })
    const holder = { stop, freed, free }
    this.#holders.set(id, holder)
    return holder
  }
}

function within(freed: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new HttpError(423, 'BAD_REQUEST', 'Another request works on this upload.'))
    const timer = setTimeout(late, ms)
    void freed.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
