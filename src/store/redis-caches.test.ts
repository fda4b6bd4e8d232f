import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { describeRedis, startRedis, type TestRedis } from '../../test/support/redis.js'
import { type Clock, systemClock } from '../clock.js'
import type { Cache } from './cache.js'
import { type CacheOptions, type Caches, createRedisCaches, type RedisCachesOptions } from './caches.js'
import type { Codec } from './codec.js'

let redis: TestRedis
let now: number
const opened: Caches[] = []
const clock: Clock = { now: () => now, sleep: systemClock.sleep }
const log = { warn: vi.fn(), info: vi.fn() }
const PREFIX = 'test:'
/** A load takes this long in no test: a cache that fails may cost one call and a little more. */
const NOT_HUNG_MS = 3_000

/** The caches of one more gateway. */
function gateway(options: Partial<RedisCachesOptions> = {}): Caches {
  const secret = new Uint8Array(32).fill(1)
  const caches = createRedisCaches({ url: redis.url, prefix: PREFIX, secret, clock, log, ...options })
  opened.push(caches)
  return caches
}

function sharedIn<T = string>(caches: Caches, options: Partial<CacheOptions<T>> = {}): Cache<T> {
  const shared: Codec<T> = { encode: JSON.stringify, decode: JSON.parse }
  return caches.create<T>('facts', { maxEntries: 100, shared, ...options })
}

/** A cache that is connected. */
async function connected<T = string>(
  options: Partial<CacheOptions<T>> = {},
  caches = gateway(),
): Promise<Cache<T>> {
  const probe = caches.create<string>('probe', { maxEntries: 1, maxBytes: 1, shared: 'json' })
  await eventually(async () => {
    if ((await probe.get('key')) === 'value') return
    await probe.set('key', 'value')
    throw new Error('not yet')
  })
  return sharedIn(caches, options)
}

function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  return vi.waitFor(attempt, { timeout: 10_000, interval: 20 })
}

async function timed<T>(call: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now()
  const value = await call()
  return { value, ms: performance.now() - start }
}

/** A write is not waited for: until Redis has it. */
async function untilShared(key: string): Promise<void> {
  await eventually(async () => expect(await redis.command('EXISTS', `${PREFIX}1:facts:${key}`)).toBe('1'))
}

const never = (): Promise<string> => Promise.reject(new Error('it was to be in the cache'))

beforeEach(async () => {
  now = 1_800_000_000_000
  vi.clearAllMocks()
})

afterEach(async () => {
  for (const caches of opened.splice(0)) await caches.close()
})

