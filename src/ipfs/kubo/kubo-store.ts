// Content on Kubo, for those who run it: real IPFS nodes, whose blocks others find. It sends nothing that the caller has
// not encrypted where it must be, and passes nothing on as whole that is not.
import { LRUCache } from 'lru-cache'
import type { CID } from 'multiformats/cid'
import { assertAllowed, blockKey, inlineBytes, isAllowed, MAX_BLOCK_BYTES, RAW } from '../block.js'
import { isBlockOf } from '../block-hash.js'
import { InvalidDagError, NotFoundInStoreError } from '../errors.js'
import { assertFilePart } from '../file-node.js'
import { walkFile } from '../file-walker.js'
import { NodeCache } from '../node-cache.js'
import type { Block, IpfsStore, StoreOptions } from '../store.js'
import type { KuboEndpoint } from './endpoint.js'
import { isNodeFault, storageFault } from './faults.js'
import { KuboFleet, SourceError } from './kubo-fleet.js'
import { KuboNode } from './kubo-node.js'

/** Up to here a range is read leaf by leaf, which Kubo answers several times as fast; above it, as one stream. */
const BY_LEAF_BYTES = 2 * 1_048_576
const MAX_SIZES = 100_000

export interface KuboStoreOptions {
  /** The first is preferred. */
  endpoints: readonly KuboEndpoint[]
  /** How long a node may stand still before it counts as failed. */
  timeoutMs: number
  /**
   * Whether long reads that ask to be verified are, block by block, at half the speed. Else they rest on the node's own
   * check of its disk (`Datastore.HashOnRead`), as those through its gateway do.
   */
  verifiesAll?: boolean
}

export function createKuboStore({ endpoints, timeoutMs, verifiesAll = false }: KuboStoreOptions): IpfsStore {
  return new KuboStore(
    verifiesAll,
    new KuboFleet(endpoints.map((endpoint) => new KuboNode(endpoint, timeoutMs))),
  )
}

class KuboStore implements IpfsStore {
  readonly kind = 'kubo'
  readonly #nodes = new NodeCache()
  /** Of files of one block, which no node tells. */
  readonly #sizes = new LRUCache<string, number>({ max: MAX_SIZES })

  constructor(
    private readonly verifiesAll: boolean,
    private readonly fleet: KuboFleet,
  ) {}

  importFile(
    bytes: AsyncIterable<Uint8Array>,
    { signal }: StoreOptions = {},
  ): Promise<{ cid: CID; size: number }> {
    const source = new UploadSource(bytes)
    const isSpent = () => source.isSpent
    return this.fleet.store((node) => node.add(source.open(), { signal }), { signal, isSpent })
  }

  async *readFile(
    cid: CID,
    { offset = 0, length }: { offset?: number; length?: number } = {},
    { signal, verify = false }: StoreOptions & { verify?: boolean } = {},
  ): AsyncGenerator<Uint8Array> {
    assertRange(offset, length)
    const size = await this.fileSize(cid, { signal })
    const to = Math.min(size, offset + (length ?? size))
    const isLong = to - offset > BY_LEAF_BYTES
    if (isLong && !(verify && this.verifiesAll)) {
      yield* this.fleet.read(cid, offset, to, size, { signal })
      return
    }
    const source = {
      node: (node: CID) => this.#node(node, { signal }),
      leaf: (leaf: CID, start: number, end: number) =>
        verify ? this.#verifiedLeaf(leaf, start, end, signal) : this.#leafRange(leaf, start, end, signal),
    }
    yield* walkFile(source, { cid, start: 0, size }, offset, to, signal)
  }

