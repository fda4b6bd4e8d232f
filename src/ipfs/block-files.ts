import { mkdir, open, readdir, rm, stat, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { StorageUnavailableError } from '../errors.js'
import { blockKey, inlineBytes, MAX_BLOCK_BYTES } from './block.js'
import { isMissingFile, storageError, syncDirectory, writeWhole } from './durable-file.js'
import { NotFoundInStoreError } from './errors.js'

const ROOT = '.'
/** The multihash of a SHA-256, in base32. */
const BLOCK_NAME = /^ciq[a-z2-7]{52}$/

/**
 * Blocks as files, `blocks/<two characters>/<multihash>`, sharded as Kubo's flatfs does (next-to-last/2).
 *
 * How a block lasts: its bytes are synced before it gets its name, so a block is whole or absent even after a power
 * cut, and one found there need not be looked at again. Its name is synced by `syncNames`, once per directory and pin:
 * measured on 1 GiB this is as fast as the disk writes, and faster than syncing all files at the pin.
 */
export class BlockFiles {
  readonly #dir: string
  readonly #tempDir: string
  readonly #shards: Set<string>
  /** Directories with names that may not last yet. After a start: all, for who was killed did not say. */
  readonly #unsynced: Set<string>
  readonly #syncing = new Map<string, Promise<void>>()
  readonly #writing = new Map<string, Promise<void>>()
  readonly #removing = new Map<string, Promise<unknown>>()
  readonly #now: () => number
  #isClosed = false

  private constructor(dir: string, tempDir: string, shards: readonly string[], now: () => number) {
    this.#now = now
    this.#dir = dir
    this.#tempDir = tempDir
    this.#shards = new Set(shards)
    this.#unsynced = new Set([ROOT, ...shards])
  }

  /**
   * `tempDir` lies on the same file system, is there, and belongs to this process alone. `now`: in milliseconds, which
   * become the times of the files.
   */
  static async open(dir: string, tempDir: string, now: () => number): Promise<BlockFiles> {
    await mkdir(dir, { recursive: true })
    const shards = (await readdir(dir)).filter((name) => /^[a-z2-7]{2}$/.test(name))
    return new BlockFiles(dir, tempDir, shards, now)
  }

  /** Size in bytes, or undefined where there is no such block. */
  async size(cid: CID): Promise<number | undefined> {
    const inline = inlineBytes(cid)
    if (inline) return inline.length
    this.#assertOpen()
    const key = blockKey(cid)
    // A block whose name is there while its writer has not said so yet might miss the next sync of names.
    await this.#writing.get(key)?.catch(() => {})
    try {
      return (await stat(this.#path(key))).size
    } catch (error) {
      if (isMissingFile(error)) return undefined
      throw storageError(error)
    }
  }

  /**
   * The bytes [from, to) of a block, with the size of the whole block. What lies beyond its end is not there: the
   * caller compares sizes. Throws NotFoundInStoreError.
   */
  async read(cid: CID, from = 0, to = MAX_BLOCK_BYTES): Promise<{ bytes: Uint8Array; blockSize: number }> {
    const inline = inlineBytes(cid)
    if (inline) return { bytes: inline.subarray(from, to), blockSize: inline.length }
    this.#assertOpen()
    try {
      await using file = await open(this.#path(blockKey(cid)), 'r')
      const { size } = await file.stat()
      const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(to, size) - from))
      for (let filled = 0; filled < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled)
        if (bytesRead === 0) throw new Error('A block file became shorter.')
        filled += bytesRead
      }
      return { bytes, blockSize: size }
    } catch (error) {
      throw isMissingFile(error) ? new NotFoundInStoreError(cid) : storageError(error)
    }
  }

  /**
   * Stores a block that the caller has verified. Writers of the same block share one write. A block that is there is
   * young again, as who writes it now counts on it.
   */
  async write(cid: CID, bytes: Uint8Array): Promise<void> {
    if (inlineBytes(cid)) return
    this.#assertOpen()
    const key = blockKey(cid)
    const running = this.#writing.get(key)
    if (running) return running
    const write = this.#writeOrTouch(key, bytes).finally(() => this.#writing.delete(key))
    this.#writing.set(key, write)
    return write
  }

  /** The names of all blocks, a directory at a time. */
  async *keys(): AsyncGenerator<string[]> {
    for (const shard of await readdir(this.#dir)) {
      if (!this.#shards.has(shard)) continue
      const names = await readdir(join(this.#dir, shard)).catch((error) => {
        throw storageError(error)
      })
      yield names.filter((name) => BLOCK_NAME.test(name) && shardOf(name) === shard)
    }
  }

  /**
   * Removes a block that nobody writes and that was touched before `before` (milliseconds): its bytes, else why not.
   * `isSpared` has the last word. Whoever writes it meanwhile waits, and writes it anew.
   */
  async removeBefore(
    key: string,
    before: number,
    { dryRun, isSpared }: { dryRun: boolean; isSpared: () => boolean },
  ): Promise<number | 'young' | 'spared' | 'gone'> {
    if (this.#writing.has(key)) return 'young'
    if (isSpared()) return 'spared'
    const removal = this.#remove(key, before, dryRun).finally(() => this.#removing.delete(key))
    this.#removing.set(key, removal)
    return removal
  }

  /** Resolves when no removal of the block is under way: what is there then, stays while it is spared. */
  async whenNotRemoved(cid: CID): Promise<void> {
    if (!inlineBytes(cid)) await this.#removing.get(blockKey(cid))?.catch(() => {})
  }

  /** The directory in which a block's name stands; undefined for a block that its CID holds. */
  shardOf(cid: CID): string | undefined {
    return inlineBytes(cid) ? undefined : shardOf(blockKey(cid))
  }

  /** When it resolves, the names of all blocks written to these directories before the call last. */
  async syncNames(shards: Iterable<string>): Promise<void> {
    await Promise.all(Array.from([ROOT, ...shards], (shard) => this.#sync(shard)))
  }

  /** Waits for writes under way; all later calls throw StorageUnavailableError. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled([
      ...this.#writing.values(),
      ...this.#syncing.values(),
      ...this.#removing.values(),
    ])
  }

  async #writeOrTouch(key: string, bytes: Uint8Array): Promise<void> {
    await this.#removing.get(key)?.catch(() => {})
    const now = new Date(this.#now())
    try {
      await utimes(this.#path(key), now, now)
    } catch (error) {
      if (!isMissingFile(error)) throw storageError(error)
      await this.#write(key, bytes)
    }
  }

  async #remove(key: string, before: number, dryRun: boolean): Promise<number | 'young' | 'gone'> {
    try {
      const { mtimeMs, size } = await stat(this.#path(key))
      // Times are kept in fractions of a second, which make milliseconds that are a little less.
      if (Math.round(mtimeMs) >= before) return 'young'
      if (!dryRun) await unlink(this.#path(key))
      return size
    } catch (error) {
      if (isMissingFile(error)) return 'gone'
      throw storageError(error)
    }
  }

  async #write(key: string, bytes: Uint8Array): Promise<void> {
    const shard = shardOf(key)
    if (!this.#shards.has(shard)) {
      await mkdir(join(this.#dir, shard), { recursive: true }).catch((error) => {
        throw storageError(error)
      })
      this.#shards.add(shard)
      this.#unsynced.add(ROOT)
    }
    await writeWhole(this.#tempDir, this.#path(key), bytes, new Date(this.#now()))
    this.#unsynced.add(shard)
  }

  async #sync(shard: string): Promise<void> {
    for (;;) {
      const running = this.#syncing.get(shard)
      if (!running) break
      await running.catch(() => {})
    }
    if (!this.#unsynced.delete(shard)) return
    const sync = syncDirectory(join(this.#dir, shard))
      .catch((error) => {
        this.#unsynced.add(shard)
        throw error
      })
      .finally(() => this.#syncing.delete(shard))
    this.#syncing.set(shard, sync)
    return sync
  }

  #path(key: string): string {
    return join(this.#dir, shardOf(key), key)
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new StorageUnavailableError('The IPFS store is closed.')
  }
}

/** Empties a directory of temporary files, whose writers are dead; says how many there were. */
export async function clearTempDir(path: string): Promise<number> {
  await mkdir(path, { recursive: true })
  const leftovers = await readdir(path)
  await Promise.all(leftovers.map((name) => rm(join(path, name), { force: true, recursive: true })))
  return leftovers.length
}

function shardOf(key: string): string {
  return key.slice(-3, -1)
}
