/**
 * A reader of JSON that fails as Go's encoding/json does, since a node shows that text to its callers. Numbers keep
 * their digits. Bytes are scanned, not characters: Go names the offending byte.
 */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | Map<string, JsonValue>

export class JsonNumber {
  constructor(readonly literal: string) {}
}

/** `isEarlyEnd`: the text stops within a value; Go says that in different words, depending on who reads. */
export class GoJsonError extends Error {
  constructor(
    message: string,
    readonly isEarlyEnd = false,
  ) {
    super(message)
  }
}

const MAX_DEPTH = 10_000
const QUOTE = 0x22
const BACKSLASH = 0x5c
const LITERALS = new Map<number, [string, JsonValue]>([
  [0x74, ['true', true]],
  [0x66, ['false', false]],
  [0x6e, ['null', null]],
])
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** The first value, and where it ends: a decoder of a stream stops there, `expectEnd` does not. */
export function scanJson(source: Buffer, options: { expectEnd: boolean }): JsonValue {
  assertDepth(source)
  const scanner = new Scanner(source)
  const value = scanner.value('looking for beginning of value', 0)
  if (options.expectEnd) scanner.end()
  return value
}

/** Looked at first: a reader that descends with the text would run out of stack before Go gives up. */
function assertDepth(source: Buffer): void {
  let depth = 0
  for (let offset = 0; offset < source.length; offset += 1) {
    const byte = source[offset] as number
    if (byte === QUOTE) offset = endOfString(source, offset)
    else if (byte === 0x7d || byte === 0x5d) depth -= 1
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth > MAX_DEPTH) throw new GoJsonError(`invalid character ${character(byte)} exceeded max depth`)
    }
  }
}

/** Where the string that begins at an offset ends. */
function endOfString(source: Buffer, start: number): number {
  let end = source.indexOf(QUOTE, start + 1)
  while (end !== -1 && isEscaped(source, end)) end = source.indexOf(QUOTE, end + 1)
  return end === -1 ? source.length : end
}

function isEscaped(source: Buffer, offset: number): boolean {
  let backslashes = 0
  while (source[offset - 1 - backslashes] === BACKSLASH) backslashes += 1
  return backslashes % 2 === 1
}

class Scanner {
  #offset = 0

  constructor(private readonly source: Buffer) {}

  value(expectation: string, depth: number): JsonValue {
    const byte = this.#skipSpace()
    const literal = LITERALS.get(byte)
    if (literal) return this.#literal(...literal)
    if (byte === QUOTE) return this.#string()
    if (byte === 0x7b || byte === 0x5b) {
      this.#offset += 1
      return byte === 0x7b ? this.#object(depth + 1) : this.#array(depth + 1)
    }
    if (byte === 0x2d || isDigit(byte)) return this.#number()
    throw unexpected(byte, expectation)
  }

