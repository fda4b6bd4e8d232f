import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import type { Collected } from './collect-garbage.js'

export interface CollectionSchedule {
  collect: () => Promise<Collected>
  /** From one collection to the next, a quarter more or less, so that gateways on one disk do not work at once. */
  everyMs: number
  clock: Clock
  log: Pick<Logger, 'info' | 'error'>
}

/** Collects from time to time until it is disposed of. A collection that fails is told in the log, and tried again. */
export function scheduleCollections({ collect, everyMs, clock, log }: CollectionSchedule): AsyncDisposable {
  const stop = new AbortController()
  const run = async () => {
    for (;;) {
      await clock.sleep(everyMs * (0.75 + Math.random() / 2), stop.signal)
      try {
        const collected = await collect()
        if (collected.blocks > 0) log.info(collected, 'collected garbage of the IPFS store')
      } catch (err) {
        stop.signal.throwIfAborted()
        log.error({ err }, 'could not collect garbage of the IPFS store')
      }
    }
  }
  const running = run().catch(() => {}) // it ends by the signal alone
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}
