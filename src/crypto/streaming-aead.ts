// The room crypto/: how gated bytes are sealed and opened, and to whom their keys are wrapped. It knows bytes and keys
// alone: nothing of DeSo's texts, of IPFS, of policies or of who asks.
import { DecryptionError } from './errors.js'
import { ExactReader } from './exact-reader.js'
import { newHeader, SegmentCipher } from './segment-cipher.js'
import { HEADER_BYTES, SegmentLayout, TAG_BYTES } from './segment-layout.js'

/** Length of a whole ciphertext segment. 16 of them are one leaf of 1 MiB, so none lies across two IPFS blocks. */
export const SEGMENT_BYTES = 65_536

export interface EncryptOptions {
  /** 32 bytes, of this file alone (`fileKey`). */
  key: Uint8Array
  /** Authenticated, not stored: who decrypts must know it (`fileAssociatedData`). */
  associatedData: Uint8Array
  segmentBytes?: number
  signal?: AbortSignal | undefined
}

export interface DecryptRangeOptions extends EncryptOptions {
  /** The ciphertext [offset, offset + length), in chunks of any size. Called once, and once more for the header. */
  read: (offset: number, length: number) => AsyncIterable<Uint8Array>
  /** Size of the whole plain file in bytes. Verified whenever its last segment is read. */
  plainSize: number
  offset: number
  length: number
  /** The first 40 bytes of the ciphertext, if known: saves the call that reads them. */
  header?: Uint8Array | undefined
}

/** Bytes of ciphertext that a plain file becomes. */
export function ciphertextSize(plainSize: number, segmentBytes = SEGMENT_BYTES): number {
  return new SegmentLayout(plainSize, segmentBytes).cipherSize
}

/** Bytes of plain file in a ciphertext. Throws DecryptionError for a size that no ciphertext has. */
export function plaintextSize(cipherSize: number, segmentBytes = SEGMENT_BYTES): number {
  const plainSize = cipherSize - HEADER_BYTES - Math.ceil(cipherSize / segmentBytes) * TAG_BYTES
  if (plainSize < 0 || ciphertextSize(plainSize, segmentBytes) !== cipherSize) {
    throw new DecryptionError(`No encrypted file has ${cipherSize} bytes.`)
  }
  return plainSize
}

/**
 * Encrypts a stream to AES256-GCM-HKDF streaming as Tink defines it (`SegmentCipher` says how), a segment at a time.
 * Takes chunks of any size and holds two segments at most. Errors of the source come out unchanged.
 */
export function encryptStream(
  source: AsyncIterable<Uint8Array>,
  options: EncryptOptions,
): AsyncIterable<Uint8Array> {
  return encryptWithHeader(source, newHeader(), options)
}

/** `encryptStream` with a given header, for test vectors: a header must never serve two streams of one key. */
export async function* encryptWithHeader(
  source: AsyncIterable<Uint8Array>,
  header: Uint8Array,
  { key, associatedData, segmentBytes = SEGMENT_BYTES, signal }: EncryptOptions,
): AsyncGenerator<Uint8Array> {
  const cipher = new SegmentCipher(key, associatedData, header)
  const pending = Buffer.allocUnsafe(segmentBytes - TAG_BYTES)
  let capacity = segmentBytes - TAG_BYTES - HEADER_BYTES
  let filled = 0
  let index = 0

  const seal = (plain: Uint8Array, isLast: boolean) => {
    const sealed = cipher.seal(index, isLast, plain)
    const before = index === 0 ? [header] : []
    index += 1
    filled = 0
    capacity = segmentBytes - TAG_BYTES
    return [...before, ...sealed]
  }

  for await (const chunk of source) {
    signal?.throwIfAborted()
    let rest = chunk
    while (rest.length > 0) {
      // A full segment is sealed only when a byte follows it: else it is the last, and says so.
      if (filled === capacity) yield* seal(pending.subarray(0, filled), false)
      if (filled === 0 && rest.length > capacity) {
        const plain = rest.subarray(0, capacity)
        rest = rest.subarray(capacity)
        yield* seal(plain, false)
      } else {
        const part = rest.subarray(0, capacity - filled)
        pending.set(part, filled)
        filled += part.length
        rest = rest.subarray(part.length)
      }
    }
  }
  signal?.throwIfAborted()
  yield* seal(pending.subarray(0, filled), true)
}

/**
 * The plain bytes [offset, offset + length) of an encrypted file, which must lie within it (else RangeError). Reads the
 * segments that hold them and the header, nothing else; every segment is verified before any of its bytes leaves.
 * Throws DecryptionError for damage, a cut, another key or other associated data; errors of `read` come out unchanged.
 */
export async function* decryptRange(options: DecryptRangeOptions): AsyncGenerator<Uint8Array> {
  const {
    read,
    key,
    associatedData,
    plainSize,
    offset,
    length,
    segmentBytes = SEGMENT_BYTES,
    signal,
  } = options
  const layout = new SegmentLayout(plainSize, segmentBytes)
  assertRange(offset, length, plainSize)
  // An empty file still has a segment that tells a wrong key; an empty range of any other has nothing to verify.
  if (length === 0 && plainSize > 0) return
  const first = layout.segmentOf(offset)
  const last = layout.segmentOf(Math.max(offset, offset + length - 1))
  const header = options.header ?? (first > 0 ? await readHeader(read) : undefined)
  const start = header ? layout.cipherStart(first) : 0
  const reader = new ExactReader(read(start, layout.cipherEnd(last) - start))
  try {
    const cipher = new SegmentCipher(key, associatedData, header ?? (await reader.take(HEADER_BYTES)))
    for (let segment = first; segment <= last; segment++) {
      const sealed = await reader.take(layout.cipherEnd(segment) - layout.cipherStart(segment))
      signal?.throwIfAborted()
      const plain = cipher.open(segment, layout.isLast(segment), sealed)
      const from = Math.max(0, offset - layout.plainStart(segment))
      const to = Math.min(plain.length, offset + length - layout.plainStart(segment))
      if (to > from) yield plain.subarray(from, to)
    }
  } finally {
    await reader.close()
  }
}

async function readHeader(read: DecryptRangeOptions['read']): Promise<Uint8Array> {
  const reader = new ExactReader(read(0, HEADER_BYTES))
  try {
    return await reader.take(HEADER_BYTES)
  } finally {
    await reader.close()
  }
}

function assertRange(offset: number, length: number, plainSize: number): void {
  const isWithin =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    offset + length <= plainSize
  if (!isWithin) throw new RangeError(`The range ${offset}+${length} does not lie within ${plainSize} bytes.`)
}
