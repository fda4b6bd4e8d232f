import fs, { mkdtemp, readdir, rm } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chunksOf, keystream, keystreamBytes } from '../../test/support/bytes.js'
import { cborBlock, rawBlock } from '../../test/support/dag.js'
import { StorageUnavailableError } from '../errors.js'
import { blockKey } from './block.js'
import { createEmbeddedStore } from './embedded-store.js'
import type { IpfsStore } from './store.js'

/** What the disk was told, in order, and what it fails with. */
const disk = { log: [] as string[], failures: {} as Record<string, string | undefined> }
const real = { open: fs.open, rename: fs.rename }

function failing(operation: string): void {
  const code = disk.failures[operation]
  if (code) throw Object.assign(new Error(`${code}: ${operation}`), { code })
}

const watchedOpen: typeof fs.open = async (path, flags, mode) => {
  const handle = await real.open(path, flags, mode)
  const watch = (operation: 'writeFile' | 'datasync' | 'sync') => {
    const original = handle[operation] as (...args: unknown[]) => Promise<void>
    handle[operation] = async (...args: unknown[]) => {
      failing(operation)
      failing(`${operation} ${basename(String(path))}`)
      await original.apply(handle, args)
      disk.log.push(`${operation} ${String(path)}`)
    }
  }
  for (const operation of ['writeFile', 'datasync', 'sync'] as const) watch(operation)
  return handle
}

const watchedRename: typeof fs.rename = async (from, to) => {
  failing('rename')
  await real.rename(from, to)
  disk.log.push(`rename ${String(from)} ${String(to)}`)
}

/** For all who import them by name, too. Test files share modules, so that `vi.mock` would come too late. */
function putInPlace(functions: typeof real): void {
  Object.assign(fs, functions)
  syncBuiltinESMExports()
}

beforeAll(() => putInPlace({ open: watchedOpen, rename: watchedRename }))
afterAll(() => putInPlace(real))

const MIB = 1_048_576
const FULL = 'The disk of the IPFS store is full.'

let dir: string
let store: IpfsStore

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'durability-'))
  store = await createEmbeddedStore({ dir })
  disk.log.length = 0
})

afterEach(async () => {
  disk.failures = {}
  await store.close()
  await rm(dir, { recursive: true, force: true })
})

/** The log with paths from the store's directory, temporary names as `tmp`. */
function told(): string[] {
  return disk.log.map((line) =>
    line
      .split(' ')
      .map((word) => {
        if (!word.startsWith(dir)) return word
        const path = relative(dir, word)
        return path.startsWith('tmp/') ? 'tmp' : path
      })
      .join(' '),
  )
}

const shardOf = (key: string) => `blocks/${key.slice(-3, -1)}`

describe('what is synced when', () => {
  it('a block gets its name after its bytes are synced', async () => {
    const { cid, bytes } = rawBlock(Buffer.from('block'))
    await store.putBlock(cid, bytes)
    const key = blockKey(cid)
    expect(told()).toEqual(['writeFile tmp', 'datasync tmp', `rename tmp ${shardOf(key)}/${key}`])
  })

  it('a pin is written after the names of all its blocks are synced, and then synced itself', async () => {
    const film = await store.importFile(keystream('film', 2 * MIB + 1))
    const manifest = cborBlock({ files: [{ cid: film.cid }] })
    await store.putBlock(manifest.cid, manifest.bytes)
    const renames = told().filter((line) => line.startsWith('rename'))
    const shards = new Set(renames.map((line) => line.split(' ')[2]?.split('/').slice(0, 2).join('/')))
    expect(renames.length).toBe(5)

    disk.log.length = 0
    await store.pin(manifest.cid)
    const pinning = told()
    const names = pinning.slice(0, -4)
    expect(names.sort()).toEqual(['blocks', ...shards].map((path) => `sync ${path}`).sort())
    expect(pinning.slice(-4)).toEqual([
      'writeFile tmp',
      'datasync tmp',
      `rename tmp pins/${manifest.cid}`,
      'sync pins',
    ])
  })

  it('what one pin has synced, the next does not sync again', async () => {
    const { cid, bytes } = rawBlock(Buffer.from('shared'))
    await store.putBlock(cid, bytes)
    await store.pin(cid)
    const manifest = cborBlock([cid])
    await store.putBlock(manifest.cid, manifest.bytes)
    disk.log.length = 0
    await store.pin(manifest.cid)
    const syncs = told().filter((line) => line.startsWith('sync blocks/'))
    expect(syncs).toEqual([`sync ${shardOf(blockKey(manifest.cid))}`])
  })

  it('two pins of the same blocks at once both wait for their sync', async () => {
    const { cid, bytes } = rawBlock(Buffer.from('shared'))
    await store.putBlock(cid, bytes)
    const first = cborBlock([cid, 1])
    const second = cborBlock([cid, 2])
    for (const block of [first, second]) await store.putBlock(block.cid, block.bytes)
    disk.log.length = 0
    await Promise.all([store.pin(first.cid), store.pin(second.cid)])
    const lines = told()
    const shared = lines.indexOf(`sync ${shardOf(blockKey(cid))}`)
    for (const block of [first, second]) {
      expect(lines.indexOf(`rename tmp pins/${block.cid}`)).toBeGreaterThan(shared)
    }
    expect(shared).toBeGreaterThanOrEqual(0)
  })

  it('the same pin twice at once is one, and both wait until it lasts', async () => {
    const { cid } = await store.importFile(chunksOf(Buffer.from('file')))
    disk.log.length = 0
    const whenSecondResolved = Promise.all([store.pin(cid), store.pin(cid).then(() => told().length)])
    const [, linesThen] = await whenSecondResolved
    expect(told().filter((line) => line === 'sync pins')).toHaveLength(1)
    expect(linesThen).toBe(told().length)
  })

  it('after a restart a pin syncs the names that a killed process may have left unsynced', async () => {
    const { cid, bytes } = rawBlock(Buffer.from('block'))
    await store.putBlock(cid, bytes)
    const successor = await createEmbeddedStore({ dir })
    disk.log.length = 0
    await successor.pin(cid)
    expect(told()).toContain(`sync ${shardOf(blockKey(cid))}`)
    await successor.close()
  })
})

