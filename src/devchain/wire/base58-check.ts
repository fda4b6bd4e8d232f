import { base58 } from '@scure/base'
import { LRUCache } from 'lru-cache'
import { sha256d } from '../../deso/signature.js'
import { fromHex, toHex } from '../go/hex.js'

/**
 * Base58Check as a node reads and writes it (core lib/base58.go): it does not look at the prefix, so that a mainnet
 * key passes on a testnet, and it encodes anything, a transaction's id too.
 */
const TESTNET = Uint8Array.of(0x11, 0xc2, 0x00)
const MAINNET = Uint8Array.of(0xcd, 0x14, 0x00)
const PREFIX_BYTES = 3
const CHECKSUM_BYTES = 4
/** Decoding takes the square of the length. */
const MAX_CHARACTERS = 200

const testnetText = new LRUCache<string, string>({ max: 20_000 })
const decodedBytes = new LRUCache<string, Uint8Array>({ max: 20_000 })

/** Testnet form of a key, or of any bytes, given as hex. */
export function keyText(hex: string): string {
  const known = testnetText.get(hex)
  if (known !== undefined) return known
  const text = encodeCheck(TESTNET, fromHex(hex))
  testnetText.set(hex, text)
  return text
}

/** The mainnet form of a testnet text; undefined for what is none. */
export function mainnetText(text: string): string | undefined {
  try {
    const payload = decodeCheck(text)
    return text === keyText(toHex(payload)) ? encodeCheck(MAINNET, payload) : undefined
  } catch {
    return undefined
  }
}

/** `BC1Y…:tBC…`, as a node's error texts name keys. */
export function keyTextBoth(hex: string): string {
  return `${encodeCheck(MAINNET, fromHex(hex))}:${keyText(hex)}`
}

/** The payload, of any prefix. Throws what a node appends to its own words. */
export function decodeCheck(text: string): Uint8Array {
  const known = decodedBytes.get(text)
  if (known) return known
  const decoded = decodeBase58(text)
  if (decoded.length <= CHECKSUM_BYTES) throw new Error(': CheckDecode: Invalid input format')
  const body = decoded.subarray(0, -CHECKSUM_BYTES)
  const checksum = decoded.subarray(-CHECKSUM_BYTES)
  if (Buffer.compare(sha256d(body).subarray(0, CHECKSUM_BYTES), checksum) !== 0) {
    throw new Error(': CheckDecode: Checksum does not match')
  }
  const payload = body.slice(PREFIX_BYTES)
  decodedBytes.set(text, payload)
  return payload
}

/** The payload as hex, of any length. */
export function decodeKey(text: string): string {
  return toHex(decodeCheck(text))
}

function decodeBase58(text: string): Uint8Array {
  if (text.length > MAX_CHARACTERS) return new Uint8Array()
  try {
    return base58.decode(text)
  } catch {
    return new Uint8Array()
  }
}

function encodeCheck(prefix: Uint8Array, bytes: Uint8Array): string {
  const body = Buffer.concat([prefix, bytes])
  return base58.encode(Buffer.concat([body, sha256d(body).subarray(0, CHECKSUM_BYTES)]))
}
