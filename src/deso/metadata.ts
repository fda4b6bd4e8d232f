import type { OpaqueMetadata, TransactionMetadata } from './transaction.js'
import { ByteWriter, bool, bytes, bytesOfLength, type Field, uint64 } from './wire.js'

/** What a transaction does: its type and the type's own fields (core lib/network.go, …Metadata.ToBytes). */

type KnownMetadata = Exclude<TransactionMetadata, OpaqueMetadata>
type KnownType = KnownMetadata['type']
type Fields<M> = { readonly [Name in Exclude<keyof M, 'type'>]: Field<M[Name]> }
type Layouts = {
  readonly [Type in KnownType]: {
    readonly typeNumber: bigint
    readonly fields: Fields<Extract<KnownMetadata, { type: Type }>>
  }
}

const key = bytesOfLength(33)
const hash = bytesOfLength(32)

/** One row a type: its number, and its fields in the order of the wire. */
const LAYOUTS: Layouts = {
  BASIC_TRANSFER: { typeNumber: 2n, fields: {} },
  SUBMIT_POST: {
    typeNumber: 5n,
    fields: {
      postHashToModify: bytes,
      parentStakeId: bytes,
      body: bytes,
      creatorBasisPoints: uint64,
      stakeMultipleBasisPoints: uint64,
      timestampNanos: uint64,
      isHidden: bool,
    },
  },
  UPDATE_PROFILE: {
    typeNumber: 6n,
    fields: {
      profilePublicKey: bytes,
      newUsername: bytes,
      newDescription: bytes,
      newProfilePic: bytes,
      newCreatorBasisPoints: uint64,
      newStakeMultipleBasisPoints: uint64,
      isHidden: bool,
    },
  },
  CREATE_USER_ASSOCIATION: {
    typeNumber: 27n,
    fields: { targetPublicKey: key, appPublicKey: key, associationType: bytes, associationValue: bytes },
  },
  DELETE_USER_ASSOCIATION: { typeNumber: 28n, fields: { associationId: hash } },
}

const TYPES = new Map(
  Object.entries(LAYOUTS).map(([type, { typeNumber }]) => [typeNumber, type as KnownType]),
)

/** The type's number, the length of its fields, the fields. Types without a row are carried as they came. */
export const metadata: Field<TransactionMetadata> = {
  read(reader) {
    const typeNumber = reader.uvarint()
    const body = reader.window(reader.count())
    const type = TYPES.get(typeNumber)
    if (type === undefined) return { type: 'OPAQUE', typeNumber, bytes: body.rest() }
    const values = fieldsOf(type).map(([name, field]) => [name, field.read(body)])
    body.expectEnd()
    return { type, ...Object.fromEntries(values) } as TransactionMetadata
  },
  write(writer, value) {
    if (value.type === 'OPAQUE') return writeOpaque(writer, value)
    const body = new ByteWriter()
    const values = new Map<string, unknown>(Object.entries(value))
    for (const [name, field] of fieldsOf(value.type)) field.write(body, values.get(name))
    writer.uvarint(LAYOUTS[value.type].typeNumber)
    bytes.write(writer, body.toBytes())
  },
}

function writeOpaque(writer: ByteWriter, { typeNumber, bytes: body }: OpaqueMetadata): void {
  const known = TYPES.get(typeNumber)
  if (known) throw new RangeError(`${known} has fields: it must not be written as opaque bytes`)
  writer.uvarint(typeNumber)
  bytes.write(writer, body)
}

function fieldsOf(type: KnownType): [string, Field<unknown>][] {
  return Object.entries(LAYOUTS[type].fields as Record<string, Field<unknown>>)
}
