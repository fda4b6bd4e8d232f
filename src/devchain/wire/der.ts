import { WireError } from './lenient-reader.js'

/** DER of a signature, refused in the words of the library that a node uses (decred secp256k1, ParseDERSignature). */
const ORDER = BigInt('0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141')
const SEQUENCE = 0x30
const MAX_RECOVERY_HEADER = 0x34
const INTEGER = 0x02
const MIN_BYTES = 8
const MAX_BYTES = 72

/** Throws WireError unless a node could parse the signature; whose it is, is not looked at. */
export function assertParsableSignature(signature: Uint8Array): void {
  const header = signature[0] ?? 0
  if (header < SEQUENCE || header > MAX_RECOVERY_HEADER) {
    throw new WireError(
      '',
      `FromBytes: DeSo-DER header magic expected in [${SEQUENCE}, ${MAX_RECOVERY_HEADER}] range but got: ${header}`,
    )
  }
  const problem = derProblem(signature)
  if (problem) throw new WireError('Problem parsing signatureBytes', `malformed signature: ${problem}`)
}

function derProblem(der: Uint8Array): string | undefined {
  const size = der.length
  if (size < MIN_BYTES) return `too short: ${size} < ${MIN_BYTES}`
  if (size > MAX_BYTES) return `too long: ${size} > ${MAX_BYTES}`
  if (der[1] !== size - 2) return `bad length: ${der[1]} != ${size - 2}`
  const rLength = der[3] as number
  const sTypeAt = 4 + rLength
  if (sTypeAt >= size) return 'S type indicator missing'
  if (sTypeAt + 1 >= size) return 'S length missing'
  const sLength = der[sTypeAt + 1] as number
  if (sTypeAt + 2 + sLength !== size) return 'invalid S length'
  return (
    integerProblem('R', der[2] as number, der.subarray(4, sTypeAt)) ??
    integerProblem('S', der[sTypeAt] as number, der.subarray(sTypeAt + 2))
  )
}

function integerProblem(name: string, marker: number, bytes: Uint8Array): string | undefined {
  if (marker !== INTEGER) return `${name} integer marker: ${hex(marker)} != ${hex(INTEGER)}`
  const first = bytes[0]
  if (first === undefined) return `${name} length is zero`
  if (first & 0x80) return `${name} is negative`
  if (bytes.length > 1 && first === 0 && !((bytes[1] as number) & 0x80))
    return `${name} value has too much padding`
  const value = toInteger(bytes)
  if (value === 0n) return `${name} is 0`
  return value >= ORDER ? `${name} is >= curve order` : undefined
}

function hex(byte: number): string {
  return `0x${byte.toString(16)}`
}

/** The signature as a node writes it again: with the lower S, the header kept. For bytes that passed the above. */
export function withLowS(signature: Uint8Array): Uint8Array {
  const sAt = 4 + (signature[3] as number) + 2
  const s = toInteger(signature.subarray(sAt))
  if (s <= ORDER / 2n) return signature
  const low = integerBytes(ORDER - s)
  const r = signature.subarray(2, sAt - 2)
  return Uint8Array.of(signature[0] as number, r.length + 2 + low.length, ...r, INTEGER, low.length, ...low)
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function integerBytes(value: bigint): Uint8Array {
  const digits = value.toString(16)
  const bytes = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex')
  return (bytes[0] as number) & 0x80 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes
}
