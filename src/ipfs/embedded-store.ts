// The room ipfs/: content by CID, whatever holds it. It knows blocks and UnixFS files; it must not know what is in
// them, whose they are or who may read them. This is the store that needs no daemon; it is no IPFS *node*: nobody
// finds its blocks over the network.
import { randomUUID } from 'node:crypto'
import { unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { CID } from 'multiformats/cid'
import type { Logger } from 'pino'
import { StorageUnavailableError } from '../errors.js'
import { abortable } from './abortable.js'
import { assertAllowed, blockKey, isAllowed, isBlockOf, MAX_BLOCK_BYTES, RAW } from './block.js'
import { BlockFiles, clearTempDir } from './block-files.js'
import { storageError, syncDirectory } from './durable-file.js'
import { InvalidDagError, NotFoundInStoreError } from './errors.js'
import { assertFilePart, decodeFileNode, type FileNode } from './file-node.js'
import { walkFile } from './file-walker.js'
import { importUnixfsFile } from './import-file.js'
import { walkForPin } from './pin-walk.js'
import { PinFiles } from './pins.js'
import type { Block, IpfsStore, StoreOptions } from './store.js'
import { WriteBehind } from './write-behind.js'

/** Blocks of `putBlocks` that are on their way to the disk. */
const WRITES_UNDER_WAY = 8
/** Links of decoded nodes kept in memory, some 10 MB: enough for 32 GiB of files in use. */
const MAX_CACHED_LINKS = 32_768

export interface EmbeddedStoreOptions {
  /** Made if missing. One process at a time: at the start, unfinished writes of the last are removed. */
  dir: string
  log?: Pick<Logger, 'warn'>
}

/**
 * An IPFS store in a directory: `blocks/`, `pins/`, and `tmp/` for what is being written. Throws
 * StorageUnavailableError where the directory cannot be used.
 */
export async function createEmbeddedStore({ dir, log }: EmbeddedStoreOptions): Promise<IpfsStore> {
  const tempDir = join(dir, 'tmp')
  try {
    const leftovers = await clearTempDir(tempDir)
    if (leftovers > 0) log?.warn({ dir, leftovers }, 'removed unfinished writes from the IPFS store')
    const blocks = await BlockFiles.open(join(dir, 'blocks'), tempDir)
    const pins = await PinFiles.open(join(dir, 'pins'), tempDir)
    for (const made of [dir, dirname(dir)]) await syncDirectory(made)
    return new EmbeddedStore(blocks, pins, tempDir)
  } catch (error) {
    throw error instanceof StorageUnavailableError ? error : storageError(error)
  }
}

class EmbeddedStore implements IpfsStore {
  readonly kind = 'embedded'
  readonly #blocks: BlockFiles
  readonly #pins: PinFiles
  readonly #tempDir: string
  readonly #nodes = new LRUCache<string, FileNode>({
    maxSize: MAX_CACHED_LINKS,
    sizeCalculation: (node) => 1 + node.children.length,
  })
  readonly #pinning = new Map<string, Promise<void>>()

  constructor(blocks: BlockFiles, pins: PinFiles, tempDir: string) {
    this.#blocks = blocks
    this.#pins = pins
    this.#tempDir = tempDir
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
    return this.#inTurn(root, () => this.#pin(root, name, signal))
  }

  async unpin(root: CID, { signal }: StoreOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    if (!isAllowed(root)) return
    return this.#inTurn(root, () => this.#pins.remove(root))
  }

  async isPinned(root: CID, { signal }: StoreOptions = {}): Promise<boolean> {
    signal?.throwIfAborted()
    return isAllowed(root) && this.#pins.has(root)
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
    await Promise.allSettled(this.#pinning.values())
  }

  /** One change of a pin at a time: whose file is there may not be durable yet, as long as its pin runs. */
  async #inTurn(root: CID, change: () => Promise<void>): Promise<void> {
    const key = root.toV1().toString()
    for (let running = this.#pinning.get(key); running; running = this.#pinning.get(key)) {
      await running.catch(() => {})
    }
    const pinning = change().finally(() => this.#pinning.delete(key))
    this.#pinning.set(key, pinning)
    return pinning
  }

  async #pin(root: CID, name: string, signal: AbortSignal | undefined): Promise<void> {
    if (await this.isPinned(root, { signal })) return
    const shards = new Set<string>()
    const note = (cid: CID) => {
      const shard = this.#blocks.shardOf(cid)
      if (shard) shards.add(shard)
    }
    const source = {
      block: (cid: CID) => {
        note(cid)
        return this.getBlock(cid)
      },
      check: async (cid: CID) => {
        note(cid)
        await this.#presentSize(cid)
      },
    }
    await walkForPin(source, root, signal)
    await this.#blocks.syncNames(shards)
    signal?.throwIfAborted()
    await this.#pins.add(root, name)
  }

  async #node(cid: CID): Promise<FileNode> {
    const key = blockKey(cid)
    const known = this.#nodes.get(key)
    if (known) return known
    const node = decodeFileNode(cid, await this.getBlock(cid))
    // Nodes that only hold bytes are leaves: the cache is for what leads to them.
    if (node.children.length > 0) this.#nodes.set(key, node)
    return node
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
