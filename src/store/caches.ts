import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import type { Cache } from './cache.js'
import { type Codec, type CodecOf, codecOf } from './codec.js'
import { createMemoryShelf } from './memory-shelf.js'
import { RedisEntries } from './redis-entries.js'
import { RedisShelf } from './redis-shelf.js'
import { Seal } from './seal.js'
import type { Shelf } from './shelf.js'
import { type LookUp, TieredCache } from './tiered-cache.js'

export interface CacheOptions<T> {
  /** In this process. */
  maxEntries: number
  /** In this process, about. Default 16 MiB. */
  maxBytes?: number
  /**
   * Given where other gateways of this seed may have the values too: only for what is public and true everywhere, and
   * never changes or ends by itself (a deletion reaches the shared place and this process, no other). Without it
   * values stay in this process. Keys of any kind must never be shared.
   */
  shared?: CodecOf<T>
}

/** Makes the caches of one gateway, so that all of them live in the same place and end together. */
export interface Caches {
  /** Does any cache reach beyond this process? */
  readonly isShared: boolean
  /** The cache of this name; asked again, the same one. Two uses of one name must agree in type and size. */
  create<T>(name: string, options: CacheOptions<T>): Cache<T>
  close(): Promise<void>
}

/** Told of every look-up in a cache, for the metrics. */
export type ObserveLookUp = (cache: string, lookUp: LookUp) => void

const DEFAULT_MAX_BYTES = 16 << 20
/** Raised when values are written in another way: a rolling update has both at once. */
const FORMAT = 1

/** Caches in the memory of this process; times to live by `clock`. */
export function createMemoryCaches(clock: Clock, observe?: ObserveLookUp): Caches {
  return createCaches({ clock, observe, farOf: null, close: async () => {} })
}

export interface RedisCachesOptions {
  /** redis:// or rediss://; it may hold a password. */
  url: string
  /** Before each key, so that several can share one Redis. */
  prefix: string
  /** Known to the gateways that may share these caches: what others write there is not read. */
  secret: Uint8Array
  clock: Clock
  log: Pick<Logger, 'warn' | 'info'>
  observe?: ObserveLookUp | undefined
}

/** The same, and behind those that may be shared a Redis, which costs speed when it fails, never an answer. */
export function createRedisCaches(options: RedisCachesOptions): Caches {
  const { url, prefix, secret, clock, log, observe } = options
  const entries = new RedisEntries(url, log)
  const seal = new Seal(secret)
  const farOf = <T>(name: string, codec: Codec<T>): Shelf<T> =>
    new RedisShelf({ entries, seal, clock, codec, prefix: `${prefix}${FORMAT}:${name}:` })
  return createCaches({ clock, observe, farOf, close: () => entries.close() })
}

/** In Redis where there is a URL. */
export function openCaches({
  url,
  prefix,
  ...options
}: Omit<RedisCachesOptions, 'url'> & { url: string | null }): Caches {
  if (url === null) return createMemoryCaches(options.clock, options.observe)
  return createRedisCaches({ ...options, url, prefix: `${prefix}cache:` })
}

interface Parts {
  clock: Clock
  observe: ObserveLookUp | undefined
  farOf: (<T>(name: string, codec: Codec<T>) => Shelf<T>) | null
  close(): Promise<void>
}

function createCaches({ clock, observe, farOf, close }: Parts): Caches {
  const caches = new Map<string, { cache: unknown; maxEntries: number }>()
  const make = <T>(name: string, { maxEntries, maxBytes = DEFAULT_MAX_BYTES, shared }: CacheOptions<T>) =>
    new TieredCache<T>({
      clock,
      near: createMemoryShelf<T>({ maxEntries, maxBytes }),
      far: shared && farOf?.(name, codecOf(shared)),
      observe: observe && ((lookUp) => observe(name, lookUp)),
    })
  return {
    isShared: farOf !== null,
    create<T>(name: string, options: CacheOptions<T>): Cache<T> {
      const { maxEntries } = options
      const known = caches.get(name) ?? { cache: make(name, options), maxEntries }
      if (known.maxEntries !== maxEntries) {
        throw new Error(`The cache ${name} has ${known.maxEntries} entries, not ${maxEntries}.`)
      }
      caches.set(name, known)
      return known.cache as Cache<T>
    },
    async close() {
      caches.clear()
      await close()
    },
  }
}