describeRedis('caches shared by Redis', () => {
  beforeAll(async () => {
    redis = await startRedis({ appendonly: false })
    return () => redis.close()
  })
  beforeEach(async () => {
    await redis.command('FLUSHALL')
  })

  it('give what another gateway has loaded, without loading it again', async () => {
    const [one, other] = [await connected(), await connected()]
    expect(await one.wrap('key', undefined, async () => 'loaded')).toBe('loaded')
    await eventually(async () => expect(await other.get('key')).toBe('loaded'))
    expect(await other.wrap('key', undefined, never)).toBe('loaded')
  })

  it('give it after a restart too', async () => {
    const before = gateway()
    await (await connected({}, before)).set('key', 'value')
    await untilShared('key')
    await before.close()
    expect(await (await connected()).wrap('key', undefined, never)).toBe('value')
  })

  it('are asked once for many callers at once, as is the load', async () => {
    const cache = await connected()
    const load = vi.fn(async () => 'loaded')
    const before = await redis.command('INFO', 'commandstats')
    const values = await Promise.all(Array.from({ length: 50 }, () => cache.wrap('new', 1000, load)))
    expect(new Set(values)).toEqual(new Set(['loaded']))
    expect(load).toHaveBeenCalledTimes(1)
    expect(readsIn(await redis.command('INFO', 'commandstats')) - readsIn(before)).toBe(1)
  })

  it('answer what is in the process without asking Redis', async () => {
    const cache = await connected()
    await cache.set('hot', 'value')
    const before = readsIn(await redis.command('INFO', 'commandstats'))
    for (let times = 0; times < 100; times += 1) expect(await cache.get('hot')).toBe('value')
    expect(readsIn(await redis.command('INFO', 'commandstats'))).toBe(before)
  })

  it('keep in the process what is not said to be shared', async () => {
    const [one, other] = [gateway(), gateway()]
    await connected({}, one)
    await connected({}, other)
    const options = { maxEntries: 10 }
    await one.create<string>('secrets', options).set('key', 'secret')
    await (await connected({}, one)).set('fact', 'public')
    await untilShared('fact')
    expect(await redis.command('KEYS', '*secrets*')).toBe('')
    expect(await other.create<string>('secrets', options).get('key')).toBeUndefined()
  })

  it('never answer a value past its time, whichever gateway wrote it', async () => {
    const [one, other, third] = [await connected(), await connected(), await connected()]
    await one.set('key', 'value', 60_000)
    await eventually(async () => expect(await other.get('key')).toBe('value'))
    now += 59_999
    expect(await other.get('key')).toBe('value')
    expect(await third.get('key')).toBe('value')
    now += 1
    for (const cache of [one, other, third, await connected()]) expect(await cache.get('key')).toBeUndefined()
  })

  it('let Redis forget what has an end, and keep what has none', async () => {
    const cache = await connected()
    await cache.set('ends', 'value', 3_600_000)
    await cache.set('stays', 'value')
    await untilShared('stays')
    expect(Number(await redis.command('PTTL', `${PREFIX}1:facts:ends`))).toBeGreaterThan(3_500_000)
    expect(await redis.command('PTTL', `${PREFIX}1:facts:stays`)).toBe('-1')
  })

  it('forget in both places what is deleted', async () => {
    const cache = await connected()
    await cache.set('key', 'value')
    await untilShared('key')
    await cache.delete('key')
    expect(await cache.get('key')).toBeUndefined()
    await eventually(async () => expect(await redis.command('EXISTS', `${PREFIX}1:facts:key`)).toBe('0'))
    expect(await cache.wrap('key', undefined, async () => 'new')).toBe('new')
  })

  it('write values of any kind as their codec says', async () => {
    const shared: Codec<{ sum: bigint; bytes: Uint8Array }> = {
      encode: ({ sum, bytes }) => `${sum} ${Buffer.from(bytes).toString('hex')}`,
      decode: (text) => {
        const [sum = '', hex = ''] = text.split(' ')
        return { sum: BigInt(sum), bytes: Uint8Array.from(Buffer.from(hex, 'hex')) }
      },
    }
    const [one, other] = [await connected({ shared }), await connected({ shared })]
    await one.set('key', { sum: 2n ** 70n, bytes: new Uint8Array([1, 2]) })
    await eventually(async () =>
      expect(await other.get('key')).toEqual({ sum: 2n ** 70n, bytes: new Uint8Array([1, 2]) }),
    )
  })

  it('read nothing that was not written with the secret, for this very key', async () => {
    const [one, stranger] = [
      await connected(),
      await connected({}, gateway({ secret: new Uint8Array(32).fill(2) })),
    ]
    await stranger.set('key', 'forged')
    await one.set('true', 'value')
    await untilShared('true')
    await redis.command('COPY', `${PREFIX}1:facts:true`, `${PREFIX}1:facts:moved`)
    await redis.command('SET', `${PREFIX}1:facts:garbage`, 'anything')
    await redis.command('SET', `${PREFIX}1:facts:json`, '{"value":"x"}')
    await redis.command('LPUSH', `${PREFIX}1:facts:list`, 'a')
    const other = await connected()
    for (const key of ['key', 'moved', 'garbage', 'json', 'list']) {
      expect(await other.get(key)).toBeUndefined()
      expect(await other.wrap(key, 0, async () => 'loaded')).toBe('loaded')
    }
    expect(await other.get('true')).toBe('value')
  })

  it('load what another version has written in another way', async () => {
    const shared: Codec<string> = {
      encode: (value) => value,
      decode: () => {
        throw new Error('not mine')
      },
    }
    await (await connected()).set('key', 'old')
    await untilShared('key')
    expect(await (await connected({ shared })).wrap('key', undefined, async () => 'new')).toBe('new')
  })

  it('keep in the process what is large, or not to be shared as its codec says', async () => {
    const encode = (value: string) => (value === 'own' ? null : value)
    const cache = await connected({ shared: { encode, decode: (text) => text } })
    await cache.set('large', 'x'.repeat(2 << 20))
    await cache.set('own', 'own')
    await cache.set('small', 'x')
    await untilShared('small')
    expect(await cache.get('own')).toBe('own')
    expect(await redis.command('EXISTS', `${PREFIX}1:facts:own`)).toBe('0')
    expect(await redis.command('EXISTS', `${PREFIX}1:facts:large`)).toBe('0')
    expect((await cache.get('large'))?.length).toBe(2 << 20)
  })

  it('tell what became of each look-up', async () => {
    const observe = vi.fn()
    const [one, other] = [await connected(), sharedIn(gateway({ observe }))]
    await one.set('key', 'value')
    await eventually(async () => expect(await other.get('key')).toBe('value'))
    observe.mockClear()
    await other.get('key')
    await other.wrap('key', undefined, never)
    await other.wrap('missing', 0, async () => 'loaded')
    expect(observe.mock.calls).toEqual([
      ['facts', 'HIT'],
      ['facts', 'HIT'],
      ['facts', 'MISS'],
    ])
    await one.set('second', 'value')
    await untilShared('second')
    await other.get('second')
    expect(observe).toHaveBeenLastCalledWith('facts', 'SHARED')
  })
})

