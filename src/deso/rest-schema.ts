import { NodeUnavailableError } from '../errors.js'
import type { LosslessJson } from './lossless-json.js'

/** The node sent JSON of another shape than DeSo's: as good as no answer. */
export class NonsenseAnswerError extends NodeUnavailableError {
  constructor(path: string, wanted: string) {
    super(`The DeSo node answered nonsense: ${path} is not ${wanted}.`)
  }
}

const MAX_UINT64 = 2n ** 64n - 1n

/** What was read of an answer before, by the answer. */
const readBefore = new WeakMap<object, unknown>()

/** One value of an answer and the way to it; each reader throws NonsenseAnswerError for another shape, never a TypeError. */
export class JsonValue {
  constructor(
    private readonly value: LosslessJson | undefined,
    private readonly path = 'the answer',
  ) {}

  /** Absent or null. Go leaves out empty values of some fields, and writes null for empty slices and maps. */
  get isNull(): boolean {
    return this.value === undefined || this.value === null
  }

  /** `read`'s value; of an answer that came before, letter by letter, the same one. It must not be changed. */
  once<T>(read: () => T): T {
    const object = this.object()
    if (!readBefore.has(object)) readBefore.set(object, read())
    return readBefore.get(object) as T
  }

  field(name: string): JsonValue {
    const object = this.object()
    return new JsonValue(Object.hasOwn(object, name) ? object[name] : undefined, this.pathTo(name))
  }

  /** The elements of an array; none for null. */
  list(): JsonValue[] {
    if (this.isNull) return []
    if (!Array.isArray(this.value)) throw this.not('an array')
    return this.value.map((item: LosslessJson, index) => new JsonValue(item, `${this.path}[${index}]`))
  }

  /** A map of texts, as ExtraData; empty for null. */
  texts(): ReadonlyMap<string, string> {
    if (this.isNull) return new Map()
    const entries = Object.entries(this.object())
    return new Map(entries.map(([key, value]) => [key, new JsonValue(value, this.pathTo(key)).text()]))
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.not('a text')
    return this.value
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') throw this.not('true or false')
    return this.value
  }

  /** A fraction or an integer, not below 0. */
  number(): number {
    const number = Number(typeof this.value === 'bigint' ? this.value : this.numeric())
    if (!Number.isFinite(number) || number < 0) throw this.not('a number from 0')
    return number
  }

  /** A safe integer from 0, as a height. */
  integer(): number {
    const number = this.numeric()
    if (!Number.isSafeInteger(number) || number < 0) throw this.not('an integer from 0')
    return number
  }

  /** A uint64. */
  amount(): bigint {
    const amount = typeof this.value === 'bigint' ? this.value : BigInt(this.integer())
    if (amount < 0n || amount > MAX_UINT64) throw this.not('an unsigned 64-bit integer')
    return amount
  }

  /** 32 bytes in lower-case hex: an id or a hash. */
  hash(): string {
    const text = this.text()
    if (!/^[0-9a-f]{64}$/.test(text)) throw this.not('32 bytes in hex')
    return text
  }

  /** Bytes given in hex, at least one. */
  bytes(): Uint8Array {
    const text = this.text()
    if (!/^(?:[0-9a-f]{2})+$/.test(text)) throw this.not('bytes in hex')
    return Uint8Array.from(Buffer.from(text, 'hex'))
  }

  /** For what this class cannot know: a value that is not `wanted`. */
  not(wanted: string): NonsenseAnswerError {
    return new NonsenseAnswerError(this.path, wanted)
  }

  private numeric(): number {
    if (typeof this.value !== 'number') throw this.not('a number')
    return this.value
  }

  private object(): { readonly [key: string]: LosslessJson } {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) {
      throw this.not('an object')
    }
    return this.value as { readonly [key: string]: LosslessJson }
  }

  private pathTo(name: string): string {
    return this.path === 'the answer' ? name.slice(0, 100) : `${this.path}.${name.slice(0, 100)}`
  }
}
