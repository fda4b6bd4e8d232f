import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { describeRedis, startRedis, type TestRedis } from '../../test/support/redis.js'
import { type Clock, systemClock } from '../clock.js'
import { StorageUnavailableError } from '../errors.js'
import { StateUnsuitableError } from './redis-durability.js'
import { openRedisState, type RedisStateOptions } from './redis-state.js'
import type { StateStore } from './state.js'

let redis: TestRedis
let now: number
let prefixes = 0
let prefix: string
const opened: StateStore[] = []
const clock: Clock = { now: () => now, sleep: systemClock.sleep }
const log = { warn: vi.fn(), info: vi.fn() }

async function open(options: Partial<RedisStateOptions> = {}): Promise<StateStore> {
  const state = await openRedisState({ url: redis.url, prefix, clock, log, ...options })
  opened.push(state)
  return state
}

beforeEach(() => {
  now = 1_800_000_000_000
  prefixes += 1
  prefix = `test-${prefixes}:`
  vi.clearAllMocks()
})

afterEach(async () => {
  for (const state of opened.splice(0)) await state.close()
})

const later = (ms = 60_000) => now + ms

/** Until it succeeds, within the bound of a test. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  return vi.waitFor(attempt, { timeout: 10_000, interval: 20 })
}

async function refusal(call: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const start = performance.now()
  const error = await call.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  )
  return { error, ms: performance.now() - start }
}

describeRedis('state in Redis', () => {
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.close())

  it('inserts where nothing is, and answers what is there otherwise', async () => {
    const state = await open()
    const first = await state.insert('key', 'first', later())
    expect(first).toEqual({
      inserted: true,
      entry: { value: 'first', version: expect.any(Number), expiresAt: later() },
    })
    expect(await state.insert('key', 'second', later(90_000))).toEqual({ ...first, inserted: false })
    expect(await state.get('key')).toEqual(first.entry)
    expect(await state.get('other')).toBeUndefined()
  })

  it('keeps any text as it is: empty, long, with every character', async () => {
    const state = await open()
    for (const value of ['', 'x'.repeat(1 << 20), '\0\r\n"\\ü€𝄞\u2028', '{"a":1}']) {
      const key = `key ${value.length}`
      await state.insert(key, value, later())
      expect((await state.get(key))?.value).toBe(value)
    }
  })

  it('lets one of many inserts at once win over two connections, and tells all others what won', async () => {
    const states = [await open(), await open()]
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (states[index % 2] as StateStore).insert('key', `${index}`, later()),
      ),
    )
    expect(results.filter(({ inserted }) => inserted)).toHaveLength(1)
    expect(new Set(results.map(({ entry }) => entry.value)).size).toBe(1)
  })

  it('updates only what still has the version that was read', async () => {
    const [one, other] = [await open(), await open()]
    const { entry } = await one.insert('key', 'a', later())
    const updates = await Promise.all([
      one.update('key', entry.version, 'b', later()),
      other.update('key', entry.version, 'c', later()),
    ])
    expect(updates.filter((isWritten) => isWritten)).toHaveLength(1)
    const after = await other.get('key')
    expect(after?.value).toBe(updates[0] ? 'b' : 'c')
    expect(after?.version).toBeGreaterThan(entry.version)
    expect(await one.update('nothing', entry.version, 'd', later())).toBe(false)
  })

  it('counts twenty writers to the right sum by compare and set', async () => {
    const states = await Promise.all(Array.from({ length: 4 }, () => open()))
    await states[0]?.insert('sum', '0', later())
    const add = async (state: StateStore) => {
      for (;;) {
        const entry = await state.get('sum')
        if (!entry) throw new Error('lost')
        if (await state.update('sum', entry.version, String(Number(entry.value) + 1), later())) return
      }
    }
    await Promise.all(Array.from({ length: 20 }, (_, index) => add(states[index % 4] as StateStore)))
    expect((await states[0]?.get('sum'))?.value).toBe('20')
  })

  it('judges the end of an entry by the clock, and gives its place to the next one with a higher version', async () => {
    const state = await open()
    const { entry } = await state.insert('key', 'first', later(1_000_000))
    now += 999_999
    expect(await state.get('key')).toEqual(entry)
    now += 1
    expect(await state.get('key')).toBeUndefined()
    expect(await state.update('key', entry.version, 'late', later())).toBe(false)
    const next = await state.insert('key', 'second', later())
    expect(next).toMatchObject({ inserted: true, entry: { value: 'second' } })
    expect(next.entry.version).toBeGreaterThan(entry.version)
  })

  it('lets Redis forget what is over, so that nothing grows for ever', async () => {
    const state = await open()
    await state.insert('short', 'value', later(40))
    await state.insert('long', 'value', later(3_600_000))
    await eventually(async () => expect(await redis.command('EXISTS', `${prefix}short`)).toBe('0'))
    const left = Number(await redis.command('PTTL', `${prefix}long`))
    expect(left).toBeGreaterThan(3_500_000)
    expect(left).toBeLessThanOrEqual(3_600_000)
  })

  it('gives a new entry a higher version than the one that Redis has forgotten', async () => {
    const state = await open()
    const { entry } = await state.insert('key', 'first', later(20))
    await eventually(async () => expect(await redis.command('EXISTS', `${prefix}key`)).toBe('0'))
    const next = await state.insert('key', 'second', later())
    expect(next.entry.version).toBeGreaterThan(entry.version)
  })

  it('keeps apart what has another prefix', async () => {
    const [one, other] = [await open(), await open({ prefix: `${prefix}other:` })]
    await one.insert('key', 'value', later())
    expect(await other.get('key')).toBeUndefined()
  })

  it('refuses a key over 1 KiB, a value over 1 MiB and an entry without end', async () => {
    const state = await open()
    await expect(state.insert('k'.repeat(1025), '', later())).rejects.toThrow(RangeError)
    await expect(state.insert('key', 'ü'.repeat((1 << 19) + 1), later())).rejects.toThrow(RangeError)
    await expect(state.update('key', 1, '', Number.POSITIVE_INFINITY)).rejects.toThrow(RangeError)
  })

  it('refuses everything once it is closed', async () => {
    const state = await open()
    await state.close()
    await expect(state.get('key')).rejects.toThrow(StorageUnavailableError)
    await state.close()
  })
})

describeRedis('a Redis of state that fails', () => {
  beforeEach(async () => {
    redis = await startRedis()
  })
  afterEach(() => redis.close())

  it('has all that it confirmed after it was killed under load and started again', async () => {
    const state = await open()
    const confirmed: string[] = []
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; index < 1_000; index += 1) {
        const key = `${writer}:${index}`
        await state.insert(key, key, later())
        confirmed.push(key)
      }
    })
    const ended = Promise.allSettled(writers)
    await vi.waitFor(() => expect(confirmed.length).toBeGreaterThan(100), { timeout: 10_000, interval: 1 })
    await redis.kill()
    expect((await ended).map(({ status }) => status)).toEqual(writers.map(() => 'rejected'))
    await redis.start()
    await eventually(() => state.get('0:0'))
    const values = await Promise.all(confirmed.map(async (key) => (await state.get(key))?.value))
    expect(values).toEqual(confirmed)
  })

  it('is refused at once, retryable, while it is away, and used again when it is back', async () => {
    const state = await open()
    await state.insert('key', 'value', later())
    await redis.kill()
    await eventually(async () => {
      const { error, ms } = await refusal(state.get('key'))
      expect(String((error as Error).cause)).toContain('not connected')
      expect(ms).toBeLessThan(50)
    })
    const calls = [
      () => state.get('key'),
      () => state.insert('other', '', later()),
      () => state.update('key', 1, '', later()),
    ]
    for (const call of calls) {
      const { error, ms } = await refusal(call())
      expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
      expect(ms).toBeLessThan(200)
    }
    await redis.start()
    await eventually(async () => expect((await state.get('key'))?.value).toBe('value'))
  })

  it('is waited for through a quick restart', async () => {
    const state = await open()
    await state.insert('key', 'value', later())
    await redis.kill()
    await eventually(async () => expect(log.warn).toHaveBeenCalled())
    const [entry] = await Promise.all([state.get('key'), redis.start()])
    expect(entry?.value).toBe('value')
  })

  it('that stands still ends no call later than its time, and is used again when it goes on', async () => {
    const state = await open({ callMs: 300 })
    await state.insert('key', 'value', later())
    redis.stop()
    const calls = await Promise.all([
      refusal(state.get('key')),
      refusal(state.insert('new', 'from before', later())),
      refusal(state.update('key', 1, 'x', later())),
    ])
    for (const { error, ms } of calls) {
      expect(error).toBeInstanceOf(StorageUnavailableError)
      expect(ms).toBeLessThan(1_500)
    }
    expect((await refusal(state.get('key'))).error).toBeInstanceOf(StorageUnavailableError)
    redis.cont()
    await eventually(async () => expect((await state.get('key'))?.value).toBe('value'))
    // What was refused by the time alone may have been written all the same: compare and set keeps that harmless.
    const { inserted, entry } = await state.insert('new', 'from after', later())
    expect(entry.value).toBe(inserted ? 'from after' : 'from before')
  })

  it('that was never there lets the gateway start, refuses, and serves when it comes up', async () => {
    await redis.kill()
    const state = await open()
    expect((await refusal(state.insert('key', 'value', later()))).error).toBeInstanceOf(
      StorageUnavailableError,
    )
    await redis.start()
    const written = await eventually(() => state.insert('key', 'value', later()))
    expect(written.inserted).toBe(true)
  })

  it('that is full refuses writes, retryable, says so once, and still answers reads', async () => {
    await redis.start({ maxmemory: 3_000_000 })
    const state = await open()
    await state.insert('key', 'value', later())
    const fill = async () => {
      for (let index = 0; index < 100; index += 1)
        await state.insert(`fill ${index}`, 'x'.repeat(100_000), later())
    }
    expect((await refusal(fill())).error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
    expect((await state.get('key'))?.value).toBe('value')
    expect((await state.insert('key', 'again', later())).inserted).toBe(false)
    expect((await refusal(fill())).error).toBeInstanceOf(StorageUnavailableError)
    expect(log.warn).toHaveBeenCalledTimes(1)
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
    expect((await state.insert('room', 'value', later())).inserted).toBe(true)
  })
})

describeRedis('a Redis that would not keep its word', () => {
  beforeEach(async () => {
    redis = await startRedis()
  })
  afterEach(() => redis.close())

  it.each([
    ['keeps no append-only file', { appendonly: false }, 'set appendonly yes'],
    ['confirms before it has synced', { appendfsync: 'everysec' as const }, 'set appendfsync always'],
    ['throws out entries', { policy: 'allkeys-lru' as const }, 'set maxmemory-policy noeviction'],
  ])('%s: it is refused at start, in one line that says what to set', async (_, options, advice) => {
    await redis.start(options)
    const { error } = await refusal(open())
    expect(error).toBeInstanceOf(StateUnsuitableError)
    expect((error as Error).message).toContain(advice)
    expect((error as Error).message).not.toContain('\n')
  })

  it('has several faults: all are named', async () => {
    await redis.start({ appendonly: false, appendfsync: 'no', policy: 'allkeys-lru' })
    const { error } = await refusal(open())
    expect((error as StateUnsuitableError).faults).toHaveLength(3)
  })

  it('wants a password: it is refused at start, without one in the message', async () => {
    await redis.start({ config: { requirepass: 'right' } })
    for (const user of ['', 'default:wrong-secret@']) {
      const { error } = await refusal(open({ url: redis.url.replace('//', `//${user}`) }))
      expect(error).toBeInstanceOf(StateUnsuitableError)
      expect(String(error)).not.toContain('wrong-secret')
    }
    const state = await open({ url: redis.url.replace('//', '//:right@') })
    expect((await state.insert('key', 'value', later())).inserted).toBe(true)
  })

  it('hides its settings: it is used, and the log says what to see to', async () => {
    await redis.command('ACL', 'SETUSER', 'tenant', 'on', '>secret', '~*', '+@all', '-config')
    const state = await open({ url: redis.url.replace('//', '//tenant:secret@') })
    expect((await state.insert('key', 'value', later())).inserted).toBe(true)
    expect(log.warn).toHaveBeenCalledWith({ unknown: ['appendfsync'] }, expect.stringContaining('STATE_URL'))
  })

  it('was changed while the gateway ran: it is refused after it came back, until it is mended', async () => {
    const state = await open()
    await state.insert('key', 'value', later())
    await redis.kill()
    await redis.start({ policy: 'allkeys-lru' })
    await eventually(async () => {
      const { error } = await refusal(state.get('key'))
      expect(String((error as Error).cause)).toContain('not connected')
      expect(String(((error as Error).cause as Error).cause)).toContain('set maxmemory-policy noeviction')
    })
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await eventually(async () => expect((await state.get('key'))?.value).toBe('value'))
  })
})
