import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chunksOf, collect, keystream, keystreamBytes } from '../../test/support/bytes.js'
import { startScript } from '../../test/support/child-script.js'
import {
  block,
  cborBlock,
  fileBlock,
  identityCid,
  pbBlock,
  rawBlock,
  unixfsBlock,
} from '../../test/support/dag.js'
import { StorageUnavailableError } from '../errors.js'
import { createEmbeddedStore } from './embedded-store.js'
import { InvalidDagError, NotFoundInStoreError } from './errors.js'
import type { Block, IpfsStore } from './store.js'

const MIB = 1_048_576

let dir: string
let store: IpfsStore

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'embedded-store-'))
  store = await createEmbeddedStore({ dir })
})

afterEach(async () => {
  await store.close()
  await rm(dir, { recursive: true, force: true })
})

async function reopen(log?: Parameters<typeof createEmbeddedStore>[0]['log']): Promise<void> {
  await store.close()
  store = await createEmbeddedStore({ dir, ...(log && { log }) })
}

/** Every block on disk, by its name. */
async function blockFiles(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for (const shard of await readdir(join(dir, 'blocks'))) {
    for (const name of await readdir(join(dir, 'blocks', shard))) {
      expect(name.slice(-3, -1)).toBe(shard)
      files.set(name, await readFile(join(dir, 'blocks', shard, name)))
    }
  }
  return files
}

async function* listed(blocks: readonly Block[]): AsyncGenerator<Block> {
  yield* blocks
}

function expectWhole(files: Map<string, Buffer>): void {
  for (const [name, bytes] of files) {
    const multihash = base32.baseDecode(name)
    expect(Buffer.from(multihash.subarray(2)).toString('hex')).toBe(
      createHash('sha256').update(bytes).digest('hex'),
    )
  }
}

