import { decodeHex, toHex } from '../go/hex.js'
import { decodeCheck, keyText } from '../wire/base58-check.js'

/**
 * ExtraData between REST, where values are text, and the wire, where they are bytes. Plain keys are UTF-8 text; some
 * have an encoding of their own (backend routes/extra_data_utils.go).
 */
interface Encoding {
  decode(bytes: Uint8Array): string
  encode(text: string): Uint8Array
}

const plain: Encoding = {
  decode: (bytes) => Buffer.from(bytes).toString('utf8'),
  encode: (text) => Buffer.from(text),
}
const hex: Encoding = { decode: toHex, encode: decodeHex }
const key: Encoding = { decode: (bytes) => keyText(toHex(bytes)), encode: decodeCheck }
const bool: Encoding = {
  decode: (bytes) => (bytes.length === 1 && bytes[0] === 1 ? '1' : '0'),
  encode(text) {
    if (text !== '0' && text !== '1') {
      throw new Error(`${text} is not a boolean string. Only values "0" or "1" are supported`)
    }
    return Uint8Array.of(Number(text))
  },
}
/** A node writes 10 bytes, whatever the number needs. */
const uint: Encoding = {
  decode: (bytes) => readUvarint(bytes).toString(),
  encode: (text) => paddedUvarint(BigInt(text)),
}
const int: Encoding = {
  decode: (bytes) => unzigzag(readUvarint(bytes)).toString(),
  encode: (text) => paddedUvarint(zigzag(BigInt(text))),
}
const memo: Encoding = {
  decode: (bytes) => Buffer.from(Buffer.from(bytes).toString('latin1'), 'hex').toString('utf8'),
  encode: (text) => Buffer.from(Buffer.from(text).toString('hex')),
}
const reserved: Encoding = {
  decode: plain.decode,
  encode() {
    throw new Error('Reserved extra data field. This field cannot be written to directly.')
  },
}

const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ['RecloutedPostHash', hex],
  ['IsQuotedReclout', bool],
  ['IsFrozen', bool],
  ['USDCentsPerBitcoin', uint],
  ['MinNetworkFeeNanosPerKB', uint],
  ['CreateProfileFeeNanos', uint],
  ['CreateNFTFeeNanos', uint],
  ['MaxCopiesPerNFT', uint],
  ['ForbiddenBlockSignaturePubKey', key],
  ['DiamondLevel', int],
  ['DiamondPostHash', hex],
  ['DerivedPublicKey', key],
  ['MessagingPublicKey', key],
  ['SenderMessagingPublicKey', key],
  ['RecipientMessagingPublicKey', key],
  ['BuyNowPriceNanos', uint],
  ['DESORoyaltiesMap', reserved],
  ['CoinRoyaltiesMap', reserved],
  ['TokenTradingFeesByPkidMap', reserved],
  ['V', uint],
  ['NodeSource', uint],
  ['DerivedKeyMemo', memo],
  ['TransactionSpendingLimit', reserved],
])

/** Null where there is none, as a node's nil map. */
export function decodeExtraData(extraData: ReadonlyMap<string, Uint8Array>): Map<string, string> | null {
  if (extraData.size === 0) return null
  return new Map(
    [...extraData].map(([name, value]) => [keyName(name), (ENCODINGS.get(name) ?? plain).decode(value)]),
  )
}

/** All as text, and empty values left out: what posts show. */
export function decodePostExtraData(extraData: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const shown = [...extraData].filter(([, value]) => value.length > 0)
  return new Map(shown.map(([name, value]) => [keyName(name), plain.decode(value)]))
}

/** Throws a node's words about a value that its key does not take. */
export function encodeExtraData(extraData: ReadonlyMap<string, string>): Map<string, Uint8Array> {
  const encoded = new Map<string, Uint8Array>()
  for (const [name, value] of extraData) {
    try {
      encoded.set(Buffer.from(name).toString('latin1'), (ENCODINGS.get(name) ?? plain).encode(value))
    } catch (error) {
      throw new Error(`Problem encoding to extra data field ${name}: ${(error as Error).message}`)
    }
  }
  return encoded
}

function keyName(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8')
}

function readUvarint(bytes: Uint8Array): bigint {
  let value = 0n
  for (const [index, byte] of bytes.entries()) {
    value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte < 0x80) return index > 9 || value >= 2n ** 64n ? 0n : value
  }
  return 0n
}

function paddedUvarint(value: bigint): Uint8Array {
  const bytes = new Uint8Array(10)
  let rest = BigInt.asUintN(64, value)
  let index = 0
  for (; rest >= 0x80n; rest >>= 7n) bytes[index++] = Number(rest & 0x7fn) | 0x80
  bytes[index] = Number(rest)
  return bytes
}

function zigzag(value: bigint): bigint {
  return value >= 0n ? value << 1n : (-value << 1n) - 1n
}

function unzigzag(value: bigint): bigint {
  return value & 1n ? -(value >> 1n) - 1n : value >> 1n
}
