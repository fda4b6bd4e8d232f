import type { Clock } from '../clock.js'
import type { Cache } from './cache.js'
import { createMemoryCache } from './memory-cache.js'

/** Makes the caches of one gateway, so that all of them live in the same place and end together. */
export interface Caches {
  /** The cache of this name; asked again, the same one. Two uses of one name must agree in type and size. */
  create<T>(name: string, options: { maxEntries: number }): Cache<T>
  close(): Promise<void>
}

/** Caches in the memory of this process; times to live by `clock`. */
export function createMemoryCaches(clock: Clock): Caches {
  const caches = new Map<string, { cache: unknown; maxEntries: number }>()
  return {
    create<T>(name: string, { maxEntries }: { maxEntries: number }): Cache<T> {
      const known = caches.get(name) ?? { cache: createMemoryCache<T>(clock, maxEntries), maxEntries }
      if (known.maxEntries !== maxEntries) {
        throw new Error(`The cache ${name} has ${known.maxEntries} entries, not ${maxEntries}.`)
      }
      caches.set(name, known)
      return known.cache as Cache<T>
    },
    async close() {
      caches.clear()
    },
  }
}