describe('a disk that fails', () => {
  it.each([
    ['is full while writing', { writeFile: 'ENOSPC' }, FULL],
    ['is over quota', { writeFile: 'EDQUOT' }, FULL],
    ['is full while syncing', { datasync: 'ENOSPC' }, FULL],
    ['breaks', { datasync: 'EIO' }, 'The disk of the IPFS store fails (EIO).'],
    ['breaks while renaming', { rename: 'EIO' }, 'The disk of the IPFS store fails (EIO).'],
  ])('because it %s leaves no block and no temporary file', async (_, failures, message) => {
    disk.failures = failures
    const { cid, bytes } = rawBlock(Buffer.from('block'))
    const failed = store.putBlock(cid, bytes)
    await expect(failed).rejects.toBeInstanceOf(StorageUnavailableError)
    const code = message === FULL ? 'STORAGE_FULL' : 'STORAGE_UNAVAILABLE'
    await expect(failed).rejects.toMatchObject({ message, code, retryable: true })
    expect(await store.has(cid)).toBe(false)
    expect(await readdir(join(dir, 'tmp'))).toEqual([])

    disk.failures = {}
    await store.putBlock(cid, bytes)
    expect(await store.has(cid)).toBe(true)
  })

  it('in the middle of an import ends the import and lets the source go', async () => {
    let isEnded = false
    async function* source() {
      try {
        for (let i = 0; ; i++) {
          if (i === 3) disk.failures = { writeFile: 'ENOSPC' }
          yield keystreamBytes(`${i}`, MIB)
        }
      } finally {
        isEnded = true
      }
    }
    await expect(store.importFile(source())).rejects.toMatchObject({ message: FULL })
    expect(isEnded).toBe(true)
    expect(await readdir(join(dir, 'tmp'))).toEqual([])
  })

  it('while names are synced leaves the root unpinned, and the next pin syncs them again', async () => {
    const { cid } = await store.importFile(chunksOf(Buffer.from('file')))
    disk.failures = { sync: 'EIO' }
    await expect(store.pin(cid)).rejects.toBeInstanceOf(StorageUnavailableError)
    expect(await store.isPinned(cid)).toBe(false)
    disk.failures = {}
    disk.log.length = 0
    await store.pin(cid)
    expect(told()).toContain(`sync ${shardOf(blockKey(cid))}`)
    expect(await store.isPinned(cid)).toBe(true)
  })

  it('after naming a pin takes the name back', async () => {
    const { cid } = await store.importFile(chunksOf(Buffer.from('file')))
    disk.failures = { 'sync pins': 'EIO' }
    await expect(store.pin(cid)).rejects.toBeInstanceOf(StorageUnavailableError)
    expect(told()).toContain(`rename tmp pins/${cid}`)
    expect(await store.isPinned(cid)).toBe(false)
  })

  it('cannot hide that a pin file was not synced', async () => {
    const { cid } = await store.importFile(chunksOf(Buffer.from('file')))
    disk.failures = { datasync: 'ENOSPC' }
    await expect(store.pin(cid)).rejects.toMatchObject({ message: FULL })
    expect(await store.isPinned(cid)).toBe(false)
    expect(await readdir(join(dir, 'pins'))).toEqual([])
  })
})
