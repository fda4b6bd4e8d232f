import { createCipheriv } from 'node:crypto'

/**
 * A film of any length whose every byte is known without being kept: AES-CTR over zeros, so that any part of it can be
 * made by itself, and it neither compresses nor repeats.
 */
export interface Film {
  size: number
  bytes(): AsyncGenerator<Uint8Array>
  /** The bytes [offset, offset + length). */
  part(offset: number, length: number): Uint8Array
}

const KEY = Buffer.from('the film of the story!!!').subarray(0, 16)
const BLOCK_BYTES = 16
const CHUNK_BYTES = 256 * 1024

export function createFilm(size: number): Film {
  return {
    size,
    part: partOf,
    async *bytes() {
      for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
        yield partOf(offset, Math.min(CHUNK_BYTES, size - offset))
      }
    },
  }
}

function partOf(offset: number, length: number): Uint8Array {
  const skipped = offset % BLOCK_BYTES
  const counter = Buffer.alloc(BLOCK_BYTES)
  counter.writeBigUInt64BE(BigInt((offset - skipped) / BLOCK_BYTES), 8)
  const cipher = createCipheriv('aes-128-ctr', KEY, counter)
  return new Uint8Array(cipher.update(Buffer.alloc(skipped + length))).subarray(skipped)
}
