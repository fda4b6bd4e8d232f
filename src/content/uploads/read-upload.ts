import { open } from 'node:fs/promises'
import { decryptRange } from '../../crypto/streaming-aead.js'
import { TELLING_BYTES, typeByBytes } from '../media-type.js'
import { countFlow } from '../sweep-buffers.js'
import { readFileRange } from './read-file-range.js'
import { uploadError } from './upload-files.js'
import type { UploadRecord } from './upload-record.js'
import type { UploadStore } from './upload-store.js'

/** The ciphertext of a whole upload, as it lies. Throws StorageUnavailableError where it cannot be read. */
export async function* sealedBytes(store: UploadStore, record: UploadRecord): AsyncGenerator<Uint8Array> {
  const { path, size } = store.sealedFile(record)
  const file = await open(path).catch((error: unknown) => {
    throw uploadError(error)
  })
  try {
    for await (const chunk of readFileRange(file, 0, size)) {
      countFlow(chunk.length)
      yield chunk
    }
  } finally {
    await file.close()
  }
}

/** The media type that an upload's first bytes tell; null where they tell none. */
export async function bytesTypeOf(store: UploadStore, record: UploadRecord): Promise<string | null> {
  if (record.isPublished) return record.bytesType ?? null
  for await (const segment of plainBytes(store, record))
    return typeByBytes(segment.subarray(0, TELLING_BYTES))
  return null
}

/** The plain bytes of a whole upload: in memory, a segment at a time. Throws DecryptionError for damage. */
export async function* plainBytes(
  store: UploadStore,
  record: UploadRecord,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { path, key, associatedData } = store.sealedFile(record)
  const file = await open(path).catch((error: unknown) => {
    throw uploadError(error)
  })
  const read = (offset: number, length: number) => readFileRange(file, offset, length)
  const { size: plainSize } = record
  try {
    yield* decryptRange({ key, associatedData, plainSize, offset: 0, length: plainSize, read, signal })
  } finally {
    await file.close()
  }
}
