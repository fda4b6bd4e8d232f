import { appendFile, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../clock.js'
import { openAppendLog } from './append-log.js'
import { openLogState } from './log-state.js'

let directory: string
let path: string
let now: number
const clock: Clock = { now: () => now, sleep: () => Promise.resolve() }

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-state-'))
  path = join(directory, 'state.log')
  now = 1_000_000
})

afterEach(async () => {
  vi.restoreAllMocks()
  await rm(directory, { recursive: true })
})

const later = (ms = 1000) => now + ms

describe('the state', () => {
  it('inserts where nothing is, and answers what is there otherwise', async () => {
    const state = await openLogState(path, clock)
    const end = later()
    expect(await state.insert('key', 'first', end)).toEqual({
      inserted: true,
      entry: { value: 'first', version: 1, expiresAt: end },
    })
    expect(await state.insert('key', 'second', later(5000))).toEqual({
      inserted: false,
      entry: { value: 'first', version: 1, expiresAt: end },
    })
    await state.close()
  })

  it('lets one of many inserts at once win, and tells all others what won', async () => {
    const state = await openLogState(path, clock)
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => state.insert('key', `${index}`, later())),
    )
    expect(results.filter((result) => result.inserted)).toHaveLength(1)
    expect(new Set(results.map((result) => result.entry.value))).toEqual(new Set(['0']))
    await state.close()
  })

  it('updates only what still has the version that was read', async () => {
    const state = await openLogState(path, clock)
    const { entry } = await state.insert('key', 'a', later())
    const updates = await Promise.all([
      state.update('key', entry.version, 'b', later()),
      state.update('key', entry.version, 'c', later()),
    ])
    expect(updates).toEqual([true, false])
    expect(await state.get('key')).toMatchObject({ value: 'b' })
    expect((await state.get('key'))?.version).toBeGreaterThan(entry.version)
    expect(await state.update('missing', 1, 'x', later())).toBe(false)
    await state.close()
  })

  it('forgets an entry at its end, to the millisecond, and takes a new one with a higher version', async () => {
    const state = await openLogState(path, clock)
    const { entry } = await state.insert('key', 'a', later(500))
    now += 499
    expect(await state.get('key')).toEqual(entry)
    now += 1
    expect(await state.get('key')).toBeUndefined()
    expect(await state.update('key', entry.version, 'b', later())).toBe(false)
    expect(await state.insert('key', 'c', later())).toMatchObject({ inserted: true, entry: { version: 2 } })
    await state.close()
  })

  it('is the same after it was closed and opened again', async () => {
    const state = await openLogState(path, clock)
    await state.insert('kept', 'é "quoted"\n', later())
    const { entry } = await state.insert('changed', 'a', later())
    await state.update('changed', entry.version, 'b', later(2000))
    await state.insert('short', 'x', later(1))
    await state.close()
    now += 1
    const again = await openLogState(path, clock)
    expect(await again.get('kept')).toEqual({ value: 'é "quoted"\n', version: 1, expiresAt: 1_001_000 })
    expect(await again.get('changed')).toEqual({ value: 'b', version: 3, expiresAt: 1_002_000 })
    expect(await again.get('short')).toBeUndefined()
    await again.close()
  })

  it('has a change on disk before it answers', async () => {
    const state = await openLogState(path, clock)
    await state.insert('key', 'marker-1', later())
    expect(await readFile(path, 'utf8')).toContain('marker-1')
    await state.close()
  })

  it('says what it dropped of a write that was interrupted', async () => {
    const state = await openLogState(path, clock)
    await state.insert('key', 'a', later())
    await state.close()
    await appendFile(path, '0000')
    const warn = vi.fn()
    const again = await openLogState(path, clock, { log: { warn } })
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      { path, dropped: 4 },
      'dropped a torn last record, which was never confirmed',
    )
    expect(await again.get('key')).toMatchObject({ value: 'a' })
    await again.close()
  })

  it('keeps what was there when the disk refuses a change', async () => {
    const state = await openLogState(path, clock)
    const { entry } = await state.insert('key', 'a', later())
    const handle = await open(path)
    vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockRejectedValueOnce(
      Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28 }),
    )
    await handle.close()
    await expect(state.update('key', entry.version, 'b', later())).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    })
    expect(await state.get('key')).toEqual(entry)
    expect(await state.update('key', entry.version, 'c', later())).toBe(true)
    await state.close()
  })

  it('refuses a value over 1 MiB and takes one of exactly that, whatever its characters', async () => {
    const state = await openLogState(path, clock)
    const largest = '\u0000'.repeat(1 << 20)
    await expect(state.insert('key', `${largest}x`, later())).rejects.toThrow(RangeError)
    await expect(state.insert('k'.repeat(1025), 'x', later())).rejects.toThrow(RangeError)
    await expect(state.insert('key', 'x', Number.POSITIVE_INFINITY)).rejects.toThrow(RangeError)
    expect((await state.insert('key', largest, later())).inserted).toBe(true)
    await state.close()
    const again = await openLogState(path, clock)
    expect((await again.get('key'))?.value).toBe(largest)
    await again.close()
  })

  it('refuses more than it may hold, as retryable, until entries have ended', async () => {
    const state = await openLogState(path, clock, { maxBytes: 1000 })
    const value = 'x'.repeat(300)
    await state.insert('a', value, later(5000))
    await state.insert('b', value, later(2000))
    await expect(state.insert('c', value, later())).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
    })
    now += 2000
    expect((await state.insert('c', value, later())).inserted).toBe(true)
    await expect(state.insert('d', value, later())).rejects.toThrow('full')
    await state.close()
  })

  it('is refused where the log holds something else', async () => {
    const { log } = await openAppendLog(path)
    await log.append('a transaction')
    await log.close()
    await expect(openLogState(path, clock)).rejects.toThrow(`${path} is a log of something other than state.`)
  })

  it('answers as a map of its history would, over random operations and restarts', async () => {
    const operation = fc.record({
      kind: fc.constantFrom('insert', 'update', 'stale', 'restart', 'wait'),
      key: fc.constantFrom('a', 'b', 'c'),
      value: fc.string({ maxLength: 5 }),
      ttl: fc.integer({ min: 0, max: 50 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
        await rm(path, { force: true })
        let state = await openLogState(path, clock)
        const model = new Map<string, { value: string; expiresAt: number }>()
        for (const { kind, key, value, ttl } of operations) {
          const expected = model.get(key)
          const present = expected && expected.expiresAt > now ? expected : undefined
          const expiresAt = now + ttl
          if (kind === 'wait') now += ttl
          else if (kind === 'restart') {
            await state.close()
            state = await openLogState(path, clock)
          } else if (kind === 'insert') {
            const { inserted, entry } = await state.insert(key, value, expiresAt)
            expect(inserted).toBe(present === undefined)
            expect(entry).toMatchObject(present ?? { value, expiresAt })
            if (inserted) model.set(key, { value, expiresAt })
          } else {
            const version = (await state.get(key))?.version ?? 0
            const wanted = kind === 'stale' ? version - 1 : version
            const isUpdated = await state.update(key, wanted, value, expiresAt)
            expect(isUpdated).toBe(kind === 'update' && present !== undefined)
            if (isUpdated) model.set(key, { value, expiresAt })
          }
          const current = model.get(key)
          const entry = await state.get(key)
          if (current && current.expiresAt > now) expect(entry).toMatchObject(current)
          else expect(entry).toBeUndefined()
        }
        await state.close()
      }),
      { numRuns: 30 },
    )
  })
})

