import { GatewayError } from '../errors.js'

/**
 * The primitives of DeSo's wire format (core lib/varint.go, lib/network.go), read strictly: there is exactly one
 * way to write a value, and only that way reads back. Knows nothing of transactions.
 */

const MAX_UINT64 = 2n ** 64n - 1n

/** Bytes that are not the canonical form of a transaction. `offset` counts from the transaction's first byte. */
export class MalformedTransactionError extends GatewayError {
  constructor(
    readonly problem: string,
    readonly offset: number,
  ) {
    super('MALFORMED_TRANSACTION', `Not a well-formed DeSo transaction: ${problem} at byte ${offset}.`)
  }
}

/** Reads a window of bytes once, front to back. What it hands out is copied, never a view of the source. */
export class ByteReader {
  readonly #source: Uint8Array
  readonly #end: number
  #offset: number

  constructor(source: Uint8Array, start = 0, end = source.length) {
    this.#source = source
    this.#offset = start
    this.#end = end
  }

  get offset(): number {
    return this.#offset
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#end
  }

  /** LEB128 of a uint64, without padding. */
  uvarint(): bigint {
    const start = this.#offset
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte >= 0x80) continue
      if (byte === 0 && shift > 0n) throw new MalformedTransactionError('a padded integer', start)
      if (value > MAX_UINT64) break
      return value
    }
    throw new MalformedTransactionError('an integer above 64 bits', start)
  }

  /** A number of things that take at least a byte each, so that a lying count is caught before it is acted upon. */
  count(): number {
    const start = this.#offset
    const value = this.uvarint()
    if (value > BigInt(this.#end - this.#offset)) {
      throw new MalformedTransactionError(`a length or count of ${value}, more than there are bytes,`, start)
    }
    return Number(value)
  }

  byte(): number {
    const byte = this.#offset < this.#end ? this.#source[this.#offset] : undefined
    if (byte === undefined) throw new MalformedTransactionError('an early end', this.#offset)
    this.#offset += 1
    return byte
  }

  raw(length: number): Uint8Array {
    return new Uint8Array(this.#source.subarray(this.#offset, this.#advance(length)))
  }

  /** A reader of the next `length` bytes alone; this one goes on behind them. */
  window(length: number): ByteReader {
    return new ByteReader(this.#source, this.#offset, this.#advance(length))
  }

  rest(): Uint8Array {
    return this.raw(this.#end - this.#offset)
  }

  expectEnd(): void {
    if (!this.isAtEnd) throw new MalformedTransactionError('surplus bytes', this.#offset)
  }

  #advance(length: number): number {
    if (length > this.#end - this.#offset) throw new MalformedTransactionError('an early end', this.#end)
    this.#offset += length
    return this.#offset
  }
}

/** Writes what ByteReader reads. Values that the format cannot hold throw RangeError: the caller's mistake. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = []
  #length = 0

  uvarint(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value)
      throw new RangeError(`${value} is not an unsigned 64-bit integer`)
    const digits: number[] = []
    let rest = value
    for (; rest >= 0x80n; rest >>= 7n) digits.push(Number(rest & 0x7fn) | 0x80)
    digits.push(Number(rest))
    this.raw(Uint8Array.from(digits))
  }

  raw(bytes: Uint8Array): void {
    this.#parts.push(bytes)
    this.#length += bytes.length
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.#length)
    let offset = 0
    for (const part of this.#parts) {
      bytes.set(part, offset)
      offset += part.length
    }
    return bytes
  }
}

/** How a value of one kind stands on the wire. */
export interface Field<T> {
  read(reader: ByteReader): T
  write(writer: ByteWriter, value: T): void
}

export const uint64: Field<bigint> = {
  read: (reader) => reader.uvarint(),
  write: (writer, value) => writer.uvarint(value),
}

/** One byte, 0 or 1. */
export const bool: Field<boolean> = {
  read(reader) {
    const start = reader.offset
    const byte = reader.byte()
    if (byte > 1) throw new MalformedTransactionError(`a boolean of ${byte}`, start)
    return byte === 1
  },
  write: (writer, value) => writer.raw(Uint8Array.of(value ? 1 : 0)),
}

/** The length, then the bytes. */
export const bytes: Field<Uint8Array> = {
  read: (reader) => reader.raw(reader.count()),
  write(writer, value) {
    writer.uvarint(BigInt(value.length))
    writer.raw(value)
  },
}

/** As `bytes`, of one of these lengths and no other. */
export function bytesOfLength(...lengths: readonly number[]): Field<Uint8Array> {
  const expected = lengths.join(' or ')
  return {
    read(reader) {
      const start = reader.offset
      const value = bytes.read(reader)
      if (lengths.includes(value.length)) return value
      throw new MalformedTransactionError(`${value.length} bytes in place of ${expected}`, start)
    },
    write(writer, value) {
      if (!lengths.includes(value.length))
        throw new RangeError(`${value.length} bytes in place of ${expected}`)
      bytes.write(writer, value)
    },
  }
}
