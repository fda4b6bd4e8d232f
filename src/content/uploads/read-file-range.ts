import type { FileHandle } from 'node:fs/promises'
import { StorageUnavailableError } from '../../errors.js'

const CHUNK_BYTES = 262_144

/** The bytes [offset, offset + length) of a file, each chunk its own. Throws StorageUnavailableError where it ends early. */
export async function* readFileRange(
  file: FileHandle,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  for (let at = offset; at < offset + length; ) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, offset + length - at))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at)
    if (bytesRead === 0) throw new StorageUnavailableError('The file of an upload ends too early.')
    at += bytesRead
    yield chunk.subarray(0, bytesRead)
  }
}
