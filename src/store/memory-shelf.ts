import Keyv from 'keyv'
import { LruMap } from './lru-map.js'
import type { Shelf, Stored } from './shelf.js'

export interface MemoryLimits {
  maxEntries: number
  /** About: what the values take in memory is estimated. */
  maxBytes: number
}

/**
 * In this process: the least recently used of too many, or too large, goes. Values are kept as they are, not copied,
 * so whoever reads one must not change it.
 */
export function createMemoryShelf<T>(limits: MemoryLimits): Shelf<T> {
  return new MemoryShelf<T>(limits)
}

class MemoryShelf<T> implements Shelf<T> {
  readonly #keyv: Keyv<Stored<T>>

  constructor({ maxEntries, maxBytes }: MemoryLimits) {
    // Keyv would turn values into JSON text, and judge their age by the system's time instead of the clock's.
    this.#keyv = new Keyv<Stored<T>>({
      store: new LruMap(maxEntries, maxBytes),
      useKeyPrefix: false,
      serialize: undefined,
      deserialize: undefined,
    })
  }

  get(key: string): Promise<Stored<T> | undefined> {
    return this.#keyv.get(key)
  }

  async set(key: string, stored: Stored<T>): Promise<void> {
    await this.#keyv.set(key, stored)
  }

  async delete(key: string): Promise<void> {
    await this.#keyv.delete(key)
  }
}
