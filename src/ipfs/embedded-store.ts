// The room ipfs/: content by CID, whatever holds it. It knows blocks and UnixFS files; it must not know what is in
// them, whose they are or who may read them. This is the store that needs no daemon; it is no IPFS *node*: nobody
// finds its blocks over the network.
import { randomUUID } from 'node:crypto'
import { unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CID } from 'multiformats/cid'
import type { Logger } from 'pino'
import { StorageUnavailableError } from '../errors.js'
import { abortable } from './abortable.js'
import { assertAllowed, isAllowed, MAX_BLOCK_BYTES, RAW } from './block.js'
import { BlockFiles, clearTempDir } from './block-files.js'
import { isBlockOf } from './block-hash.js'
import type { Collected } from './collect-garbage.js'
import { storageError, syncDirectory } from './durable-file.js'
import { InvalidDagError, NotFoundInStoreError } from './errors.js'
import { assertFilePart, type FileNode } from './file-node.js'
import { walkFile } from './file-walker.js'
import { importUnixfsFile } from './import-file.js'
import { NodeCache } from './node-cache.js'
import { PinKeeper } from './pin-keeper.js'
import { PinFiles } from './pins.js'
import type { Block, IpfsStore, StoreOptions } from './store.js'
import { WriteBehind } from './write-behind.js'

/** Blocks of `putBlocks` that are on their way to the disk. */
const WRITES_UNDER_WAY = 8

export interface EmbeddedStoreOptions {
  /** Made if missing. One process at a time: at the start, unfinished writes of the last are removed. */
  dir: string
  log?: Pick<Logger, 'warn'>
  /** Leaves the unfinished writes of the last process where they are. */
  keepsTemp?: boolean
  /** Milliseconds since the epoch: the time of blocks, by which a collection spares the young. That of this machine. */
  now?: () => number
}

export interface CollectOptions {
  /** Blocks that were stored, or stored again, within this time stay. */
  graceMs: number
  /** Only tells what would be removed. */
  dryRun: boolean
}

/** A store that needs to be swept by who owns it. */
export interface CollectingStore extends IpfsStore {
  /**
   * Removes the blocks that no pin holds: beside uploads, pins and reads, and as often as wanted. Keeps 8 bytes for
   * each pinned block in memory. Rejects, with nothing removed, where what a pin holds cannot be seen.
   */
  collect(options: CollectOptions): Promise<Collected>
}

/**
 * An IPFS store in a directory: `blocks/`, `pins/`, and `tmp/` for what is being written. Throws
 * StorageUnavailableError where the directory cannot be used.
 */
export async function createEmbeddedStore({
  dir,
  log,
  keepsTemp = false,
  now = Date.now,
}: EmbeddedStoreOptions): Promise<CollectingStore> {
  const tempDir = join(dir, 'tmp')
  try {
    const leftovers = keepsTemp ? 0 : await clearTempDir(tempDir)
    if (leftovers > 0) log?.warn({ dir, leftovers }, 'removed unfinished writes from the IPFS store')
    const blocks = await BlockFiles.open(join(dir, 'blocks'), tempDir, now)
    const pins = await PinFiles.open(join(dir, 'pins'), tempDir, now)
    for (const made of [dir, dirname(dir)]) await syncDirectory(made)
    return new EmbeddedStore(blocks, pins, tempDir, now)
  } catch (error) {
    throw error instanceof StorageUnavailableError ? error : storageError(error)
  }
}

class EmbeddedStore implements CollectingStore {
  readonly kind = 'embedded'
  readonly #blocks: BlockFiles
  readonly #keeper: PinKeeper
  readonly #now: () => number
  readonly #tempDir: string
  readonly #nodes = new NodeCache()
  readonly #holds = new Set<{ since: number }>()

