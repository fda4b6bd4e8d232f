/**
 * Reads the wire format as a node does (core lib/network.go, lib/varint.go): padded integers pass, and what is
 * wrong is said in Go's words. The strict reader that the gateway goes by is deso/wire.ts.
 */
export class LenientReader {
  #offset = 0

  constructor(private readonly source: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.#offset >= this.source.length
  }

  /** `problem` is what stands before Go's own words. */
  uvarint(problem: string): bigint {
    let value = 0n
    for (let index = 0; ; index += 1) {
      const byte = this.source[this.#offset]
      if (byte === undefined) throw new WireError(problem, 'EOF')
      this.#offset += 1
      if (byte < 0x80) {
        if (index > 9 || (index === 9 && byte > 1))
          throw new WireError(problem, 'binary: varint overflows a 64-bit integer')
        return value | (BigInt(byte) << BigInt(7 * index))
      }
      if (index > 9) throw new WireError(problem, 'binary: varint overflows a 64-bit integer')
      value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    }
  }

  raw(length: bigint | number, problem: string): Uint8Array {
    const available = this.source.length - this.#offset
    if (BigInt(length) > BigInt(available)) {
      this.#offset = this.source.length
      throw new WireError(problem, available === 0 ? 'EOF' : 'unexpected EOF')
    }
    const start = this.#offset
    this.#offset += Number(length)
    return this.source.slice(start, this.#offset)
  }

  /** A length, then that many bytes. */
  bytes(problem: string): Uint8Array {
    return this.raw(this.uvarint(problem), problem)
  }
}

/** Bytes that a node cannot read either. */
export class WireError extends Error {
  constructor(
    readonly problem: string,
    readonly reason: string,
  ) {
    super(problem === '' ? reason : `${problem}: ${reason}`)
  }

  /** The same with what an outer reader says before it. */
  within(outer: string): WireError {
    return new WireError(outer, this.message)
  }
}

/** Runs a reader and puts `outer` before what goes wrong in it. */
export function within<T>(outer: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireError) throw error.within(outer)
    throw error
  }
}
