import fs, { mkdtemp, rm, stat } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { CID } from 'multiformats/cid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chunksOf, collect, keystreamBytes } from '../../test/support/bytes.js'
import { cborBlock, fileBlock, rawBlock } from '../../test/support/dag.js'
import { blockKey } from './block.js'
import { DigestSet } from './digest-set.js'
import { type CollectingStore, createEmbeddedStore } from './embedded-store.js'

const HOUR = 3_600_000
const MIB = 1_048_576
const real = { unlink: fs.unlink }
/** Runs before a file is removed; what it throws keeps the file. */
let beforeUnlink: (path: string) => Promise<void> | void = () => {}

/** For all who import it by name, too. */
function putInPlace(functions: typeof real): void {
  Object.assign(fs, functions)
  syncBuiltinESMExports()
}

beforeAll(() =>
  putInPlace({
    unlink: async (path) => {
      await beforeUnlink(String(path))
      await real.unlink(path)
    },
  }),
)
afterAll(() => putInPlace(real))

let dir: string
let now: number
let store: CollectingStore

const open = async () => createEmbeddedStore({ dir, now: () => now })
const add = (text: string) => store.importFile(chunksOf(Buffer.from(text)))
const sweep = (graceMs = 24 * HOUR, dryRun = false) => store.collect({ graceMs, dryRun })
const pathOf = (cid: CID) => join(dir, 'blocks', blockKey(cid).slice(-3, -1), blockKey(cid))

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'garbage-'))
  now = Date.UTC(2030, 0, 1, 12, 0, 0, 123)
  store = await open()
})
afterEach(async () => {
  beforeUnlink = () => {}
  await store.close()
  await rm(dir, { recursive: true, force: true })
})

describe('a collection', () => {
  it('removes what no pin holds once it is old, tells how much, and keeps what pins hold', async () => {
    const film = await store.importFile(chunksOf(keystreamBytes('film', 2 * MIB + 5), [65_536]))
    const manifest = cborBlock({ files: [{ cid: film.cid }] })
    await store.putBlock(manifest.cid, manifest.bytes)
    await store.pin(manifest.cid)
    const lost = await store.importFile(chunksOf(keystreamBytes('lost', MIB + 1), [65_536]))

    expect(await sweep()).toEqual({ pins: 1, pinnedBlocks: 5, youngBlocks: 3, blocks: 0, bytes: 0 })
    now += 24 * HOUR
    expect((await sweep()).youngBlocks).toBe(3)
    now += 1
    const found = { pins: 1, pinnedBlocks: 5, youngBlocks: 0, blocks: 3, bytes: MIB + 1 + 104 }
    expect(await sweep(24 * HOUR, true)).toEqual(found)
    expect(await store.fileSize(lost.cid)).toBe(MIB + 1)
    expect(await sweep()).toEqual(found)
    expect(await store.has(lost.cid)).toBe(false)
    await expect(store.fileSize(lost.cid)).rejects.toThrow(`does not have the block ${lost.cid}`)
    const kept = await collect(store.readFile(film.cid))
    expect(kept.equals(keystreamBytes('film', 2 * MIB + 5))).toBe(true)
    expect((await sweep()).blocks).toBe(0)
  })

  it('keeps a block that two contents share until both are unpinned', async () => {
    const { cid } = await add('shared')
    const roots = [cborBlock({ a: cid }), cborBlock({ b: cid })] as const
    for (const root of roots) {
      await store.putBlock(root.cid, root.bytes)
      await store.pin(root.cid)
    }
    now += 25 * HOUR
    await store.unpin(roots[0].cid)
    expect((await sweep()).blocks).toBe(1)
    expect(await store.has(cid)).toBe(true)
    await store.unpin(roots[1].cid)
    expect((await sweep()).blocks).toBe(2)
    expect(await store.has(cid)).toBe(false)
  })

  it('spares an old block that an upload stored again', async () => {
    const { cid } = await add('old')
    now += 23 * HOUR
    await add('old')
    now += 2 * HOUR
    expect(await sweep()).toMatchObject({ blocks: 0, youngBlocks: 1 })
    expect(Math.round((await stat(pathOf(cid))).mtimeMs)).toBe(now - 2 * HOUR)
  })

  it('spares all that was stored since an upload began which goes on, however long', async () => {
    const before = await add('before')
    now += 1
    const hold = store.hold?.()
    const { cid } = await add('first part')
    now += 100 * HOUR
    expect(await sweep(0)).toMatchObject({ blocks: 1, youngBlocks: 1 })
    expect([await store.has(before.cid), await store.has(cid)]).toEqual([false, true])
    hold?.[Symbol.dispose]()
    expect((await sweep(0)).blocks).toBe(1)
  })

  it('removes nothing where a node below a pin is missing, and says which pin', async () => {
    const film = await store.importFile(chunksOf(keystreamBytes('film', MIB + 5), [65_536]))
    await store.pin(film.cid)
    await add('garbage')
    now += 25 * HOUR
    await real.unlink(pathOf(film.cid))
    await expect(sweep()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: `Nothing is collected, as what the pin ${film.cid} holds cannot be read: The IPFS store does not have the block ${film.cid}.`,
    })
    await store.unpin(film.cid)
    expect((await sweep()).blocks).toBe(3)
  })

  it('leaves files alone that are no blocks, and breaks off when the store closes', async () => {
    await add('garbage')
    now += 25 * HOUR
    await fs.writeFile(join(dir, 'blocks', 'NOTES'), 'of an operator')
    const broken = expect(sweep()).rejects.toThrow()
    await store.close()
    await broken
    store = await open()
    expect((await sweep()).blocks).toBe(1)
    expect(await fs.readFile(join(dir, 'blocks', 'NOTES'), 'utf8')).toBe('of an operator')
  })
})

