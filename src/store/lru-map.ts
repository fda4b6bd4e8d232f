import { LRUCache } from 'lru-cache'
import { bytesInMemory } from './bytes-in-memory.js'

/**
 * The Map-like store that Keyv wants, bounded in entries and bytes; what is larger than all of it is not kept. Keyv
 * hands its time to live as a third argument of `set`, which LRUCache takes for options and throws on; hence this
 * wrapper.
 */
export class LruMap {
  readonly #entries: LRUCache<string, object>

  constructor(maxEntries: number, maxBytes: number) {
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: (value, key) => bytesInMemory(key) + bytesInMemory(value),
    })
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): object | undefined {
    return this.#entries.get(key)
  }

  set(key: string, value: object): this {
    this.#entries.set(key, value)
    return this
  }

  has(key: string): boolean {
    return this.#entries.has(key)
  }

  delete(key: string): boolean {
    return this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }
}
