import { DecryptionError } from './errors.js'

/** Takes exact lengths from a stream of chunks of any size; copies only what lies across chunks. */
export class ExactReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  /** Throws DecryptionError where the stream ends before. */
  async take(length: number): Promise<Uint8Array> {
    if (this.#rest.length === 0) this.#rest = await this.#next()
    if (this.#rest.length >= length) return this.#cut(length)
    const taken = new Uint8Array(length)
    let filled = 0
    for (;;) {
      const part = this.#cut(Math.min(length - filled, this.#rest.length))
      taken.set(part, filled)
      filled += part.length
      if (filled === length) return taken
      this.#rest = await this.#next()
    }
  }

  /** Lets the source go; what it still has is not read. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async #next(): Promise<Uint8Array> {
    for (;;) {
      const { done, value } = await this.#chunks.next()
      if (done) throw new DecryptionError('An encrypted file ends early.')
      if (value.length > 0) return value
    }
  }

  #cut(length: number): Uint8Array {
    const part = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return part
  }
}
