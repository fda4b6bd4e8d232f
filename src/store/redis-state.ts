import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import { StorageUnavailableError } from '../errors.js'
import { authenticationFault, checkDurability, StateUnsuitableError } from './redis-durability.js'
import { type RedisClient, RedisLink, RedisUnreachableError } from './redis-link.js'
import type { StateEntry, StateStore } from './state.js'
import { checkEntry } from './state-limits.js'

export interface RedisStateOptions {
  /** redis:// or rediss://; it may hold a password. */
  url: string
  /** Before each key, so that several can share one Redis. */
  prefix: string
  clock: Clock
  log: Pick<Logger, 'warn' | 'info'>
  /** One call, in milliseconds. Default 2,000. */
  callMs?: number
}

/** A Redis that restarts is waited for so long, then calls are refused at once. */
const GRACE_MS = 1_000

/**
 * One entry is a hash of value, version and expiresAt. Versions are microseconds of the server's time where that is
 * greater than the last one, so that they rise even where the entry before has expired.
 */
const WRITE = `
local function write(value, expiresAt, ttl)
  local time = redis.call('TIME')
  local before = tonumber(redis.call('HGET', KEYS[1], 'version') or 0)
  local version = string.format('%.0f', math.max(before + 1, time[1] * 1000000 + time[2]))
  redis.call('HSET', KEYS[1], 'value', value, 'version', version, 'expiresAt', expiresAt)
  redis.call('PEXPIRE', KEYS[1], ttl)
  return version
end
local entry = redis.call('HMGET', KEYS[1], 'value', 'version', 'expiresAt')
local isThere = entry[3] and tonumber(entry[3]) > tonumber(ARGV[1])
`
const INSERT = `${WRITE}
if isThere then return entry end
return {false, write(ARGV[2], ARGV[3], ARGV[4])}`
const UPDATE = `${WRITE}
if not isThere or entry[2] ~= ARGV[5] then return false end
return write(ARGV[2], ARGV[3], ARGV[4])`

/**
 * State in a Redis that several gateways share. Each change is one script, so atomic; it is on the server's disk when
 * it is confirmed, as that must fsync always. Throws StateUnsuitableError where it would not; a Redis that cannot be
 * reached is waited for, and until then every call throws StorageUnavailableError. So does one that runs out of
 * time, and then it may have been written or not.
 */
export async function openRedisState(options: RedisStateOptions): Promise<StateStore> {
  const { url, log, callMs = 2_000 } = options
  const check = async (client: RedisClient) => {
    const { unknown } = await checkDurability(client)
    if (unknown.length > 0)
      log.warn({ unknown }, 'STATE_URL: this Redis does not show these settings; see to them yourself')
  }
  const link = new RedisLink({ url, name: 'STATE_URL', callMs, graceMs: GRACE_MS, check, log })
  const fault = await link.tried()
  const unsuitable = fault instanceof StateUnsuitableError ? fault : authenticationFault(fault)
  if (fault && !unsuitable) log.warn({ redis: 'STATE_URL', err: fault }, 'cannot use the Redis yet')
  if (!unsuitable) return new RedisState(link, options)
  await link.close()
  throw unsuitable
}

const COMPLAINT_MS = 60_000

class RedisState implements StateStore {
  #lastComplaint = Number.NEGATIVE_INFINITY

  constructor(
    private readonly link: RedisLink,
    private readonly options: RedisStateOptions,
  ) {}

  async get(key: string): Promise<StateEntry | undefined> {
    const fields = await this.#call((client) =>
      client.hmGet(this.#keyOf(key), ['value', 'version', 'expiresAt']),
    )
    const entry = entryOf(fields)
    return entry && entry.expiresAt > this.options.clock.now() ? entry : undefined
  }

  async insert(
    key: string,
    value: string,
    expiresAt: number,
  ): Promise<{ inserted: boolean; entry: StateEntry }> {
    checkEntry(key, value, expiresAt)
    const [present, ...rest] = (await this.#run(INSERT, key, value, expiresAt)) as [
      string | null,
      ...string[],
    ]
    const entry = entryOf([present, ...rest])
    if (entry) return { inserted: false, entry }
    return { inserted: true, entry: { value, version: Number(rest[0]), expiresAt } }
  }

  async update(key: string, version: number, value: string, expiresAt: number): Promise<boolean> {
    checkEntry(key, value, expiresAt)
    return (await this.#run(UPDATE, key, value, expiresAt, String(version))) !== null
  }

  close(): Promise<void> {
    return this.link.close()
  }

  #run(script: string, key: string, value: string, expiresAt: number, ...more: string[]): Promise<unknown> {
    const now = this.options.clock.now()
    // Redis only forgets what is over; whether it is over is judged by the gateway's clock.
    const ttl = Math.min(Math.max(1, Math.ceil(expiresAt - now)), Number.MAX_SAFE_INTEGER)
    const args = [String(now), value, String(expiresAt), String(ttl), ...more]
    return this.#call((client) => client.eval(script, { keys: [this.#keyOf(key)], arguments: args }))
  }

  async #call<T>(run: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      return await this.link.call(run)
    } catch (error) {
      this.#complain(error)
      // Another server has become the primary: the address may lead to it.
      if (error instanceof Error && /^(READONLY|LOADING|MASTERDOWN)/.test(error.message))
        this.link.renew(error)
      throw new StorageUnavailableError('The state cannot be read or written now. Try again.', error)
    }
  }

  /** The link tells of connections; what is left is what Redis refused: it is full, say. */
  #complain(error: unknown): void {
    if (error instanceof RedisUnreachableError) return
    if (performance.now() - this.#lastComplaint < COMPLAINT_MS) return
    this.#lastComplaint = performance.now()
    this.options.log.warn({ redis: 'STATE_URL', err: error }, 'the Redis of the state refuses calls')
  }

  #keyOf(key: string): string {
    return `${this.options.prefix}${key}`
  }
}

function entryOf([value, version, expiresAt]: readonly (string | null | undefined)[]):
  | StateEntry
  | undefined {
  if (typeof value !== 'string' || typeof expiresAt !== 'string') return undefined
  return { value, version: Number(version), expiresAt: Number(expiresAt) }
}
