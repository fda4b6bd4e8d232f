import type { Settings } from './settings.js'

/** When the embedded IPFS store is swept. */
export interface Garbage {
  /** Blocks stored within this time stay, whether pinned or not. */
  readonly graceSeconds: number
  /** From one collection to the next; 0: only by `npm run gc`. */
  readonly intervalSeconds: number
}

const YEAR = 31_536_000

export function readGarbage(settings: Settings): Garbage {
  return {
    graceSeconds: settings.integer('GC_GRACE_SECONDS', { default: 86_400, min: 0, max: YEAR }),
    intervalSeconds: settings.integer('GC_INTERVAL_SECONDS', { default: 21_600, min: 0, max: YEAR }),
  }
}
