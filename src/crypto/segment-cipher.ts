import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { DecryptionError } from './errors.js'
import { HEADER_BYTES, PREFIX_BYTES, SALT_BYTES, TAG_BYTES } from './segment-layout.js'

const MAX_SEGMENTS = 2 ** 32

/** A fresh header. Never use one for two streams of the same key: that would reuse nonces. */
export function newHeader(): Uint8Array {
  return Buffer.concat([Uint8Array.of(HEADER_BYTES), randomBytes(SALT_BYTES + PREFIX_BYTES)])
}

/**
 * Seals and opens the segments of one stream of AES256-GCM-HKDF-streaming with SHA-256 as Tink defines it
 * (developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming). The stream's AES key comes from key, salt and
 * associated data; a segment's nonce is prefix ‖ index ‖ whether it is the last, which fixes order and end.
 */
export class SegmentCipher {
  readonly #key: Uint8Array
  readonly #prefix: Uint8Array

  /** `key`: 32 bytes. Throws DecryptionError for a header that is none. */
  constructor(key: Uint8Array, associatedData: Uint8Array, header: Uint8Array) {
    if (header.length !== HEADER_BYTES || header[0] !== HEADER_BYTES) {
      throw new DecryptionError('An encrypted file does not start with its header.')
    }
    const salt = header.subarray(1, 1 + SALT_BYTES)
    this.#key = new Uint8Array(hkdfSync('sha256', key, salt, associatedData, 32))
    this.#prefix = header.slice(1 + SALT_BYTES)
  }

  /** The ciphertext, then its tag: apart, since a copy of every byte is what memory would fill up with. */
  seal(index: number, isLast: boolean, plain: Uint8Array): [Uint8Array, Uint8Array] {
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce(index, isLast))
    const sealed = cipher.update(plain)
    cipher.final()
    return [sealed, cipher.getAuthTag()]
  }

  /** The plain bytes of a whole segment, all verified; else DecryptionError and not a byte. */
  open(index: number, isLast: boolean, segment: Uint8Array): Uint8Array {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, this.#nonce(index, isLast))
    const plain = decipher.update(segment.subarray(0, -TAG_BYTES))
    decipher.setAuthTag(segment.subarray(-TAG_BYTES))
    try {
      decipher.final()
    } catch (cause) {
      throw new DecryptionError(`Segment ${index} of an encrypted file is not authentic.`, cause)
    }
    return plain
  }

  #nonce(index: number, isLast: boolean): Uint8Array {
    if (index >= MAX_SEGMENTS) throw new RangeError('An encrypted file has at most 2^32 segments.')
    const nonce = Buffer.alloc(PREFIX_BYTES + 5)
    nonce.set(this.#prefix)
    nonce.writeUInt32BE(index, PREFIX_BYTES)
    nonce[PREFIX_BYTES + 4] = isLast ? 1 : 0
    return nonce
  }
}