describeRedis('caches whose Redis fails', () => {
  beforeEach(async () => {
    redis = await startRedis({ appendonly: false })
    return () => redis.close()
  })

  /** The cache answers as one in memory does, and no call hangs. */
  async function expectToServe(cache: Cache<string>, name: string): Promise<void> {
    const { ms } = await timed(async () => {
      expect(await cache.get(`${name} missing`)).toBeUndefined()
      await cache.set(`${name} set`, 'value')
      expect(await cache.get(`${name} set`)).toBe('value')
      await cache.delete(`${name} set`)
      expect(await cache.get(`${name} set`)).toBeUndefined()
      expect(await cache.wrap(`${name} wrap`, 1000, async () => 'loaded')).toBe('loaded')
      expect(await cache.wrap(`${name} wrap`, 1000, never)).toBe('loaded')
    })
    expect(ms).toBeLessThan(NOT_HUNG_MS)
  }

  it('serve while it is killed, and share again when it is back', async () => {
    const cache = await connected()
    await redis.kill()
    await expectToServe(cache, 'at once')
    await expectToServe(cache, 'later')
    await redis.start()
    const other = await connected()
    await eventually(async () => {
      await cache.set('back', 'value')
      expect(await other.get('back')).toBe('value')
    })
  })

  it('serve while it stands still: one call pays, those after it do not', async () => {
    const cache = await connected()
    redis.stop()
    const first = await timed(() => cache.wrap('first', undefined, async () => 'loaded'))
    expect(first.value).toBe('loaded')
    expect(first.ms).toBeLessThan(1_500)
    const after = await timed(async () => {
      for (let index = 0; index < 200; index += 1)
        await cache.wrap(`${index}`, undefined, async () => 'loaded')
    })
    expect(after.ms).toBeLessThan(NOT_HUNG_MS)
    await expectToServe(cache, 'still')
    redis.cont()
    const other = await connected()
    await eventually(async () => {
      await cache.set('back', 'value')
      expect(await other.get('back')).toBe('value')
    })
  })

  it('serve while it is slow', async () => {
    const cache = await connected()
    const asleep = redis.command('DEBUG', 'SLEEP', '1.5')
    await expectToServe(cache, 'slow')
    await asleep
    const other = await connected()
    await eventually(async () => {
      await cache.set('awake', 'value')
      expect(await other.get('awake')).toBe('value')
    })
  })

  it('serve while it is full, and say so once', async () => {
    await redis.start({ maxmemory: 2_000_000 })
    const cache = await connected({ maxEntries: 1_000, maxBytes: 64 << 20 })
    for (let index = 0; index < 100; index += 1) await cache.set(`${index}`, 'x'.repeat(100_000))
    await expectToServe(cache, 'full')
    await eventually(async () => expect(log.warn).toHaveBeenCalled())
    expect(await cache.get('0')).toBe('x'.repeat(100_000))
    await expectToServe(cache, 'full still')
    expect(log.warn).toHaveBeenCalledTimes(1)
  })

  it('serve where it was never there, and share when it comes up', async () => {
    await redis.kill()
    const cache = sharedIn(gateway())
    await expectToServe(cache, 'never up')
    await redis.start()
    const other = await connected()
    await eventually(async () => {
      await cache.set('up', 'value')
      expect(await other.get('up')).toBe('value')
    })
  })

  it('do not answer from Redis what was deleted while it was away', async () => {
    const [cache, other] = [await connected({ maxEntries: 1 }), await connected()]
    await cache.set('key', 'old')
    await eventually(async () => expect(await other.get('key')).toBe('old'))
    redis.stop()
    await cache.delete('key')
    await cache.get('another that finds out')
    redis.cont()
    await connected({ maxEntries: 1 }, opened[0])
    expect(await cache.wrap('key', undefined, async () => 'new')).toBe('new')
  })

  it('end in good time, even while it stands still', async () => {
    const caches = gateway()
    const cache = await connected({}, caches)
    redis.stop()
    const call = cache.wrap('key', undefined, async () => 'loaded')
    const { ms } = await timed(() => caches.close())
    expect(ms).toBeLessThan(NOT_HUNG_MS)
    expect(await call).toBe('loaded')
    await expectToServe(cache, 'closed')
  })
})

function readsIn(commandStats: string): number {
  return Number(/cmdstat_get:calls=(\d+)/.exec(commandStats)?.[1] ?? 0)
}
