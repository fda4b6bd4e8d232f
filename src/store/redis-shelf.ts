import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.js'
import type { Codec } from './codec.js'
import type { RedisEntries } from './redis-entries.js'
import type { Seal } from './seal.js'
import type { Shelf, Stored } from './shelf.js'

/** Larger values are not worth sending, and would keep others waiting. */
const MAX_CHARACTERS = 1 << 20
const MAX_DISTRUSTED = 10_000

export interface RedisShelfOptions<T> {
  entries: RedisEntries
  seal: Seal
  /** Names the cache, and all that keeps its values apart from others in this Redis. */
  prefix: string
  codec: Codec<T>
  clock: Clock
}

/** The entries of one cache in Redis, shared with other gateways of this seed. Never throws. */
export class RedisShelf<T> implements Shelf<T> {
  /** Whether these have been overwritten or deleted over there is not certain, so they are not read. */
  readonly #distrusted = new LRUCache<string, true>({ max: MAX_DISTRUSTED })

  constructor(private readonly options: RedisShelfOptions<T>) {}

  async get(key: string): Promise<Stored<T> | undefined> {
    if (this.#distrusted.has(key)) return undefined
    const place = this.#placeOf(key)
    const text = await this.options.entries.get(place)
    return text === undefined || this.#distrusted.has(key) ? undefined : this.#open(place, text)
  }

  async set(key: string, { value, expiresAt }: Stored<T>): Promise<void> {
    const { entries, seal, codec, clock } = this.options
    if (!entries.isUp) return void this.#distrusted.set(key, true)
    const place = this.#placeOf(key)
    const body = codec.encode(value)
    if (body === null || body.length > MAX_CHARACTERS) return this.delete(key)
    const text = seal.write(place, `${expiresAt ?? ''} ${body}`)
    const ttlMs = expiresAt === undefined ? undefined : expiresAt - clock.now()
    await this.#change(key, () => entries.set(place, text, ttlMs))
  }

  async delete(key: string): Promise<void> {
    await this.#change(key, () => this.options.entries.delete(this.#placeOf(key)))
  }

  async #change(key: string, change: () => Promise<boolean>): Promise<void> {
    this.#distrusted.set(key, true)
    if (await change()) this.#distrusted.delete(key)
  }

  #open(place: string, text: string): Stored<T> | undefined {
    const body = this.options.seal.read(place, text)
    if (body === undefined) return undefined
    const end = body.slice(0, body.indexOf(' '))
    try {
      const value = this.options.codec.decode(body.slice(end.length + 1))
      return { value, expiresAt: end === '' ? undefined : Number(end) }
    } catch {
      return undefined // Of a version that wrote it in another way.
    }
  }

  #placeOf(key: string): string {
    return `${this.options.prefix}${key}`
  }
}