  async fileSize(cid: CID, { signal }: StoreOptions = {}): Promise<number> {
    signal?.throwIfAborted()
    assertFilePart(cid)
    if (cid.code !== RAW) return (await this.#node(cid, { signal })).size
    return inlineBytes(cid)?.length ?? this.#blockSize(cid, { signal })
  }

  async has(cid: CID, { signal }: StoreOptions = {}): Promise<boolean> {
    signal?.throwIfAborted()
    if (!isAllowed(cid)) return false
    if (inlineBytes(cid)) return true
    try {
      await this.fleet.ask(cid, (node) => node.blockSize(cid, { signal }, true), { signal })
      return true
    } catch (error) {
      if (error instanceof NotFoundInStoreError) return false
      throw error
    }
  }

  async getBlock(cid: CID, { signal }: StoreOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted()
    assertAllowed(cid)
    return this.#block(cid, { signal })
  }

  async putBlock(cid: CID, bytes: Uint8Array, { signal }: StoreOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    assertBlock({ cid, bytes })
    if (!inlineBytes(cid))
      await this.fleet.store((node) => node.putBlock({ cid, bytes }, { signal }), { signal })
  }

  async putBlocks(blocks: AsyncIterable<Block>, { signal }: StoreOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    const source = new UploadSource(checked(blocks))
    const isSpent = () => source.isSpent
    await this.fleet.store((node) => node.importBlocks(source.open(), { signal }), { signal, isSpent })
  }

  async pin(root: CID, { signal, name = '' }: StoreOptions & { name?: string } = {}): Promise<void> {
    signal?.throwIfAborted()
    assertAllowed(root)
    await this.fleet.ask(root, (node) => node.pin(root, name, { signal }), { signal })
  }

  async unpin(root: CID, { signal }: StoreOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    if (!isAllowed(root)) return
    const ends = await Promise.allSettled(this.fleet.nodes.map((node) => node.unpin(root, { signal })))
    signal?.throwIfAborted()
    for (const end of ends) if (end.status === 'rejected') throw storageFault(end.reason, root)
  }

  async isPinned(root: CID, { signal }: StoreOptions = {}): Promise<boolean> {
    signal?.throwIfAborted()
    if (!isAllowed(root)) return false
    const ends = await Promise.allSettled(this.fleet.nodes.map((node) => node.isPinned(root, { signal })))
    signal?.throwIfAborted()
    if (ends.some((end) => end.status === 'fulfilled' && end.value)) return true
    const faults = ends.flatMap((end) => (end.status === 'rejected' ? [storageFault(end.reason, root)] : []))
    const fault = faults.find(isNodeFault)
    if (fault) throw fault
    return false
  }

  /** Whether a node answers and has room. */
  async isHealthy({ signal }: StoreOptions = {}): Promise<boolean> {
    signal?.throwIfAborted()
    return this.fleet.isWritable({ signal })
  }

  async close(): Promise<void> {
    await Promise.all(this.fleet.nodes.map((node) => node.close()))
  }

  async #blockSize(cid: CID, options: StoreOptions): Promise<number> {
    const key = blockKey(cid)
    const known = this.#sizes.get(key)
    if (known !== undefined) return known
    const size = await this.fleet.ask(cid, (node) => node.blockSize(cid, options), options)
    this.#sizes.set(key, size)
    return size
  }

  #node(cid: CID, options: StoreOptions) {
    return this.#nodes.get(cid, () => this.#block(cid, options))
  }

  async #block(cid: CID, options: StoreOptions): Promise<Uint8Array> {
    return inlineBytes(cid) ?? this.fleet.ask(cid, (node) => node.reader.block(cid, options), options)
  }

  async #verifiedLeaf(leaf: CID, from: number, to: number, signal: AbortSignal | undefined) {
    const block = await this.#block(leaf, { signal })
    return { bytes: block.subarray(from, to), blockSize: block.length }
  }

  async #leafRange(leaf: CID, from: number, to: number, signal: AbortSignal | undefined) {
    const inline = inlineBytes(leaf)
    if (inline) return { bytes: inline.subarray(from, to), blockSize: inline.length }
    return {
      bytes: await this.fleet.ask(leaf, (node) => node.reader.leafRange(leaf, from, to, { signal }), {
        signal,
      }),
    }
  }
}

async function* checked(blocks: AsyncIterable<Block>): AsyncGenerator<Block> {
  for await (const block of blocks) {
    assertBlock(block)
    if (!inlineBytes(block.cid)) yield block
  }
}

function assertBlock({ cid, bytes }: Block): void {
  assertAllowed(cid)
  if (bytes.length > MAX_BLOCK_BYTES) {
    throw new InvalidDagError(`A block has at most ${MAX_BLOCK_BYTES} bytes.`)
  }
  if (!isBlockOf(cid, bytes)) throw new InvalidDagError(`These bytes are not the block ${cid}.`)
}

/** What is to be uploaded: its own errors are told from the node's, and whether any of it was taken is known. */
class UploadSource<T> {
  isSpent = false

  constructor(private readonly source: AsyncIterable<T>) {}

  async *open(): AsyncGenerator<T> {
    this.isSpent = true
    try {
      yield* this.source
    } catch (error) {
      throw new SourceError(error)
    }
  }
}

function assertRange(offset: number, length: number | undefined): void {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
  if (!isCount(offset) || (length !== undefined && !isCount(length))) {
    throw new RangeError('A range is counted in whole bytes from 0.')
  }
}
