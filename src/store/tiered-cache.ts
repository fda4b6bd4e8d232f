import type { Clock } from '../clock.js'
import { ClientGoneError } from '../errors.js'
import type { Cache } from './cache.js'
import type { Shelf, Stored } from './shelf.js'

type TimeToLive<T> = ((value: T) => number | undefined) | number | undefined

/** HIT: it was in this process. SHARED: another process had it. MISS: it has to be loaded. */
export type LookUp = 'HIT' | 'SHARED' | 'MISS'

export interface TieredCacheOptions<T> {
  clock: Clock
  /** In this process. */
  near: Shelf<T>
  /** Shared with other processes: asked for what is not near, and never waited for to take something. */
  far?: Shelf<T> | undefined
  observe?: ((lookUp: LookUp) => void) | undefined
}

/** The one place that judges the age of cached values, and that lets one caller load for all. */
export class TieredCache<T> implements Cache<T> {
  readonly #flights = new Map<string, Promise<T>>()
  readonly #lookUps = new Map<string, Promise<Stored<T> | undefined>>()

  constructor(private readonly options: TieredCacheOptions<T>) {}

  async get(key: string): Promise<T | undefined> {
    const near = await this.#near(key)
    const stored = near ?? (await this.#far(key))
    this.#observe(near, stored)
    return stored?.value
  }

  async set(key: string, value: T, ttlMs?: number): Promise<void> {
    this.#forgetFlights(key)
    await this.#store(key, value, ttlMs, this.options.clock.now())
  }

  async delete(key: string): Promise<void> {
    // A load that began before says what was true before: it is answered to those who wait, but not kept.
    this.#forgetFlights(key)
    await this.#remove(key)
  }

  async wrap(key: string, ttlMs: TimeToLive<T>, load: () => Promise<T>): Promise<T> {
    const stored = await this.#near(key)
    if (stored !== undefined) {
      this.#observe(stored, stored)
      return stored.value
    }
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

  #fly(key: string, ttlMs: TimeToLive<T>, load: () => Promise<T>): Promise<T> {
    const isCurrent = (): boolean => this.#flights.get(key) === flight
    const flight: Promise<T> = this.#far(key)
      .then(async (found) => {
        this.#observe(undefined, found)
        if (found !== undefined) return found.value
        const since = this.options.clock.now()
        const value = await load()
        const ttl = typeof ttlMs === 'function' ? ttlMs(value) : ttlMs
        if (isCurrent()) await this.#store(key, value, ttl, since)
        return value
      })
      .finally(() => isCurrent() && this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  #forgetFlights(key: string): void {
    this.#flights.delete(key)
    this.#lookUps.delete(key)
  }

  /** A loaded value ages from the moment its load began: what it says was true at some time after that. */
  async #store(key: string, value: T, ttlMs: number | undefined, since: number): Promise<void> {
    const stored = { value, expiresAt: ttlMs === undefined ? undefined : since + ttlMs }
    if (!this.#isCurrent(stored)) return this.#remove(key)
    void this.options.far?.set(key, stored)
    await this.options.near.set(key, stored)
  }

  async #remove(key: string): Promise<void> {
    void this.options.far?.delete(key)
    await this.options.near.delete(key)
  }

  async #near(key: string): Promise<Stored<T> | undefined> {
    const stored = await this.options.near.get(key)
    if (stored === undefined || this.#isCurrent(stored)) return stored
    await this.options.near.delete(key)
    return undefined
  }

  /** One look-up a key at a time; what is found is near from then on. */
  async #far(key: string): Promise<Stored<T> | undefined> {
    const { far } = this.options
    if (!far) return undefined
    const known = this.#lookUps.get(key)
    if (known) return known
    const lookUp: Promise<Stored<T> | undefined> = this.#fetch(
      far,
      key,
      () => this.#lookUps.get(key) === lookUp,
    )
    this.#lookUps.set(key, lookUp)
    return lookUp.finally(() => this.#lookUps.get(key) === lookUp && this.#lookUps.delete(key))
  }

  async #fetch(far: Shelf<T>, key: string, isWanted: () => boolean): Promise<Stored<T> | undefined> {
    const stored = await far.get(key)
    if (stored === undefined || !this.#isCurrent(stored) || !isWanted()) return undefined
    await this.options.near.set(key, stored)
    return stored
  }

  #observe(near: Stored<T> | undefined, found: Stored<T> | undefined): void {
    this.options.observe?.(near ? 'HIT' : found ? 'SHARED' : 'MISS')
  }

  #isCurrent({ expiresAt }: Stored<T>): boolean {
    return expiresAt === undefined || expiresAt > this.options.clock.now()
  }
}

/** A signal's own reasons, and the one that requests give when their client has left. */
function isAbort(error: unknown): boolean {
  if (error instanceof ClientGoneError) return true
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}