describe('files', () => {
  it('come back as they were stored, over a restart too', async () => {
    // A vector of IPIP-499.
    const bytes = keystreamBytes('chunk-v1-seed', MIB + 1)
    const { cid, size } = await store.importFile(chunksOf(bytes, [65_536]))
    expect(size).toBe(bytes.length)
    expect(cid.toString()).toBe('bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64')
    expect(await store.fileSize(cid)).toBe(bytes.length)
    expect((await collect(store.readFile(cid))).equals(bytes)).toBe(true)
    await reopen()
    expect((await collect(store.readFile(cid))).equals(bytes)).toBe(true)
  })

  it('give any range as the slice of the whole', async () => {
    const sizes = [0, 1, 1000, MIB, MIB + 1, 3 * MIB + 77]
    const files = await Promise.all(
      sizes.map(async (size) => {
        const bytes = keystreamBytes(`file ${size}`, size)
        return { bytes, cid: (await store.importFile(chunksOf(bytes))).cid }
      }),
    )
    const position = fc.oneof(fc.nat(4 * MIB), fc.nat(2000), fc.constantFrom(MIB - 1, MIB, MIB + 1))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        position,
        fc.option(position, { nil: undefined }),
        async ({ bytes, cid }, offset, length) => {
          const got = await collect(store.readFile(cid, { offset, ...(length !== undefined && { length }) }))
          const end = length === undefined ? undefined : offset + length
          expect(got.equals(bytes.subarray(offset, end))).toBe(true)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('of CIDv0 and dag-pb leaves are read as well', async () => {
    const leaves = ['hello ', 'world'].map((text) => unixfsBlock({ type: 'file', data: Buffer.from(text) }))
    const root = fileBlock(leaves.map(({ cid }, i) => ({ cid, size: i === 0 ? 6 : 5 })))
    for (const { cid, bytes } of [...leaves, root]) await store.putBlock(cid.toV0(), bytes)
    expect((await collect(store.readFile(root.cid.toV0()))).toString()).toBe('hello world')
    expect((await collect(store.readFile(root.cid, { offset: 4, length: 4 }))).toString()).toBe('o wo')
    expect(await store.fileSize(root.cid.toV0())).toBe(11)
  })

  it('within a CID need no block', async () => {
    const cid = identityCid(0x55, Buffer.from('tiny'))
    expect(await store.fileSize(cid)).toBe(4)
    expect((await collect(store.readFile(cid, { offset: 1, length: 2 }))).toString()).toBe('in')
    const root = fileBlock([
      { cid, size: 4 },
      { cid: identityCid(0x70, unixfsBlock({ type: 'file', data: Buffer.from('!') }).bytes), size: 1 },
    ])
    await store.putBlock(root.cid, root.bytes)
    expect((await collect(store.readFile(root.cid))).toString()).toBe('tiny!')
    expect((await blockFiles()).size).toBe(1)
  })

  it('of equal blocks are stored once, whoever writes at the same time', async () => {
    const source = () => chunksOf(Buffer.alloc(5 * MIB), [65_536])
    const imported = await Promise.all([store.importFile(source()), store.importFile(source())])
    expect(imported[0].cid.equals(imported[1].cid)).toBe(true)
    expect((await blockFiles()).size).toBe(2)
    expect(await readdir(join(dir, 'tmp'))).toEqual([])
  })

  it('whose root, node or leaf is missing say so', async () => {
    const leaf = rawBlock(Buffer.from('leaf'))
    const inner = fileBlock([{ cid: leaf.cid, size: 4 }])
    const root = fileBlock([{ cid: inner.cid, size: 4 }])
    for (const missing of [root, inner, leaf]) {
      await expect(collect(store.readFile(root.cid))).rejects.toThrow(new NotFoundInStoreError(missing.cid))
      await store.putBlock(missing.cid, missing.bytes)
    }
    expect((await collect(store.readFile(root.cid))).toString()).toBe('leaf')
    await expect(store.fileSize(rawBlock(Buffer.from('unknown')).cid)).rejects.toThrow(NotFoundInStoreError)
  })

  it('that are none are refused', async () => {
    const directory = unixfsBlock({ type: 'directory' })
    const manifest = cborBlock({ v: 1 })
    const liar = pbBlock(Buffer.from('080218c801', 'hex'), [])
    for (const { cid, bytes } of [directory, manifest, liar]) {
      await store.putBlock(cid, bytes)
      await expect(store.fileSize(cid)).rejects.toThrow(InvalidDagError)
      await expect(collect(store.readFile(cid))).rejects.toThrow(InvalidDagError)
    }
  })

  it('damaged in a leaf give no byte of it where that is to be verified, and sound bytes around it', async () => {
    const bytes = keystreamBytes('damaged', 3 * MIB)
    const { cid } = await store.importFile(chunksOf(bytes))
    const [name, leaf] = [...(await blockFiles())].find(([, block]) =>
      block.equals(bytes.subarray(MIB, 2 * MIB)),
    ) as [string, Buffer]
    leaf[10] = (leaf[10] as number) ^ 1
    await writeFile(join(dir, 'blocks', name.slice(-3, -1), name), leaf)
    const read = (offset: number, length: number) =>
      collect(store.readFile(cid, { offset, length }, { verify: true }))
    expect((await read(1, MIB - 1)).equals(bytes.subarray(1, MIB))).toBe(true)
    expect(await read(2 * MIB, 5)).toEqual(bytes.subarray(2 * MIB, 2 * MIB + 5))
    await expect(read(2 * MIB - 1, 2)).rejects.toThrow(/^The block .* is damaged on disk\.$/)
    const unverified = await collect(store.readFile(cid, { offset: 2 * MIB - 1, length: 2 }))
    expect(unverified).toEqual(bytes.subarray(2 * MIB - 1, 2 * MIB + 1))
  })

  it('are not read by negative, broken or missing numbers', async () => {
    const { cid } = await store.importFile(chunksOf(Buffer.from('file')))
    for (const range of [{ offset: -1 }, { offset: 0.5 }, { length: -1 }, { length: Number.NaN }]) {
      await expect(collect(store.readFile(cid, range))).rejects.toThrow(RangeError)
    }
  })

  it('are not stored nor read under a signal that has aborted', async () => {
    const reason = new Error('gone')
    const signal = AbortSignal.abort(reason)
    const { cid } = await store.importFile(chunksOf(Buffer.from('file')))
    const { bytes } = rawBlock(Buffer.from('file'))
    for (const call of [
      () => store.importFile(chunksOf(Buffer.from('other')), { signal }),
      () => collect(store.readFile(cid, {}, { signal })),
      () => store.fileSize(cid, { signal }),
      () => store.has(cid, { signal }),
      () => store.getBlock(cid, { signal }),
      () => store.putBlock(cid, bytes, { signal }),
      () => store.pin(cid, { signal }),
      () => store.isPinned(cid, { signal }),
      () => store.isHealthy({ signal }),
    ]) {
      await expect(call()).rejects.toBe(reason)
    }
    expect((await blockFiles()).size).toBe(1)
  })
})

describe('blocks', () => {
  it('are there by any CID of their multihash once put, and not before', async () => {
    const { cid, bytes } = cborBlock({ hello: 'world' })
    expect(await store.has(cid)).toBe(false)
    await expect(store.getBlock(cid)).rejects.toThrow(new NotFoundInStoreError(cid))
    await store.putBlock(cid, bytes)
    await store.putBlock(cid, bytes)
    expect(await store.has(cid)).toBe(true)
    expect(await store.has(CID.createV1(0x55, cid.multihash))).toBe(true)
    expect(Buffer.from(await store.getBlock(cid)).equals(bytes)).toBe(true)
  })

  it('are only put if they are what their CID says', async () => {
    const { cid, bytes } = rawBlock(Buffer.from('block'))
    await expect(store.putBlock(cid, Buffer.from('other'))).rejects.toThrow(
      new InvalidDagError(`These bytes are not the block ${cid}.`),
    )
    const inline = identityCid(0x55, bytes)
    await store.putBlock(inline, bytes)
    await expect(store.putBlock(inline, Buffer.from('other'))).rejects.toThrow(InvalidDagError)
    const large = rawBlock(Buffer.alloc(2 * MIB + 1))
    await expect(store.putBlock(large.cid, large.bytes)).rejects.toThrow(
      new InvalidDagError('A block has at most 2097152 bytes.'),
    )
    expect(await blockFiles()).toEqual(new Map())
  })

  it('are put many at a time, each only if it is what its CID says', async () => {
    const blocks = Array.from({ length: 50 }, (_, i) => rawBlock(Buffer.from(`block ${i}`)))
    await store.putBlocks(listed(blocks))
    for (const { cid, bytes } of blocks) expect(await store.getBlock(cid)).toEqual(Buffer.from(bytes))
    const other = rawBlock(Buffer.from('other'))
    const lie = { cid: other.cid, bytes: Buffer.from('lie') }
    await expect(store.putBlocks(listed([blocks[0] as Block, lie]))).rejects.toThrow(InvalidDagError)
    expect(await store.has(other.cid)).toBe(false)
    await store.putBlocks(listed([]))
  })

  it('are not put any more once the source fails, with its error, or the signal aborts, with its reason', async () => {
    const failure = new Error('the source failed')
    const failing = async function* () {
      yield rawBlock(Buffer.from('before'))
      throw failure
    }
    await expect(store.putBlocks(failing())).rejects.toBe(failure)
    const reason = new Error('the client left')
    const abort = new AbortController()
    const hanging = async function* () {
      yield rawBlock(Buffer.from('first'))
      abort.abort(reason)
      await new Promise(() => {})
    }
    await expect(store.putBlocks(hanging(), { signal: abort.signal })).rejects.toBe(reason)
  })

  it('of a foreign codec or hash are never there', async () => {
    const { cid, bytes } = block(0x0129, Buffer.from('{}'))
    await expect(store.putBlock(cid, bytes)).rejects.toThrow(InvalidDagError)
    await expect(store.getBlock(cid)).rejects.toThrow(InvalidDagError)
    expect(await store.has(cid)).toBe(false)
    expect(await store.isPinned(cid)).toBe(false)
  })

  it('damaged on disk are not given out', async () => {
    const { cid, bytes } = rawBlock(Buffer.from('block'))
    await store.putBlock(cid, bytes)
    const name = [...(await blockFiles()).keys()][0] as string
    await writeFile(join(dir, 'blocks', name.slice(-3, -1), name), 'bl0ck')
    await expect(store.getBlock(cid)).rejects.toThrow(
      new StorageUnavailableError(`The block ${cid} is damaged on disk.`),
    )
  })
})

describe('pins', () => {
  it('hold a manifest with all its files, over a restart', async () => {
    const film = await store.importFile(keystream('film', 2 * MIB + 1))
    const manifest = cborBlock({ files: [{ cid: film.cid }] })
    await store.putBlock(manifest.cid, manifest.bytes)
    expect(await store.isPinned(manifest.cid)).toBe(false)
    await store.pin(manifest.cid, { name: 'a film' })
    await store.pin(manifest.cid)
    await reopen()
    expect(await store.isPinned(manifest.cid)).toBe(true)
    expect(await store.isPinned(film.cid)).toBe(false)
    expect(await readFile(join(dir, 'pins', manifest.cid.toString()), 'utf8')).toBe('a film')
  })

  it('are let go of for good, by any CID of their root, and again', async () => {
    const { cid, bytes } = fileBlock([])
    await store.putBlock(cid, bytes)
    await store.pin(cid)
    await store.unpin(cid.toV0())
    expect(await store.isPinned(cid)).toBe(false)
    await store.unpin(cid)
    await store.unpin(rawBlock(Buffer.from('never there')).cid)
    await reopen()
    expect(await store.isPinned(cid)).toBe(false)
    expect(await store.has(cid)).toBe(true)
    await Promise.all([store.pin(cid), store.unpin(cid), store.pin(cid)])
    expect(await store.isPinned(cid)).toBe(true)
  })

  it('are of CIDv0 and v1 alike', async () => {
    const { cid, bytes } = unixfsBlock({ type: 'file', data: Buffer.from('file') })
    await store.putBlock(cid, bytes)
    await store.pin(cid.toV0())
    expect(await store.isPinned(cid)).toBe(true)
  })

  it('are not set where a block is missing', async () => {
    const leaf = rawBlock(Buffer.from('leaf'))
    const manifest = cborBlock({ files: [{ cid: leaf.cid }] })
    await store.putBlock(manifest.cid, manifest.bytes)
    await expect(store.pin(manifest.cid)).rejects.toThrow(new NotFoundInStoreError(leaf.cid))
    expect(await store.isPinned(manifest.cid)).toBe(false)
    await store.putBlock(leaf.cid, leaf.bytes)
    await store.pin(manifest.cid)
    expect(await store.isPinned(manifest.cid)).toBe(true)
  })
})

describe('the directory', () => {
  it('is made, healthy while it can be written to, and unhealthy when it is gone', async () => {
    expect(await store.isHealthy()).toBe(true)
    expect((await readdir(dir)).sort()).toEqual(['blocks', 'pins', 'tmp'])
    expect(await readdir(join(dir, 'tmp'))).toEqual([])
    await rm(dir, { recursive: true })
    expect(await store.isHealthy()).toBe(false)
  })

  it('that cannot be made is a StorageUnavailableError', async () => {
    const file = join(dir, 'file')
    await writeFile(file, '')
    await expect(createEmbeddedStore({ dir: join(file, 'store') })).rejects.toThrow(
      new StorageUnavailableError('The disk of the IPFS store fails (ENOTDIR).'),
    )
  })

  it('is cleared of unfinished writes at the start, and says so', async () => {
    await writeFile(join(dir, 'tmp', 'left-1'), 'half a bl')
    await writeFile(join(dir, 'tmp', 'left-2'), '')
    const warnings: unknown[] = []
    await reopen({ warn: (...args: unknown[]) => warnings.push(args) })
    expect(await readdir(join(dir, 'tmp'))).toEqual([])
    expect(warnings).toEqual([[{ dir, leftovers: 2 }, 'removed unfinished writes from the IPFS store']])
  })

  it('serves nobody once the store is closed', async () => {
    const { cid } = await store.importFile(chunksOf(Buffer.from('file')))
    await store.close()
    await expect(store.getBlock(cid)).rejects.toThrow(
      new StorageUnavailableError('The IPFS store is closed.'),
    )
    await expect(store.importFile(chunksOf(Buffer.from('other')))).rejects.toThrow(StorageUnavailableError)
    expect((await blockFiles()).size).toBe(1)
  })

  it('of a process killed in the middle of an import has whole blocks only, and all its pins', async () => {
    await store.close()
    const child = startScript(`
      const { createEmbeddedStore } = await import(${JSON.stringify(new URL('./embedded-store.ts', import.meta.url).href)})
      const { keystream } = await import(${JSON.stringify(new URL('../../test/support/bytes.ts', import.meta.url).href)})
      const store = await createEmbeddedStore({ dir: ${JSON.stringify(dir)} })
      const { cid } = await store.importFile(keystream('pinned', 1048577))
      await store.pin(cid)
      console.log(cid.toString())
      async function* endless() {
        let taken = 0
        for await (const chunk of keystream('endless', 2 ** 40)) {
          yield chunk
          taken += chunk.length
          if (taken === 16 * 1048576) console.log('under way')
        }
      }
      await store.importFile(endless())
    `)
    const pinned = CID.parse(await child.nextLine())
    expect(await child.nextLine()).toBe('under way')
    await child.kill()

    store = await createEmbeddedStore({ dir })
    const files = await blockFiles()
    expect(files.size).toBeGreaterThan(3)
    expectWhole(files)
    expect(await readdir(join(dir, 'tmp'))).toEqual([])
    expect(await store.isPinned(pinned)).toBe(true)
    expect((await collect(store.readFile(pinned))).equals(keystreamBytes('pinned', MIB + 1))).toBe(true)
  })
})
