import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chunksOf, collect, keystreamBytes } from '../../test/support/bytes.js'
import { createEmbeddedStore } from './embedded-store.js'
import { FileBatch } from './file-batch.js'
import type { Block, IpfsStore } from './store.js'

let dir: string
let store: IpfsStore
/** How many blocks each call of `putBlocks` brought. */
let calls: number[]
let files: number

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'batch-'))
  store = await createEmbeddedStore({ dir })
  calls = []
  files = 0
})
afterEach(async () => {
  await store.close()
  await rm(dir, { recursive: true })
})

function newBatch(fault?: Error): FileBatch {
  return new FileBatch({
    importFile(source, options) {
      files += 1
      return store.importFile(source, options)
    },
    async putBlocks(blocks, options) {
      const all: Block[] = []
      for await (const block of blocks) all.push(block)
      calls.push(all.length)
      if (fault) throw fault
      await store.putBlocks(chunksIn(all), options)
    },
  })
}

async function* chunksIn<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

describe('the files of a batch', () => {
  it('have the CIDs that they have alone, whatever their size', async () => {
    const batch = newBatch()
    const sizes = [0, 1, 70_000, 131_071, 131_072, 131_073, 1_048_576, 1_048_577]
    const stored = []
    for (const size of sizes) {
      const bytes = keystreamBytes(`batch ${size}`, size)
      const { cid, size: told } = await batch.importFile(chunksOf(bytes, [10_000, 1, 50_000]))
      expect(told).toBe(size)
      expect(cid.toString()).toBe((await store.importFile(chunksOf(bytes))).cid.toString())
      stored.push({ cid, bytes })
    }
    await batch.finish([])
    for (const { cid, bytes } of stored) {
      expect((await collect(store.readFile(cid, {}, { verify: true }))).equals(bytes)).toBe(true)
    }
  })

  it('go in together where they are small, with what comes last', async () => {
    const batch = newBatch()
    const bytes = (seed: number) => keystreamBytes(`small ${seed}`, 100_000)
    const cids = []
    for (let seed = 0; seed < 25; seed += 1) cids.push((await batch.importFile(chunksOf(bytes(seed)))).cid)
    const root = { cid: cids[0], bytes: bytes(0) } as Block
    await batch.finish([root])
    expect([calls, files]).toEqual([[11, 11, 4], 0])
    for (const cid of cids) expect(await store.has(cid)).toBe(true)
  })

  it('are copied, as a source may use its memory again', async () => {
    const batch = newBatch()
    async function* reused() {
      const memory = Buffer.alloc(4, 'a')
      yield memory
      memory.fill('b')
      yield memory
    }
    const { cid } = await batch.importFile(reused())
    await batch.finish([])
    expect((await collect(store.readFile(cid))).toString()).toBe('aaaabbbb')
  })

  it('fail with the error of their source, and let it go', async () => {
    for (const size of [10, 1_000_000]) {
      let isOver = false
      const fault = new Error('the client is gone')
      async function* broken() {
        try {
          yield* chunksOf(new Uint8Array(size), [65_536])
          throw fault
        } finally {
          isOver = true
        }
      }
      await expect(newBatch().importFile(broken())).rejects.toBe(fault)
      expect(isOver).toBe(true)
    }
  })

  it('fail with the error of the store, at the latest when they are finished', async () => {
    const fault = new Error('the disk is full')
    const batch = newBatch(fault)
    await batch.importFile(chunksOf(new Uint8Array(10)))
    await expect(batch.finish([])).rejects.toBe(fault)
    const early = newBatch(fault)
    const seeds = Array.from({ length: 40 }, (_, seed) => keystreamBytes(`early ${seed}`, 100_000))
    const all = async () => {
      for (const bytes of seeds) await early.importFile(chunksOf(bytes))
    }
    await expect(all()).rejects.toBe(fault)
  })

  it('stop where the signal has aborted', async () => {
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await expect(newBatch().importFile(chunksOf(new Uint8Array(10)), { signal })).rejects.toBe(reason)
  })
})