describe('the log of the state', () => {
  const value = 'x'.repeat(100_000)

  it('is written anew while running once most of it is garbage, and holds the same', async () => {
    const state = await openLogState(path, clock)
    let { entry } = await state.insert('changing', value, later())
    await state.insert('kept', 'kept', later())
    for (let index = 0; index < 60; index++) {
      await state.update('changing', entry.version, `${index}${value}`, later())
      entry = (await state.get('changing')) ?? entry
    }
    await state.close()
    expect((await stat(path)).size).toBeLessThan(3_000_000)
    const again = await openLogState(path, clock)
    expect(await again.get('changing')).toEqual(entry)
    expect((await again.get('kept'))?.value).toBe('kept')
    await again.close()
  })

  it('is written anew at open once most of it has expired, and versions still rise', async () => {
    const state = await openLogState(path, clock)
    await state.insert('kept', 'kept', later(10_000))
    for (let index = 0; index < 15; index++) await state.insert(`${index}`, value, later(100))
    await state.close()
    expect((await stat(path)).size).toBeGreaterThan(1_500_000)
    now += 100
    const again = await openLogState(path, clock)
    expect((await stat(path)).size).toBeLessThan(1000)
    expect(await again.insert('new', 'x', later())).toMatchObject({ entry: { version: 17 } })
    await again.close()
  })

  it('loses nothing of what is written while it is written anew', async () => {
    const state = await openLogState(path, clock)
    for (let index = 0; index < 40; index++) await state.insert(`${index}`, value, later(100))
    expect((await stat(path)).size).toBeGreaterThan(4_000_000)
    now += 100
    const written = Array.from({ length: 40 }, async (_, index) => {
      for (let turn = 0; turn < index; turn++) await new Promise(setImmediate)
      return (await state.insert(`new ${index}`, `${index}${value}`, later())).entry
    })
    const entries = await Promise.all(written)
    await state.close()
    expect((await stat(path)).size).toBeLessThan(5_000_000)
    const again = await openLogState(path, clock)
    for (const [index, entry] of entries.entries()) expect(await again.get(`new ${index}`)).toEqual(entry)
    await again.close()
  })

  it('stays in use as it is when it cannot be written anew, which is told', async () => {
    const warn = vi.fn()
    const state = await openLogState(path, clock, { log: { warn } })
    for (let index = 0; index < 15; index++) await state.insert(`${index}`, value, later(100))
    await state.insert('kept', 'kept', later(10_000))
    await state.close()
    now += 100
    const handle = await open(path)
    vi.spyOn(Object.getPrototypeOf(handle), 'sync').mockRejectedValueOnce(
      Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28 }),
    )
    await handle.close()
    const again = await openLogState(path, clock, { log: { warn } })
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      { err: expect.objectContaining({ code: 'STORAGE_FULL' }) },
      'could not compact the state log',
    )
    expect((await again.get('kept'))?.value).toBe('kept')
    expect((await again.insert('more', 'x', later())).inserted).toBe(true)
    await again.close()
  })
})
