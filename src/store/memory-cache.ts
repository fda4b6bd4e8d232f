import Keyv from 'keyv'
import type { Clock } from '../clock.js'
import type { Cache } from './cache.js'
import { LruMap } from './lru-map.js'

interface Stored<T> {
  value: T
  /** Milliseconds since the epoch; undefined: until pushed out. */
  expiresAt: number | undefined
}

/**
 * A cache in this process: the least recently used of more than `maxEntries` goes. Values are kept as they are,
 * not copied, so whoever reads one must not change it.
 */
export function createMemoryCache<T>(clock: Clock, maxEntries: number): Cache<T> {
  return new MemoryCache<T>(clock, maxEntries)
}

class MemoryCache<T> implements Cache<T> {
  readonly #keyv: Keyv<Stored<T>>
  readonly #flights = new Map<string, Promise<T>>()

  constructor(
    private readonly clock: Clock,
    maxEntries: number,
  ) {
    // Keyv would turn values into JSON text, and judge their age by the system's time instead of the clock's.
    this.#keyv = new Keyv<Stored<T>>({
      store: new LruMap(maxEntries),
      useKeyPrefix: false,
      serialize: undefined,
      deserialize: undefined,
    })
  }

  async get(key: string): Promise<T | undefined> {
    return (await this.#lookUp(key))?.value
  }

  async set(key: string, value: T, ttlMs?: number): Promise<void> {
    this.#flights.delete(key)
    await this.#store(key, value, ttlMs, this.clock.now())
  }

  async delete(key: string): Promise<void> {
    // A load that began before says what was true before: it is answered to those who wait, but not kept.
    this.#flights.delete(key)
    await this.#keyv.delete(key)
  }

  async wrap(
    key: string,
    ttlMs: ((value: T) => number | undefined) | number | undefined,
    load: () => Promise<T>,
  ): Promise<T> {
    const stored = await this.#lookUp(key)
    if (stored !== undefined) return stored.value
    for (let flight = this.#flights.get(key); flight !== undefined; flight = this.#flights.get(key)) {
      try {
        return await flight
      } catch (error) {
        // The caller who began this load gave up; that is no answer for the others, so one of them begins anew.
        if (!isAbort(error)) throw error
      }
    }
    return await this.#fly(key, ttlMs, load)
  }

  #fly(
    key: string,
    ttlMs: ((value: T) => number | undefined) | number | undefined,
    load: () => Promise<T>,
  ): Promise<T> {
    const since = this.clock.now()
    const isCurrent = (): boolean => this.#flights.get(key) === flight
    const flight: Promise<T> = Promise.resolve()
      .then(load)
      .then(async (value) => {
        const ttl = typeof ttlMs === 'function' ? ttlMs(value) : ttlMs
        if (isCurrent()) await this.#store(key, value, ttl, since)
        return value
      })
      .finally(() => isCurrent() && this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  /** A loaded value ages from the moment its load began: what it says was true at some time after that. */
  async #store(key: string, value: T, ttlMs: number | undefined, since: number): Promise<void> {
    const expiresAt = ttlMs === undefined ? undefined : since + ttlMs
    if (expiresAt !== undefined && !(expiresAt > this.clock.now())) await this.#keyv.delete(key)
    else await this.#keyv.set(key, { value, expiresAt })
  }

  async #lookUp(key: string): Promise<Stored<T> | undefined> {
    const stored = await this.#keyv.get(key)
    if (stored?.expiresAt === undefined || stored.expiresAt > this.clock.now()) return stored
    await this.#keyv.delete(key)
    return undefined
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}
