import type { CID } from 'multiformats/cid'

export interface StoreOptions {
  signal?: AbortSignal | undefined
}

export interface PinOptions extends StoreOptions {
  name?: string
  /** Not for mirrors: what may be let go of soon. */
  isPassing?: boolean
}

/** FAILING: it has not got the pin, and the last attempt failed, or it cannot be asked. */
export type MirrorState = 'HELD' | 'WAITING' | 'FAILING'

export interface Block {
  cid: CID
  bytes: Uint8Array
}

/**
 * Where content lives: everything that the gateway asks of IPFS. Fails only with StorageUnavailableError, the
 * AbortSignal's reason, or (import) the error of the source, unchanged.
 */
export interface IpfsStore {
  readonly kind: string
  /** Stores a stream as one UnixFS file (profile unixfs-v1-2025) without pinning it; the CID is that of Kubo. */
  importFile(source: AsyncIterable<Uint8Array>, options?: StoreOptions): Promise<{ cid: CID; size: number }>
  /**
   * The bytes [offset, offset + length) of a UnixFS file; pull-driven: what the reader does not take is not read.
   * Throws NotFoundInStoreError for a missing block, InvalidDagError for a DAG that is hostile or no file.
   * `verify`: every byte is checked against its CID before it leaves, for what no cipher vouches for; whole blocks are
   * read at both ends of the range.
   */
  readFile(
    cid: CID,
    range?: { offset?: number; length?: number },
    options?: StoreOptions & { verify?: boolean },
  ): AsyncIterable<Uint8Array>
  fileSize(cid: CID, options?: StoreOptions): Promise<number>
  has(cid: CID, options?: StoreOptions): Promise<boolean>
  getBlock(cid: CID, options?: StoreOptions): Promise<Uint8Array>
  putBlock(cid: CID, bytes: Uint8Array, options?: StoreOptions): Promise<void>
  /**
   * Stores many blocks, in any order and at the cost of one call. Each is checked against its CID: InvalidDagError. When
   * it rejects, with that, the source's own error or the signal's reason, some of them may be stored.
   */
  putBlocks(blocks: AsyncIterable<Block>, options?: StoreOptions): Promise<void>
  /** Pins recursively all that `root` links. Durable when it resolves. */
  pin(root: CID, options?: PinOptions): Promise<void>
  /** Lets go of a root; what no other pin holds may be collected from then on. Fine where there is no such pin. */
  unpin(root: CID, options?: PinOptions): Promise<void>
  isPinned(root: CID, options?: StoreOptions): Promise<boolean>
  /**
   * While it is not disposed of, what was stored since is not collected, pinned or not: an upload may take longer than
   * any grace. Absent where others collect.
   */
  hold?(): Disposable
  /** What each mirror makes of a pin. Absent where there are none. */
  mirrorStates?(root: CID): Promise<MirrorState[]>
  isHealthy(options?: StoreOptions): Promise<boolean>
  close(): Promise<void>
}
