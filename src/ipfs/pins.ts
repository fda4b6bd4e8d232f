import { mkdir, readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import { StorageUnavailableError } from '../errors.js'
import { isMissingFile, storageError, syncDirectory, writeWhole } from './durable-file.js'

/** The pinned roots, a file each, `pins/<CIDv1>`: which DAGs stay when others are collected. Holds the pin's name. */
export class PinFiles {
  private constructor(
    readonly dir: string,
    readonly tempDir: string,
    private readonly now: () => number,
  ) {}

  static async open(dir: string, tempDir: string, now: () => number): Promise<PinFiles> {
    await mkdir(dir, { recursive: true })
    // A killed predecessor may have named a pin without syncing it: from here on what `has` sees lasts.
    await syncDirectory(dir)
    return new PinFiles(dir, tempDir, now)
  }

  async has(root: CID): Promise<boolean> {
    try {
      await stat(this.#path(root))
      return true
    } catch (error) {
      if (isMissingFile(error)) return false
      throw storageError(error)
    }
  }

  /** Durable when it resolves. */
  async add(root: CID, name: string): Promise<void> {
    const path = this.#path(root)
    await writeWhole(this.tempDir, path, new TextEncoder().encode(name), new Date(this.now()))
    try {
      await syncDirectory(this.dir)
    } catch (error) {
      await unlink(path).catch(() => {})
      throw error
    }
  }

  /** Durable when it resolves, also where there was no such pin. */
  async remove(root: CID): Promise<void> {
    try {
      await unlink(this.#path(root))
    } catch (error) {
      if (!isMissingFile(error)) throw storageError(error)
    }
    await syncDirectory(this.dir)
  }

  /** All that are pinned now. Throws StorageUnavailableError for a file whose name is no CID: nobody knows what it holds. */
  async list(): Promise<CID[]> {
    const names = await readdir(this.dir).catch((error) => {
      throw storageError(error)
    })
    return names.map((name) => {
      try {
        return CID.parse(name)
      } catch (cause) {
        throw new StorageUnavailableError(`The file ${name} among the pins is no pin.`, cause)
      }
    })
  }

  #path(root: CID): string {
    return join(this.dir, root.toV1().toString())
  }
}
