import { countFlow } from '../../content/sweep-buffers.js'
import { StorageUnavailableError } from '../../errors.js'

/**
 * The bytes of an answer whose length is promised in its headers: fails where they are fewer or more, since what is cut
 * must not look whole. Passes on what the source throws.
 */
export class CheckedBytes implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>
  #first: IteratorResult<Uint8Array> | undefined
  #left: number

  private constructor(source: AsyncIterator<Uint8Array>, length: number) {
    this.#source = source
    this.#left = length
  }

  /** Resolves when the first bytes are there, before anything has to be promised. */
  static async open(source: AsyncIterable<Uint8Array>, length: number): Promise<CheckedBytes> {
    const bytes = new CheckedBytes(source[Symbol.asyncIterator](), length)
    bytes.#first = await bytes.#pull()
    return bytes
  }

  /** Its first bytes, as long as nobody has taken them. */
  get head(): Uint8Array {
    return this.#first?.value ?? new Uint8Array(0)
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const first = this.#first
    this.#first = undefined
    return first ?? this.#pull()
  }

  /** Lets the source go: nothing more is read. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#source.return?.()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #pull(): Promise<IteratorResult<Uint8Array>> {
    const next = await this.#source.next()
    const length = next.done ? 0 : next.value.length
    countFlow(length)
    this.#left -= length
    if (this.#left < 0 || (next.done && this.#left > 0)) {
      await this.return()
      throw new StorageUnavailableError('The stored file is not as long as its manifest says.')
    }
    return next
  }
}
