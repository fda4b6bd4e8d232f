import type { OpaqueMetadata } from '../../deso/transaction.js'
import { typeName, typeNumberOfName } from '../../deso/transaction-types.js'
import { fromHex, toHex } from '../go/hex.js'
import { LenientReader } from './lenient-reader.js'

/**
 * What transactions do that deso/ carries as they come, and the local chain knows: one row a type, its fields in the
 * order of the wire under the names of a node's JSON (core lib/network.go).
 */
interface Kinds {
  /** 33 bytes without a length; base64 in JSON. */
  key: Uint8Array
  /** 32 bytes without a length; numbers in JSON. */
  hash: Uint8Array
  /** A length and bytes; base64 in JSON. */
  slice: Uint8Array
  /** A length and bytes; numbers in JSON. */
  array: Uint8Array
  flag: boolean
  byte: number
  uvarint: bigint
  /** A length and that many bytes, big-endian; hex in JSON. */
  uint256: bigint
}

export type FieldKind = keyof Kinds

const KEY_BYTES = 33
const HASH_BYTES = 32
const ASSOCIATION = { AppPublicKey: 'array', AssociationType: 'slice', AssociationValue: 'slice' } as const

export const OTHER_LAYOUTS = {
  FOLLOW: { FollowedPublicKey: 'key', IsUnfollow: 'flag' },
  LIKE: { LikedPostHash: 'hash', IsUnlike: 'flag' },
  UPDATE_GLOBAL_PARAMS: {},
  CREATOR_COIN: {
    ProfilePublicKey: 'slice',
    OperationType: 'byte',
    DeSoToSellNanos: 'uvarint',
    CreatorCoinToSellNanos: 'uvarint',
    DeSoToAddNanos: 'uvarint',
    MinDeSoExpectedNanos: 'uvarint',
    MinCreatorCoinExpectedNanos: 'uvarint',
  },
  DAO_COIN: {
    ProfilePublicKey: 'slice',
    OperationType: 'byte',
    CoinsToMintNanos: 'uint256',
    CoinsToBurnNanos: 'uint256',
    TransferRestrictionStatus: 'byte',
  },
  DAO_COIN_TRANSFER: {
    ProfilePublicKey: 'slice',
    DAOCoinToTransferNanos: 'uint256',
    ReceiverPublicKey: 'slice',
  },
  CREATE_POST_ASSOCIATION: { PostHash: 'array', ...ASSOCIATION },
  DELETE_POST_ASSOCIATION: { AssociationID: 'array' },
} as const satisfies Record<string, Record<string, FieldKind>>

type Layouts = typeof OTHER_LAYOUTS
export type OtherType = keyof Layouts
export type OtherFields<T extends OtherType> = {
  readonly [N in keyof Layouts[T]]: Layouts[T][N] extends FieldKind ? Kinds[Layouts[T][N]] : never
}
export type OtherMetadata = { [T in OtherType]: { type: T; fields: OtherFields<T> } }[OtherType]

/** The fields of a type that the local chain knows; undefined for all others. Throws WireError. */
export function readOther({ typeNumber, bytes }: OpaqueMetadata): OtherMetadata | undefined {
  const type = typeName(typeNumber)
  if (type === undefined || !(type in OTHER_LAYOUTS)) return undefined
  const reader = new LenientReader(bytes)
  const layout: Record<string, FieldKind> = OTHER_LAYOUTS[type as OtherType]
  const fields = Object.entries(layout).map(([name, kind]) => [
    name,
    readField(reader, kind, `${type}: Problem reading ${name}`),
  ])
  return { type, fields: Object.fromEntries(fields) } as OtherMetadata
}

export function writeOther<T extends OtherType>(type: T, fields: OtherFields<T>): OpaqueMetadata {
  const layout: Record<string, FieldKind> = OTHER_LAYOUTS[type]
  const values: Record<string, Kinds[FieldKind]> = fields
  const parts = Object.entries(layout).map(([name, kind]) => writeField(kind, values[name] as never))
  return {
    type: 'OPAQUE',
    typeNumber: BigInt(typeNumberOfName(type)),
    bytes: new Uint8Array(Buffer.concat(parts)),
  }
}

function readField(reader: LenientReader, kind: FieldKind, problem: string): Kinds[FieldKind] {
  switch (kind) {
    case 'key':
      return reader.raw(KEY_BYTES, problem)
    case 'hash':
      return reader.raw(HASH_BYTES, problem)
    case 'slice':
    case 'array':
      return reader.bytes(problem)
    case 'flag':
      return reader.raw(1, problem)[0] === 1
    case 'byte':
      return reader.raw(1, problem)[0] as number
    case 'uvarint':
      return reader.uvarint(problem)
    case 'uint256':
      return BigInt(`0x0${toHex(reader.bytes(problem))}`)
  }
}

function writeField(kind: FieldKind, value: Kinds[FieldKind]): Uint8Array {
  switch (kind) {
    case 'flag':
    case 'byte':
      return Uint8Array.of(Number(value))
    case 'uvarint':
      return uvarint(value as bigint)
    case 'uint256':
      return withLength(fromHex(evenHex(value as bigint)))
    case 'slice':
    case 'array':
      return withLength(value as Uint8Array)
    default:
      return value as Uint8Array
  }
}

function withLength(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([uvarint(BigInt(bytes.length)), bytes])
}

/** Zero takes no digits at all. */
function evenHex(value: bigint): string {
  if (value === 0n) return ''
  const digits = value.toString(16)
  return digits.length % 2 === 1 ? `0${digits}` : digits
}

/** As few bytes as the number needs. */
export function uvarint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Uint8Array.from([...bytes, Number(rest)])
}
