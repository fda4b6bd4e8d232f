import type { CID } from 'multiformats/cid'

export interface StoreOptions {
  signal?: AbortSignal | undefined
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
  /** Pins recursively all that `root` links. Durable when it resolves. */
  pin(root: CID, options?: StoreOptions & { name?: string }): Promise<void>
  isPinned(root: CID, options?: StoreOptions): Promise<boolean>
  isHealthy(options?: StoreOptions): Promise<boolean>
  close(): Promise<void>
}
