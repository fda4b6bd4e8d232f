import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createGate } from '../../test/support/gate.js'
import type { Clock } from '../clock.js'
import { ClientGoneError } from '../errors.js'
import type { Cache } from './cache.js'
import { createMemoryCaches } from './caches.js'

let now: number
const clock: Clock = { now: () => now, sleep: () => Promise.resolve() }

beforeEach(() => {
  now = 1_000_000
})

function cacheOf<T>(maxEntries = 100): Cache<T> {
  return createMemoryCaches(clock).create<T>('test', { maxEntries })
}

describe('a memory cache', () => {
  it('keeps values with their types: bigint, date, bytes, null and the very same object', async () => {
    const cache = cacheOf<unknown>()
    const values = [12n ** 30n, new Date(0), new Uint8Array([1, 2]), null, '', 0, false, { nested: 1n }]
    for (const [index, value] of values.entries()) await cache.set(`${index}`, value)
    for (const [index, value] of values.entries()) expect(await cache.get(`${index}`)).toBe(value)
  })

  it('answers a value until its time to live is over, to the millisecond', async () => {
    const cache = cacheOf<string>()
    await cache.set('key', 'value', 500)
    now += 499
    expect(await cache.get('key')).toBe('value')
    now += 1
    expect(await cache.get('key')).toBeUndefined()
  })

  it('keeps a value without time to live for ever', async () => {
    const cache = cacheOf<string>()
    await cache.set('key', 'value')
    now += 1e15
    expect(await cache.get('key')).toBe('value')
  })

  it.each([
    0,
    -1,
    Number.NaN,
  ])('does not keep a value with the time to live %d, nor the one before', async (ttl) => {
    const cache = cacheOf<string>()
    await cache.set('key', 'before')
    await cache.set('key', 'value', ttl)
    expect(await cache.get('key')).toBeUndefined()
  })

  it('forgets what was deleted', async () => {
    const cache = cacheOf<string>()
    await cache.set('key', 'value')
    await cache.delete('key')
    expect(await cache.get('key')).toBeUndefined()
  })

  it('pushes out the least recently used entry when it is full', async () => {
    const cache = cacheOf<number>(3)
    for (const key of ['a', 'b', 'c']) await cache.set(key, 1)
    await cache.get('a')
    await cache.set('d', 1)
    const kept = []
    for (const key of ['a', 'b', 'c', 'd']) if ((await cache.get(key)) === 1) kept.push(key)
    expect(kept).toEqual(['a', 'c', 'd'])
  })
})

describe('a cache with a limit of bytes', () => {
  const bounded = <T>(maxBytes: number) =>
    createMemoryCaches(clock).create<T>('bounded', { maxEntries: 1000, maxBytes })

  async function keptOf<T>(cache: Cache<T>, keys: readonly string[]): Promise<string[]> {
    const kept = []
    for (const key of keys) if ((await cache.get(key)) !== undefined) kept.push(key)
    return kept
  }

  it('pushes out the least recently used values until the new one fits', async () => {
    const cache = bounded<string>(4_000)
    const keys = ['a', 'b', 'c', 'd', 'e']
    for (const key of keys) await cache.set(key, 'x'.repeat(1_000))
    expect(await keptOf(cache, keys)).toEqual(['c', 'd', 'e'])
  })

  it.each<[string, (size: number) => unknown]>([
    ['text', (size) => 'x'.repeat(size)],
    ['text of two bytes a character', (size) => '€'.repeat(size / 2)],
    ['bytes', (size) => new Uint8Array(size)],
    ['an array of objects', (size) => Array.from({ length: size / 50 }, (_, height) => ({ height }))],
    ['a map', (size) => new Map([['key', new Uint8Array(size)]])],
    ['a deep object', (size) => ({ a: { b: { c: [{ d: 'x'.repeat(size) }] } } })],
  ])('counts %s', async (_, make) => {
    const cache = bounded<unknown>(100_000)
    await cache.set('fits', make(50_000))
    expect(await cache.get('fits')).toBeDefined()
    await cache.set('too large', make(200_000))
    expect(await keptOf(cache, ['fits', 'too large'])).toEqual(['fits'])
  })

  it('does not keep the value before where the new one is too large', async () => {
    const cache = bounded<string>(1_000)
    await cache.set('key', 'before')
    await cache.set('key', 'x'.repeat(2_000))
    expect(await cache.get('key')).toBeUndefined()
  })

  it('counts a value that leads back to itself once', async () => {
    const cache = bounded<object>(1_000)
    const value: { self?: object } = {}
    value.self = value
    await cache.set('key', value)
    expect(await cache.get('key')).toBe(value)
  })
})

