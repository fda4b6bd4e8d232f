import { serializeInteger, textScalar } from './text-scalar.js'

const U64 = (1n << 64n) - 1n
const U256 = (1n << 256n) - 1n

/** Decimal digits without sign or leading zeros; bounded before BigInt sees it. */
function parseDecimal(text: string, max: bigint): bigint {
  if (text.length > 78 || !/^(0|[1-9][0-9]*)$/.test(text)) {
    throw new Error('write decimal digits without sign, point or leading zeros')
  }
  const value = BigInt(text)
  if (value > max) throw new Error(`at most ${max}`)
  return value
}

export const NanosScalar = textScalar<bigint>({
  name: 'Nanos',
  description:
    'An amount of DESO in nanos, as a decimal string from 0 to 2^64-1. 1 DESO = 1,000,000,000 nanos. Never a JSON number: those lose digits above 2^53.',
  specifiedByURL: 'https://github.com/deso-protocol/core/blob/main/lib/network.go',
  parse: (text) => parseDecimal(text, U64),
  serialize: serializeInteger,
})

export const Uint256Scalar = textScalar<bigint>({
  name: 'Uint256',
  description:
    'Base units of a DAO coin, as a decimal string from 0 to 2^256-1. One coin is 10^18 base units.',
  specifiedByURL: 'https://github.com/holiman/uint256',
  parse: (text) => parseDecimal(text, U256),
  serialize: serializeInteger,
})

export const ByteSizeScalar = textScalar<bigint>({
  name: 'ByteSize',
  description: 'A count of bytes, as a decimal string: files pass 2^31, the end of Int.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc9110#field.content-length',
  parse: (text) => parseDecimal(text, U64),
  serialize: serializeInteger,
})