  constructor(blocks: BlockFiles, pins: PinFiles, tempDir: string, now: () => number) {
    this.#blocks = blocks
    this.#tempDir = tempDir
    this.#now = now
    this.#keeper = new PinKeeper({
      blocks,
      pins,
      getBlock: (cid) => this.getBlock(cid),
      checkBlock: (cid) => this.#presentSize(cid),
    })
  }

  importFile(source: AsyncIterable<Uint8Array>, { signal }: StoreOptions = {}) {
    const write = (cid: CID, bytes: Uint8Array) => this.#blocks.write(cid, bytes)
    return importUnixfsFile(source, write, { profile: 'unixfs-v1-2025', signal })
  }

  async *readFile(
    cid: CID,
    { offset = 0, length }: { offset?: number; length?: number } = {},
    { signal, verify = false }: StoreOptions & { verify?: boolean } = {},
  ): AsyncGenerator<Uint8Array> {
    assertRange(offset, length)
    const size = await this.fileSize(cid, { signal })
    const to = Math.min(size, offset + (length ?? size))
    const source = {
      node: (node: CID) => this.#node(node),
      leaf: (leaf: CID, start: number, end: number) =>
        verify ? this.#verifiedLeaf(leaf, start, end) : this.#blocks.read(leaf, start, end),
    }
    yield* walkFile(source, { cid, start: 0, size }, offset, to, signal)
  }

  async fileSize(cid: CID, { signal }: StoreOptions = {}): Promise<number> {
    signal?.throwIfAborted()
    assertFilePart(cid)
    if (cid.code !== RAW) return (await this.#node(cid)).size
    return this.#presentSize(cid)
  }

  async has(cid: CID, { signal }: StoreOptions = {}): Promise<boolean> {
    signal?.throwIfAborted()
    return isAllowed(cid) && (await this.#blocks.size(cid)) !== undefined
  }

  async getBlock(cid: CID, { signal }: StoreOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted()
    assertAllowed(cid)
    const { bytes } = await this.#blocks.read(cid)
    if (!isBlockOf(cid, bytes)) throw new StorageUnavailableError(`The block ${cid} is damaged on disk.`)
    return bytes
  }

  async putBlock(cid: CID, bytes: Uint8Array, { signal }: StoreOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    assertAllowed(cid)
    if (bytes.length > MAX_BLOCK_BYTES)
      throw new InvalidDagError(`A block has at most ${MAX_BLOCK_BYTES} bytes.`)
    if (!isBlockOf(cid, bytes)) throw new InvalidDagError(`These bytes are not the block ${cid}.`)
    await this.#blocks.write(cid, bytes)
  }

  async putBlocks(blocks: AsyncIterable<Block>, { signal }: StoreOptions = {}): Promise<void> {
    const writes = new WriteBehind(WRITES_UNDER_WAY)
    try {
      for await (const { cid, bytes } of abortable(blocks, signal)) {
        await writes.add(() => this.putBlock(cid, bytes))
      }
      await writes.flush()
      signal?.throwIfAborted()
    } finally {
      await writes.settle()
    }
  }

  async pin(root: CID, { signal, name = '' }: StoreOptions & { name?: string } = {}): Promise<void> {
    signal?.throwIfAborted()
    return this.#keeper.pin(root, name, signal)
  }

  async unpin(root: CID, { signal }: StoreOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    return this.#keeper.unpin(root)
  }

  async isPinned(root: CID, { signal }: StoreOptions = {}): Promise<boolean> {
    signal?.throwIfAborted()
    return this.#keeper.isPinned(root)
  }

  hold(): Disposable {
    const hold = { since: this.#now() }
    this.#holds.add(hold)
    return { [Symbol.dispose]: () => void this.#holds.delete(hold) }
  }

  async collect({ graceMs, dryRun }: CollectOptions): Promise<Collected> {
    const since = Array.from(this.#holds, (hold) => hold.since)
    const before = Math.min(this.#now() - graceMs, ...since)
    try {
      return await this.#keeper.collect({ before, dryRun })
    } finally {
      if (!dryRun) this.#nodes.clear()
    }
  }

  /** Whether it can write now; a full or read-only disk is not healthy. */
  async isHealthy({ signal }: StoreOptions = {}): Promise<boolean> {
    signal?.throwIfAborted()
    const probe = join(this.#tempDir, `probe-${randomUUID()}`)
    try {
      await writeFile(probe, 'ok', { flag: 'wx' })
      await unlink(probe)
      return true
    } catch {
      return false
    }
  }

  /** Waits for pins and writes under way; what comes later is refused. */
  async close(): Promise<void> {
    await this.#blocks.close()
    await this.#keeper.close()
  }

  #node(cid: CID): Promise<FileNode> {
    return this.#nodes.get(cid, () => this.getBlock(cid))
  }

  async #verifiedLeaf(cid: CID, from: number, to: number): Promise<{ bytes: Uint8Array; blockSize: number }> {
    const block = await this.getBlock(cid)
    return { bytes: block.subarray(from, to), blockSize: block.length }
  }

  async #presentSize(cid: CID): Promise<number> {
    const size = await this.#blocks.size(cid)
    if (size === undefined) throw new NotFoundInStoreError(cid)
    return size
  }
}

function assertRange(offset: number, length: number | undefined): void {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
  if (!isCount(offset) || (length !== undefined && !isCount(length))) {
    throw new RangeError('A range is counted in whole bytes from 0.')
  }
}
