import { SegmentCipher } from './segment-cipher.js'
import { SegmentLayout } from './segment-layout.js'
import { SEGMENT_BYTES } from './streaming-aead.js'

export interface SegmentSealerOptions {
  /** 32 bytes, of this file alone (`fileKey`). */
  key: Uint8Array
  associatedData: Uint8Array
  /** 40 bytes, of this file alone: `newHeader()`. */
  header: Uint8Array
  /** Of the whole file, in bytes: it says which segment is the last. */
  plainSize: number
  /** Where to go on: plain bytes sealed or pending. Default 0. */
  offset?: number
  /** The plain bytes behind the last whole segment. Default none. */
  pending?: Uint8Array
}

/**
 * `encryptStream` in steps: seals segments as bytes come, and can be given up and taken up again at any byte by another
 * process that knows `offset` and `pending`. The result is the same ciphertext, byte for byte. It must be the same
 * plain bytes, too: a segment that is sealed twice has the same nonce.
 */
export class SegmentSealer {
  readonly #cipher: SegmentCipher
  readonly #layout: SegmentLayout
  readonly #header: Uint8Array
  readonly #buffer = Buffer.allocUnsafe(SEGMENT_BYTES)
  #filled: number
  #offset: number
  #segment: number

  constructor({ key, associatedData, header, plainSize, offset = 0, pending }: SegmentSealerOptions) {
    this.#cipher = new SegmentCipher(key, associatedData, header)
    this.#header = header
    this.#layout = new SegmentLayout(plainSize, SEGMENT_BYTES)
    this.#offset = offset
    this.#segment =
      offset === plainSize && !pending?.length ? this.#doneAt(offset) : this.#layout.segmentOf(offset)
    this.#filled = pending?.length ?? 0
    if (pending) this.#buffer.set(pending)
    const isKnown = this.isDone || this.#layout.plainStart(this.#segment) + this.#filled === offset
    if (!isKnown) throw new RangeError(`${this.#filled} bytes are not what is pending at ${offset}.`)
  }

  /** Plain bytes that have come. */
  get offset(): number {
    return this.#offset
  }

  /** Plain bytes that have come and are in no segment yet; to be copied before the next `update`. */
  get pending(): Uint8Array {
    return this.#buffer.subarray(0, this.#filled)
  }

  /** Bytes of ciphertext that have been handed out. */
  get sealedBytes(): number {
    if (this.isDone) return this.#layout.cipherSize
    return this.#segment === 0 ? 0 : this.#layout.cipherStart(this.#segment)
  }

  get isDone(): boolean {
    return this.#segment === this.#layout.segments
  }

  /** More plain bytes; each piece of ciphertext is handed to `emit`, and is its own. RangeError beyond the size. */
  update(chunk: Uint8Array, emit: (sealed: Uint8Array) => void): void {
    if (this.#offset + chunk.length > this.#layout.plainSize) {
      throw new RangeError(`The file has ${this.#layout.plainSize} bytes.`)
    }
    let rest = chunk
    while (rest.length > 0) {
      const room = this.#layout.plainEnd(this.#segment) - this.#offset
      const part = rest.subarray(0, room)
      rest = rest.subarray(part.length)
      this.#offset += part.length
      if (part.length === room && this.#filled === 0) {
        this.#seal(part, emit)
        continue
      }
      this.#buffer.set(part, this.#filled)
      this.#filled += part.length
      if (part.length === room) this.#seal(this.pending, emit)
    }
  }

  /** Seals the one segment of an empty file, which no byte completes. */
  finishEmpty(emit: (sealed: Uint8Array) => void): void {
    if (this.#layout.plainSize === 0 && !this.isDone) this.#seal(this.pending, emit)
  }

  #seal(plain: Uint8Array, emit: (sealed: Uint8Array) => void): void {
    if (this.#segment === 0) emit(this.#header)
    for (const piece of this.#cipher.seal(this.#segment, this.#layout.isLast(this.#segment), plain))
      emit(piece)
    this.#segment += 1
    this.#filled = 0
  }

  #doneAt(offset: number): number {
    return offset === 0 ? 0 : this.#layout.segments
  }
}
