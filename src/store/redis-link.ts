import { createClient, type RedisClientOptions } from '@keyv/redis'
import type { Logger } from 'pino'
import { within } from './within.js'

/** The Redis cannot be used now. Whether what was sent has arrived is unknown. */
export class RedisUnreachableError extends Error {
  override readonly name = 'RedisUnreachableError'
}

export type RedisClient = ReturnType<typeof connection>

export interface RedisLinkOptions {
  /** May hold a password: never logged. */
  url: string
  /** What the log calls it, e.g. CACHE_URL. */
  name: string
  /** One call, in milliseconds. */
  callMs: number
  /** A call waits for a connection that was lost less than so long ago; after that calls fail at once. */
  graceMs: number
  /** Looks at each new connection before it is used; what it throws keeps the link down. */
  check?(client: RedisClient): Promise<void>
  log: Pick<Logger, 'warn' | 'info'>
}

/** Connecting and checking, one try. */
const CONNECT_MS = 1_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000
/** Calls under way at once; more fail at once. */
const MAX_QUEUE = 10_000

/**
 * A connection to a Redis that may be killed, stopped or never there: every call ends within its time. A call that
 * is not answered in time ends the connection, as nothing more can be known of what was sent over it; connecting
 * again is nobody's call but the link's own, so that no caller pays for it.
 */
export class RedisLink {
  #client: RedisClient | null = null
  #lose: ((reason: unknown) => void) | null = null
  #downSince = performance.now()
  #reason: unknown = new RedisUnreachableError('It has not been connected yet.')
  #isClosed = false
  #isFirstAwaited = false
  #wake: (() => void) | null = null
  readonly #waiting = new Set<() => void>()
  readonly #attempts: Promise<void>
  readonly #firstAttempt: Promise<void>

  constructor(private readonly options: RedisLinkOptions) {
    let done = (): void => {}
    this.#firstAttempt = new Promise((resolve) => {
      done = resolve
    })
    this.#attempts = this.#keepConnected(done)
  }

  /** Resolves after the first try to connect: null, or why it failed, which is for the caller to tell. */
  async tried(): Promise<unknown> {
    this.#isFirstAwaited = true
    await this.#firstAttempt
    return this.#client ? null : this.#reason
  }

  get isUp(): boolean {
    return this.#client !== null
  }

  /** Throws RedisUnreachableError, or the error that Redis answered. */
  async call<T>(run: (client: RedisClient) => Promise<T>): Promise<T> {
    const { callMs } = this.options
    const endsAt = performance.now() + callMs
    if (!this.#client) await this.#waitForConnection()
    const client = this.#client
    if (!client) throw new RedisUnreachableError('It is not connected.', { cause: this.#reason })
    const left = Math.max(1, endsAt - performance.now())
    try {
      return await within(
        left,
        () => run(client),
        new RedisUnreachableError(`No answer within ${callMs} ms.`),
      )
    } catch (error) {
      if (client.isReady && !(error instanceof RedisUnreachableError)) throw error
      this.#drop(client, error)
      throw error instanceof RedisUnreachableError
        ? error
        : new RedisUnreachableError('The connection was lost.', { cause: error })
    }
  }

  /** Connects anew, for a server that has become another one than it was. */
  renew(reason: unknown): void {
    if (this.#client) this.#drop(this.#client, reason)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#reason = new RedisUnreachableError('It is closed.')
    if (this.#client) this.#drop(this.#client, this.#reason)
    this.#wake?.()
    await this.#attempts
  }

  async #keepConnected(firstDone: () => void): Promise<void> {
    for (let failures = 0; !this.#isClosed; ) {
      const client = connection(this.options.url)
      try {
        const lost = new Promise<unknown>((resolve) => {
          client.on('error', resolve).on('end', resolve)
          this.#lose = resolve
        })
        await this.#connect(client)
        if (this.#isClosed) break
        this.#up(client, failures)
        failures = 0
        firstDone()
        await lost.then((reason) => this.#down(client, reason))
      } catch (error) {
        this.#failed(error, failures)
        firstDone()
        await this.#pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures))
        failures += 1
      } finally {
        discard(client)
      }
    }
    firstDone()
    this.#admit()
  }

  #connect(client: RedisClient): Promise<void> {
    const open = async () => {
      await client.connect()
      await this.options.check?.(client)
    }
    return within(CONNECT_MS, open, new RedisUnreachableError(`No connection within ${CONNECT_MS} ms.`))
  }

  #up(client: RedisClient, failures: number): void {
    if (failures > 0) this.options.log.info({ redis: this.options.name }, 'connected to Redis again')
    this.#isFirstAwaited = false
    this.#client = client
    this.#admit()
  }

  #drop(client: RedisClient, reason: unknown): void {
    if (this.#client !== client) return
    this.#down(client, reason)
    this.#lose?.(reason)
    discard(client)
  }

  #down(client: RedisClient, reason: unknown): void {
    if (this.#client !== client) return
    this.#client = null
    this.#downSince = performance.now()
    this.#reason = reason
    if (!this.#isClosed) this.options.log.warn({ redis: this.options.name, err: reason }, 'lost the Redis')
  }

  #failed(error: unknown, failures: number): void {
    if (this.#isClosed) return
    const isNew = String(error) !== String(this.#reason)
    this.#reason = error
    const isTold = this.#isFirstAwaited && failures === 0
    this.#isFirstAwaited = false
    if (!isTold && (failures === 0 || isNew))
      this.options.log.warn({ redis: this.options.name, err: error }, 'cannot use the Redis')
  }

  async #waitForConnection(): Promise<void> {
    const left = this.#downSince + Math.min(this.options.graceMs, this.options.callMs) - performance.now()
    if (left <= 0 || this.#isClosed) return
    await new Promise<void>((resolve) => {
      const admit = () => {
        clearTimeout(timer)
        this.#waiting.delete(admit)
        resolve()
      }
      const timer = setTimeout(admit, left)
      this.#waiting.add(admit)
    })
  }

  #admit(): void {
    for (const admit of this.#waiting) admit()
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isClosed) return
    await new Promise<void>((resolve) => {
      // It keeps no process alive that has nothing else to do.
      const timer = setTimeout(resolve, ms).unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function connection(url: string) {
  const options = {
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUE,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
  } satisfies RedisClientOptions
  return createClient(options)
}

/** Ends what waits for an answer, too. */
function discard(client: RedisClient): void {
  try {
    client.destroy()
  } catch {
    // It had ended by itself.
  }
}
