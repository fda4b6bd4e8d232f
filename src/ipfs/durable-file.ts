import { randomUUID } from 'node:crypto'
import { open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isDiskFull, StorageFullError, StorageUnavailableError } from '../errors.js'

/**
 * Writes a file so that it is whole or not there, even after a power cut: synced under a temporary name, then renamed.
 * That the *name* lasts is another matter: `syncDirectory`. `modifiedAt` is the file's time.
 */
export async function writeWhole(
  tempDir: string,
  path: string,
  bytes: Uint8Array,
  modifiedAt: Date,
): Promise<void> {
  const temp = join(tempDir, randomUUID())
  try {
    await using file = await open(temp, 'wx')
    await file.writeFile(bytes)
    await file.utimes(modifiedAt, modifiedAt)
    await file.datasync()
    await rename(temp, path)
  } catch (error) {
    await unlink(temp).catch(() => {})
    throw storageError(error)
  }
}

/** Makes the names in a directory last: those of files renamed into it before the call. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    await using directory = await open(path, 'r')
    await directory.sync()
  } catch (error) {
    throw storageError(error)
  }
}

/** A system error as the API's. */
export function storageError(cause: unknown): StorageUnavailableError {
  if (isDiskFull(cause)) return new StorageFullError('The disk of the IPFS store is full.', cause)
  const { code } = cause as NodeJS.ErrnoException
  return new StorageUnavailableError(`The disk of the IPFS store fails (${code ?? 'unknown error'}).`, cause)
}

export function isMissingFile(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
