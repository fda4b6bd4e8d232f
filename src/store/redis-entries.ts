import KeyvRedis, { Keyv } from '@keyv/redis'
import type { Logger } from 'pino'
import { type RedisClient, RedisLink } from './redis-link.js'

/** A slower answer is worth less than the load that it saves. */
const CALL_MS = 150
/** Writes under way; more are left out, as nobody waits for them. */
const MAX_WRITES = 256
const COMPLAINT_MS = 60_000

/**
 * Texts in a Redis that may be killed, stopped, full or never there: reading gives nothing then, and nothing throws
 * or waits for longer than one call. A server that does not answer is left alone until it does again.
 */
export class RedisEntries {
  readonly #link: RedisLink
  readonly #keyvs = new WeakMap<RedisClient, Keyv<string>>()
  #writes = 0
  #lastComplaint = Number.NEGATIVE_INFINITY

  constructor(
    url: string,
    private readonly log: Pick<Logger, 'warn' | 'info'>,
  ) {
    this.#link = new RedisLink({ url, name: 'CACHE_URL', callMs: CALL_MS, graceMs: 0, log })
  }

  get isUp(): boolean {
    return this.#link.isUp
  }

  async get(key: string): Promise<string | undefined> {
    const text = await this.#attempt((keyv) => keyv.get(key))
    return typeof text === 'string' ? text : undefined
  }

  /** True: it is certain that this, or something later, is there. `ttlMs` undefined: until Redis needs the room. */
  async set(key: string, text: string, ttlMs: number | undefined): Promise<boolean> {
    return this.#write(async (keyv) => {
      await keyv.set(key, text, ttlMs === undefined ? undefined : Math.max(1, Math.ceil(ttlMs)))
    })
  }

  /** True: it is certain that what was there is gone. */
  async delete(key: string): Promise<boolean> {
    return this.#write(async (keyv) => {
      await keyv.delete(key)
    })
  }

  close(): Promise<void> {
    return this.#link.close()
  }

  async #write(write: (keyv: Keyv<string>) => Promise<void>): Promise<boolean> {
    if (this.#writes >= MAX_WRITES) return false
    this.#writes += 1
    const isWritten = await this.#attempt(async (keyv) => {
      await write(keyv)
      return true
    })
    this.#writes -= 1
    return isWritten ?? false
  }

  async #attempt<T>(run: (keyv: Keyv<string>) => Promise<T>): Promise<T | undefined> {
    if (!this.#link.isUp) return undefined
    try {
      return await this.#link.call((client) => run(this.#keyvOf(client)))
    } catch (error) {
      // The link tells of connections; what is left is what Redis refused: it is full, or this user may not.
      if (this.#link.isUp) this.#complain(error)
      return undefined
    }
  }

  #complain(error: unknown): void {
    if (performance.now() - this.#lastComplaint < COMPLAINT_MS) return
    this.#lastComplaint = performance.now()
    this.log.warn({ redis: 'CACHE_URL', err: error }, 'the Redis of the cache refuses calls')
  }

  #keyvOf(client: RedisClient): Keyv<string> {
    const known = this.#keyvs.get(client)
    if (known) return known
    const keyv = new Keyv<string>({
      store: new LinkedRedis(client as never, { throwOnErrors: true }),
      useKeyPrefix: false,
      namespace: '',
      throwOnErrors: true,
    })
    // Told by what is thrown; without a listener it would be thrown out of any call.
    keyv.on('error', () => {})
    this.#keyvs.set(client, keyv)
    return keyv
  }
}

/** Keyv's adapter, which would connect a client that has ended again, behind the link's back. */
class LinkedRedis extends KeyvRedis<string> {
  override async getClient() {
    return this.client
  }
}