  end(): void {
    while (isSpace(this.source[this.#offset])) this.#offset += 1
    const byte = this.source[this.#offset]
    if (byte !== undefined) throw unexpected(byte, 'after top-level value')
  }

  #object(depth: number): Map<string, JsonValue> {
    const fields = new Map<string, JsonValue>()
    let byte = this.#skipSpace()
    if (byte === 0x7d) return this.#close(fields)
    for (;;) {
      if (byte !== QUOTE) throw unexpected(byte, 'looking for beginning of object key string')
      const name = this.#string()
      byte = this.#skipSpace()
      if (byte !== 0x3a) throw unexpected(byte, 'after object key')
      this.#offset += 1
      // Go lets the last of two equal keys win.
      fields.delete(name)
      fields.set(name, this.value('looking for beginning of value', depth))
      byte = this.#skipSpace()
      if (byte === 0x7d) return this.#close(fields)
      if (byte !== 0x2c) throw unexpected(byte, 'after object key:value pair')
      this.#offset += 1
      byte = this.#skipSpace()
    }
  }

  #array(depth: number): JsonValue[] {
    const values: JsonValue[] = []
    if (this.#skipSpace() === 0x5d) return this.#close(values)
    for (;;) {
      values.push(this.value('looking for beginning of value', depth))
      const byte = this.#skipSpace()
      if (byte === 0x5d) return this.#close(values)
      if (byte !== 0x2c) throw unexpected(byte, 'after array element')
      this.#offset += 1
    }
  }

  #close<T>(value: T): T {
    this.#offset += 1
    return value
  }

  #literal(text: string, value: JsonValue): JsonValue {
    for (let index = 0; index < text.length; index += 1) {
      const byte = this.#take()
      if (byte !== text.charCodeAt(index)) {
        throw unexpected(byte, `in literal ${text} (expecting ${character(text.charCodeAt(index))})`)
      }
    }
    return value
  }

  #number(): JsonNumber {
    const start = this.#offset
    if (this.#peek() === 0x2d) this.#offset += 1
    if (this.#peekOrEnd() === 0x30) this.#offset += 1
    else this.#digits('in numeric literal')
    if (this.#peek() === 0x2e) {
      this.#offset += 1
      this.#digits('after decimal point in numeric literal')
    }
    if (this.#peek() === 0x65 || this.#peek() === 0x45) {
      this.#offset += 1
      if (this.#peek() === 0x2b || this.#peek() === 0x2d) this.#offset += 1
      this.#digits('in exponent of numeric literal')
    }
    return new JsonNumber(this.source.toString('latin1', start, this.#offset))
  }

  #digits(expectation: string): void {
    const first = this.#peekOrEnd()
    if (!isDigit(first)) throw unexpected(first, expectation)
    while (isDigit(this.#peek())) this.#offset += 1
  }

  #string(): string {
    this.#offset += 1
    let start = this.#offset
    let text = ''
    for (;;) {
      const byte = this.#take()
      if (byte === QUOTE) return text + this.source.toString('utf8', start, this.#offset - 1)
      if (byte < 0x20) throw unexpected(byte, 'in string literal')
      if (byte !== BACKSLASH) continue
      text += this.source.toString('utf8', start, this.#offset - 1) + this.#escape()
      start = this.#offset
    }
  }

  #escape(): string {
    const byte = this.#take()
    const letter = String.fromCharCode(byte)
    if (letter === '"' || letter === '\\' || letter === '/') return letter
    const short = ESCAPES[letter]
    if (short !== undefined) return short
    if (letter !== 'u') throw unexpected(byte, 'in string escape code')
    const unit = this.#hexUnit()
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit)
    const low = this.#lowSurrogate(unit)
    // Go replaces half a pair.
    return low === undefined ? '\ufffd' : String.fromCharCode(unit, low)
  }

  #lowSurrogate(high: number): number | undefined {
    if (high > 0xdbff) return undefined
    const next = this.source.toString('latin1', this.#offset, this.#offset + 6)
    if (!/^\\u[dD][c-fC-F][0-9a-fA-F]{2}$/.test(next)) return undefined
    this.#offset += 6
    return Number.parseInt(next.slice(2), 16)
  }

  #hexUnit(): number {
    let unit = 0
    for (let digits = 0; digits < 4; digits += 1) {
      const byte = this.#take()
      const digit = Number.parseInt(String.fromCharCode(byte), 16)
      if (Number.isNaN(digit)) throw unexpected(byte, 'in \\u hexadecimal character escape')
      unit = unit * 16 + digit
    }
    return unit
  }

  #skipSpace(): number {
    while (isSpace(this.source[this.#offset])) this.#offset += 1
    return this.#peekOrEnd()
  }

  #peek(): number | undefined {
    return this.source[this.#offset]
  }

  #peekOrEnd(): number {
    const byte = this.source[this.#offset]
    if (byte === undefined) throw new GoJsonError('unexpected end of JSON input', true)
    return byte
  }

  #take(): number {
    const byte = this.#peekOrEnd()
    this.#offset += 1
    return byte
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

function unexpected(byte: number, expectation: string): GoJsonError {
  return new GoJsonError(`invalid character ${character(byte)} ${expectation}`)
}

/** As Go's strconv quotes a byte. */
function character(byte: number): string {
  if (byte === 0x27) return "'\\''"
  if (byte === QUOTE) return `'"'`
  const text = String.fromCharCode(byte)
  return `'${byte < 0x20 ? JSON.stringify(text).slice(1, -1) : text}'`
}
