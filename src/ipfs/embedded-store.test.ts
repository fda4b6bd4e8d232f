import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chunksOf, collect, keystreamBytes } from '../../test/support/bytes.js'
import { startScript } from '../../test/support/child-script.js'
import { cborBlock, rawBlock } from '../../test/support/dag.js'
import { itKeepsBlocks } from '../../test/support/store-contract-blocks.js'
import { itKeepsFiles } from '../../test/support/store-contract-files.js'
import { StorageUnavailableError } from '../errors.js'
import { createEmbeddedStore } from './embedded-store.js'
import type { IpfsStore } from './store.js'

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

function expectWhole(files: Map<string, Buffer>): void {
  for (const [name, bytes] of files) {
    const multihash = base32.baseDecode(name)
    expect(Buffer.from(multihash.subarray(2)).toString('hex')).toBe(
      createHash('sha256').update(bytes).digest('hex'),
    )
  }
}

const place = {
  name: 'embedded',
  get store() {
    return store
  },
  reopen: () => reopen(),
}
itKeepsFiles(place)
itKeepsBlocks(place)

describe('files on disk', () => {
  it('of equal blocks are stored once, whoever writes at the same time', async () => {
    const source = () => chunksOf(Buffer.alloc(5 * MIB), [65_536])
    const imported = await Promise.all([store.importFile(source()), store.importFile(source())])
    expect(imported[0].cid.equals(imported[1].cid)).toBe(true)
    expect((await blockFiles()).size).toBe(2)
    expect(await readdir(join(dir, 'tmp'))).toEqual([])
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
})

describe('blocks on disk', () => {
  it('damaged are not given out', async () => {
    const { cid, bytes } = rawBlock(Buffer.from('block'))
    await store.putBlock(cid, bytes)
    const name = [...(await blockFiles()).keys()][0] as string
    await writeFile(join(dir, 'blocks', name.slice(-3, -1), name), 'bl0ck')
    await expect(store.getBlock(cid)).rejects.toThrow(
      new StorageUnavailableError(`The block ${cid} is damaged on disk.`),
    )
  })
})

it('a pin holds its name', async () => {
  const { cid, bytes } = cborBlock({ files: [] })
  await store.putBlock(cid, bytes)
  await store.pin(cid, { name: 'a film' })
  expect(await readFile(join(dir, 'pins', cid.toString()), 'utf8')).toBe('a film')
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