describe('a cache that may be shared', () => {
  it('needs a codec for what JSON does not say all of, which the compiler sees to', () => {
    const caches = createMemoryCaches(clock)
    interface Fact {
      height: number
      names: readonly (string | null)[]
    }
    caches.create<Fact>('fact', { maxEntries: 1, shared: 'json' })
    // @ts-expect-error JSON has no bigint
    caches.create<{ nanos: bigint }>('bigint', { maxEntries: 1, shared: 'json' })
    // @ts-expect-error bytes come back as an object
    caches.create<Uint8Array[]>('bytes', { maxEntries: 1, shared: 'json' })
    // @ts-expect-error a date comes back as text
    caches.create<{ at: Date | null }>('date', { maxEntries: 1, shared: 'json' })
    const isShared = caches.isShared
    expect(isShared).toBe(false)
  })
})

describe('wrapping a load in a cache', () => {
  it('loads once for calls at the same time and keeps the value', async () => {
    const cache = cacheOf<string>()
    const load = vi.fn(async () => 'loaded')
    const calls = Array.from({ length: 20 }, () => cache.wrap('key', 1000, load))
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['loaded']))
    expect(await cache.wrap('key', 1000, load)).toBe('loaded')
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('keeps null and undefined like any other value', async () => {
    const cache = cacheOf<null | undefined>()
    const load = vi.fn(async () => undefined)
    await cache.wrap('key', undefined, load)
    await cache.wrap('key', undefined, load)
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('takes the time to live from the value; 0 keeps nothing', async () => {
    const cache = cacheOf<{ isFinal: boolean }>()
    const ttl = (value: { isFinal: boolean }) => (value.isFinal ? undefined : 0)
    await cache.wrap('moving', ttl, async () => ({ isFinal: false }))
    await cache.wrap('final', ttl, async () => ({ isFinal: true }))
    expect(await cache.get('moving')).toBeUndefined()
    expect(await cache.get('final')).toEqual({ isFinal: true })
  })

  it('counts the time to live from the beginning of the load', async () => {
    const cache = cacheOf<string>()
    const load = async () => {
      now += 400
      return 'value'
    }
    await cache.wrap('key', 500, load)
    now += 99
    expect(await cache.get('key')).toBe('value')
    now += 1
    expect(await cache.get('key')).toBeUndefined()
  })

  it('hands a failure to all who wait, keeps none, and loads again afterwards', async () => {
    const cache = cacheOf<string>()
    const load = vi.fn(() => Promise.reject(new Error('node is down')))
    const results = await Promise.allSettled([cache.wrap('key', 1000, load), cache.wrap('key', 1000, load)])
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected'])
    expect(load).toHaveBeenCalledTimes(1)
    expect(await cache.wrap('key', 1000, async () => 'back')).toBe('back')
  })

  it('survives a load that throws at once', async () => {
    const cache = cacheOf<string>()
    const load = () => {
      throw new Error('at once')
    }
    await expect(cache.wrap('key', 1000, load)).rejects.toThrow('at once')
    expect(await cache.wrap('key', 1000, async () => 'fine')).toBe('fine')
  })

  it.each([
    undefined,
    new ClientGoneError(),
  ])('lets one of those who wait load anew when the first caller gave up (%s)', async (reason) => {
    const cache = cacheOf<string>()
    const first = new AbortController()
    const aborted = cache.wrap('key', 1000, () => {
      const gate = createGate<string>()
      first.signal.addEventListener('abort', () => gate.reject(first.signal.reason))
      return gate.promise
    })
    const load = vi.fn(async () => 'loaded by another')
    const waiting = [cache.wrap('key', 1000, load), cache.wrap('key', 1000, load)]
    await new Promise((resolve) => setImmediate(resolve))
    first.abort(reason)
    await expect(aborted).rejects.toBe(first.signal.reason)
    expect(await Promise.all(waiting)).toEqual(['loaded by another', 'loaded by another'])
    expect(load).toHaveBeenCalledTimes(1)
  })

  it.each([
    'delete',
    'set',
  ] as const)('does not keep what was loading while the key was changed by %s', async (how) => {
    const cache = cacheOf<string>()
    const gate = createGate<string>()
    const loading = cache.wrap('key', undefined, () => gate.promise)
    await new Promise((resolve) => setImmediate(resolve))
    await (how === 'set' ? cache.set('key', 'newer') : cache.delete('key'))
    gate.resolve('older')
    expect(await loading).toBe('older')
    expect(await cache.get('key')).toBe(how === 'set' ? 'newer' : undefined)
  })
})

describe('the caches of a gateway', () => {
  it('are one per name, apart from each other', async () => {
    const caches = createMemoryCaches(clock)
    await caches.create<string>('posts', { maxEntries: 5 }).set('key', 'post')
    expect(await caches.create<string>('posts', { maxEntries: 5 }).get('key')).toBe('post')
    expect(await caches.create<string>('users', { maxEntries: 5 }).get('key')).toBeUndefined()
  })

  it('refuse one name with two sizes', () => {
    const caches = createMemoryCaches(clock)
    caches.create('posts', { maxEntries: 5 })
    expect(() => caches.create('posts', { maxEntries: 6 })).toThrow('The cache posts has 5 entries, not 6.')
  })
})
