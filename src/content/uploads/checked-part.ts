import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { decryptRange, encryptStream } from '../../crypto/streaming-aead.js'
import { readFileRange } from './read-file-range.js'

export interface Checksum {
  algorithm: 'sha1' | 'sha256'
  digest: Uint8Array
}

/** The bytes of a part are not those that its checksum says. */
export class ChecksumMismatchError extends Error {
  override readonly name = 'ChecksumMismatchError'
}

const NONE = new Uint8Array(0)

/**
 * Takes a whole part before a byte of it counts, and hands it out once its checksum is known to hold. It waits on disk
 * under a key of its own that is nowhere but here, so that bytes that turn out to be wrong share no nonce with the
 * right ones. Throws ChecksumMismatchError, and what the source throws; nothing of the part is left then.
 */
export async function* checkedPart(
  source: AsyncIterable<Uint8Array>,
  { algorithm, digest }: Checksum,
  path: string,
): AsyncGenerator<Uint8Array> {
  const key = randomBytes(32)
  const hash = createHash(algorithm)
  let plainSize = 0
  async function* hashed() {
    for await (const chunk of source) {
      hash.update(chunk)
      plainSize += chunk.length
      yield chunk
    }
  }
  const file = await open(path, 'w+', 0o600)
  try {
    await writeAll(file, encryptStream(hashed(), { key, associatedData: NONE }))
    if (!hash.digest().equals(digest))
      throw new ChecksumMismatchError('The bytes do not match their checksum.')
    const read = (offset: number, length: number) => readFileRange(file, offset, length)
    yield* decryptRange({ key, associatedData: NONE, plainSize, offset: 0, length: plainSize, read })
  } finally {
    await file.close()
    await rm(path, { force: true })
  }
}

async function writeAll(file: FileHandle, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  let batch: Uint8Array[] = []
  for await (const piece of pieces) {
    batch.push(piece)
    if (batch.length < 32) continue
    await file.appendFile(Buffer.concat(batch))
    batch = []
  }
  await file.appendFile(Buffer.concat(batch))
}
