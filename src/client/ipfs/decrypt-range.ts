import { ExactReader } from '../../crypto/exact-reader.js'
import { HEADER_BYTES, PREFIX_BYTES, SALT_BYTES, SegmentLayout } from '../../crypto/segment-layout.js'
import { FileDamagedError } from './errors.js'

const SEGMENT_BYTES = 65_536

export interface EncryptedFile {
  /** 32 bytes. */
  key: Uint8Array
  /** Creator ‖ file id. */
  associatedData: Uint8Array
  plainSize: number
  /** The ciphertext [offset, offset + length), in chunks of any size. */
  read(offset: number, length: number): AsyncIterable<Uint8Array>
}

/**
 * The plain bytes [offset, offset + length) of a gated file (docs/protocol.md §10), by WebCrypto: reads the header and
 * the segments that hold them, and gives out no byte of a segment before its tag has verified. Throws FileDamagedError.
 */
export async function* decryptRange(
  { key, associatedData, plainSize, read }: EncryptedFile,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  const layout = new SegmentLayout(plainSize, SEGMENT_BYTES)
  if (length === 0 && plainSize > 0) return
  const first = layout.segmentOf(offset)
  const last = layout.segmentOf(Math.max(offset, offset + length - 1))
  const header = first > 0 ? await takeOnce(read(0, HEADER_BYTES), HEADER_BYTES) : null
  const start = header ? layout.cipherStart(first) : 0
  const reader = new ExactReader(read(start, layout.cipherEnd(last) - start))
  try {
    const cipher = await openHeader(key, associatedData, header ?? (await reader.take(HEADER_BYTES)))
    for (let segment = first; segment <= last; segment++) {
      const sealed = await reader.take(layout.cipherEnd(segment) - layout.cipherStart(segment))
      const plain = await cipher(segment, layout.isLast(segment), sealed)
      const from = Math.max(0, offset - layout.plainStart(segment))
      const to = Math.min(plain.length, offset + length - layout.plainStart(segment))
      if (to > from) yield plain.subarray(from, to)
    }
  } finally {
    await reader.close()
  }
}

type OpenSegment = (index: number, isLast: boolean, sealed: Uint8Array) => Promise<Uint8Array>

async function openHeader(
  key: Uint8Array,
  associatedData: Uint8Array,
  header: Uint8Array,
): Promise<OpenSegment> {
  if (header[0] !== HEADER_BYTES)
    throw new FileDamagedError('An encrypted file does not start with its header.')
  const hkdf = await crypto.subtle.importKey('raw', key.slice(), 'HKDF', false, ['deriveKey'])
  const derivation = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: header.slice(1, 1 + SALT_BYTES),
    info: associatedData.slice(),
  }
  const segmentKey = await crypto.subtle.deriveKey(
    derivation,
    hkdf,
    { name: 'AES-GCM', length: 256 },
    false,
    ['decrypt'],
  )
  const nonce = new Uint8Array(PREFIX_BYTES + 5)
  nonce.set(header.subarray(1 + SALT_BYTES))
  return async (index, isLast, sealed) => {
    const iv = nonce.slice()
    new DataView(iv.buffer).setUint32(PREFIX_BYTES, index)
    iv[PREFIX_BYTES + 4] = isLast ? 1 : 0
    try {
      const plain = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv },
        segmentKey,
        sealed as Uint8Array<ArrayBuffer>,
      )
      return new Uint8Array(plain)
    } catch (cause) {
      throw new FileDamagedError(`Segment ${index} of an encrypted file is not authentic.`, cause)
    }
  }
}

async function takeOnce(source: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const reader = new ExactReader(source)
  try {
    return await reader.take(length)
  } finally {
    await reader.close()
  }
}