describe('beside a collection', () => {
  it('a pin keeps all it found, also what was about to go', async () => {
    const { cid } = await add('old leaf')
    const root = cborBlock({ cid })
    await store.putBlock(root.cid, root.bytes)
    now += 25 * HOUR
    let pinning: Promise<unknown> | undefined
    beforeUnlink = (path) => {
      if (!path.includes('/blocks/')) return
      pinning ??= store.pin(root.cid).then(
        () => 'pinned',
        () => 'refused',
      )
    }
    await sweep()
    const outcome = await pinning
    expect(outcome === 'pinned').toBe((await store.has(cid)) && (await store.has(root.cid)))
    expect(await store.isPinned(root.cid)).toBe(outcome === 'pinned')
  })

  it('a pin that came while others were removed keeps all its blocks', async () => {
    const { cid } = await add('old leaf')
    const root = cborBlock({ cid })
    await store.putBlock(root.cid, root.bytes)
    for (let i = 0; i < 40; i++) await add(`garbage ${i}`)
    now += 25 * HOUR
    let first: string | undefined
    beforeUnlink = async (path) => {
      if (first !== undefined || !path.includes('/blocks/')) return
      first = path
      const isOwn = [pathOf(cid), pathOf(root.cid)].includes(path)
      if (!isOwn) await store.pin(root.cid)
    }
    await sweep()
    if (!(await store.isPinned(root.cid))) expect([pathOf(cid), pathOf(root.cid)]).toContain(first)
    else expect([await store.has(cid), await store.has(root.cid)]).toEqual([true, true])
  })

  it('an upload that finds a block there which is just being removed stores it anew', async () => {
    const { cid } = await add('old')
    now += 25 * HOUR
    let again: Promise<unknown> | undefined
    beforeUnlink = (path) => {
      if (path.includes('/blocks/')) again ??= add('old')
    }
    expect((await sweep()).blocks).toBe(1)
    await again
    await store.pin(cid)
    expect(String(await collect(store.readFile(cid)))).toBe('old')
  })
})

it('no pinned block is lost, whatever runs at the same time and wherever the process ends', async () => {
  // Few different leaves, so that contents share blocks and store again what is being removed.
  const leaves = Array.from({ length: 6 }, (_, i) => rawBlock(Buffer.from(`leaf ${i}`)))
  const files = fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 4 })
  const step = fc.oneof(
    fc.record({ do: fc.constant('publish' as const), files }),
    fc.record({ do: fc.constant('pin' as const), files }),
    fc.record({ do: fc.constant('unpin' as const), files }),
    fc.record({ do: fc.constant('collect' as const), crashAfter: fc.nat(6), beside: fc.option(files) }),
    fc.record({ do: fc.constant('wait' as const), hours: fc.nat(30) }),
  )
  const dagOf = (indices: readonly number[]) => {
    const own = indices.map((i) => leaves[i] as (typeof leaves)[number])
    const film = fileBlock(own.map(({ cid, bytes }) => ({ cid, size: bytes.length })))
    return { own, film, root: cborBlock({ film: film.cid }) }
  }
  const publish = async (indices: readonly number[]) => {
    const { own, film, root } = dagOf(indices)
    for (const { cid, bytes } of [...own, film, root]) await store.putBlock(cid, bytes)
    await store.pin(root.cid)
    return root.cid
  }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const pinned = new Map<string, number[]>()
      for (const one of steps) {
        if (one.do === 'wait') now += one.hours * HOUR
        else if (one.do === 'publish') pinned.set(String(await publish(one.files)), one.files)
        else if (one.do === 'unpin') {
          const { cid } = dagOf(one.files).root
          await store.unpin(cid)
          pinned.delete(String(cid))
        } else if (one.do === 'pin') {
          const { cid } = dagOf(one.files).root
          if (
            await store.pin(cid).then(
              () => true,
              () => false,
            )
          )
            pinned.set(String(cid), one.files)
        } else {
          let left = one.crashAfter
          beforeUnlink = (path) => {
            if (path.includes('/blocks/') && left-- === 0) throw new Error('the process ends here')
          }
          const beside = one.beside ? publish(one.beside) : null
          await sweep().catch(() => {})
          if (beside) pinned.set(String(await beside), one.beside as number[])
          beforeUnlink = () => {}
          await store.close()
          store = await open()
        }
        for (const indices of pinned.values()) {
          const { film, own, root } = dagOf(indices)
          expect(await store.isPinned(root.cid)).toBe(true)
          expect(await store.getBlock(root.cid)).toEqual(Buffer.from(root.bytes))
          const whole = await collect(store.readFile(film.cid, {}, { verify: true }))
          expect(whole).toEqual(Buffer.concat(own.map(({ bytes }) => bytes)))
        }
      }
    }),
    { numRuns: process.env.CI === 'true' ? 30 : 8 },
  )
})

it('a digest set has what was added, and by all odds nothing else', () => {
  const set = new DigestSet()
  const digest = (i: number) => keystreamBytes(`digest ${i}`, 32)
  for (let i = 0; i < 2_000; i++) set.add(digest(i))
  set.add(digest(1))
  set.add(new Uint8Array(32))
  expect(set.size).toBe(2_001)
  for (let i = 0; i < 2_000; i++) expect(set.has(digest(i))).toBe(true)
  for (let i = 2_000; i < 2_500; i++) expect(set.has(digest(i))).toBe(false)
  expect(set.has(new Uint8Array(32))).toBe(true)
})
