import type {
  OpaqueMetadata,
  Transaction,
  TransactionMetadata,
  TransactionOutput,
} from '../../deso/transaction.js'
import { typeName } from '../../deso/transaction-types.js'
import { assertParsableSignature } from './der.js'
import { LenientReader, WireError, within } from './lenient-reader.js'
import { readOther, writeOther } from './other-metadata.js'

/**
 * A transaction's bytes as a node reads them: surplus bytes, padded integers and unsorted ExtraData pass, and the
 * node goes by what it re-encodes from there. Throws WireError in its words (core lib/network.go, ReadTransaction).
 */
export interface ParsedTransaction {
  transaction: Transaction
  /** Inputs are read, as before the balance model, and later refused. */
  inputCount: number
  /** Whether the fields behind the signature are there at all. */
  hasTrailer: boolean
  /** Of the bytes as they came. */
  size: number
}

/** Bytes on which a node's handler panics: the connection is closed without an answer. */
export class NodePanic extends Error {}

const KEY_BYTES = 33
const HASH_BYTES = 32
const V0 = 'ReadTransactionV0Fields: '
const V1 = 'ReadTransactionV1Fields: '

export function parseTransaction(bytes: Uint8Array): ParsedTransaction {
  return within('MsgDeSoTxn.FromBytes: Problem reading txn: ', () => {
    const reader = new LenientReader(bytes)
    const basic = within('ReadTransaction: Problem reading basic transaction fields', () =>
      readBasicFields(reader),
    )
    const trailer = within('ReadTransaction: Problem reading extra transaction fields', () =>
      readTrailer(reader),
    )
    const { inputCount, ...fields } = basic
    return {
      transaction: { ...fields, ...trailer.fields },
      inputCount,
      hasTrailer: trailer.isThere,
      size: bytes.length,
    }
  })
}

function readBasicFields(reader: LenientReader) {
  const inputCount = readInputs(reader)
  const outputs = readOutputs(reader)
  const metadata = readMetadata(reader)
  const publicKey = reader.raw(
    reader.uvarint(`${V0}Problem reading len(DeSoTxn.PublicKey)`),
    `${V0}Problem reading DeSoTxn.PublicKey`,
  )
  const extraData = readExtraData(reader)
  const signature = readSignature(reader)
  return { inputCount, outputs, metadata, publicKey, extraData, signature }
}

function readInputs(reader: LenientReader): number {
  const count = reader.uvarint(`${V0}Problem converting len(msg.TxInputs)`)
  for (let left = count; left > 0n; left -= 1n) {
    reader.raw(HASH_BYTES, `${V0}Problem converting input txid`)
    reader.uvarint(`${V0}Problem converting input index`)
  }
  return Number(count)
}

function readOutputs(reader: LenientReader): TransactionOutput[] {
  const outputs: TransactionOutput[] = []
  for (let left = reader.uvarint(`${V0}Problem converting len(msg.TxOutputs)`); left > 0n; left -= 1n) {
    const publicKey = reader.raw(KEY_BYTES, `${V0}Problem reading DeSoOutput.PublicKey`)
    outputs.push({ publicKey, amountNanos: reader.uvarint(`${V0}Problem reading DeSoOutput.AmountNanos`) })
  }
  return outputs
}

function readMetadata(reader: LenientReader): TransactionMetadata {
  const typeNumber = reader.uvarint(`${V0}Problem reading MsgDeSoTxn.TxnType`)
  assertKnownType(typeNumber)
  const length = reader.uvarint(`${V0}Problem reading len(TxnMeta)`)
  const bytes = reader.raw(length, `${V0}Problem reading TxnMeta`)
  return within(`${V0}Problem decoding TxnMeta: `, () => decodeMetadata(typeNumber, bytes))
}

function assertKnownType(typeNumber: bigint): void {
  const name = typeName(typeNumber)
  if (name !== undefined && name !== 'UNSET') return
  const problem =
    name === 'UNSET'
      ? 'NewTxnMetadata: UNSET TxnType: UNSET'
      : `NewTxnMetadata: Unrecognized TxnType: UNRECOGNIZED(${typeNumber}) - make sure GetTxnString() is up to date; make sure you add the new type of transaction to NewTxnMetadata`
  throw new WireError(`${V0}Problem initializing metadata`, problem)
}

function decodeMetadata(typeNumber: bigint, bytes: Uint8Array): TransactionMetadata {
  const reader = new LenientReader(bytes)
  switch (typeName(typeNumber)) {
    case 'BASIC_TRANSFER':
      return { type: 'BASIC_TRANSFER' }
    case 'SUBMIT_POST':
      return readPost(reader)
    case 'UPDATE_PROFILE':
      return readProfile(reader)
    case 'CREATE_USER_ASSOCIATION':
      return readAssociation(reader)
    case 'DELETE_USER_ASSOCIATION':
      return readAssociationId(reader)
    default:
      return canonicalOther({ type: 'OPAQUE', typeNumber, bytes })
  }
}

/** A type that the local chain knows, as a node would write it again. */
function canonicalOther(metadata: OpaqueMetadata): OpaqueMetadata {
  const other = readOther(metadata)
  return other ? writeOther(other.type, other.fields) : metadata
}

function readPost(reader: LenientReader): TransactionMetadata {
  const at = (field: string) => `SubmitPostMetadata.FromBytes: Error reading ${field}`
  return {
    type: 'SUBMIT_POST',
    postHashToModify: reader.bytes(at('PostHashToModify')),
    parentStakeId: reader.bytes(at('ParentStakeID')),
    body: reader.bytes(at('Body')),
    creatorBasisPoints: reader.uvarint(at('CreatorBasisPoints')),
    stakeMultipleBasisPoints: reader.uvarint(at('StakeMultipleBasisPoints')),
    timestampNanos: reader.uvarint(at('TimestampNanos')),
    isHidden: readFlag(reader, 'SubmitPostMetadata.FromBytes: Problem reading IsHidden'),
  }
}

function readProfile(reader: LenientReader): TransactionMetadata {
  const at = (field: string) => `UpdateProfileMetadata.FromBytes: Error reading ${field}`
  return {
    type: 'UPDATE_PROFILE',
    profilePublicKey: reader.bytes(at('ProfilePublicKey')),
    newUsername: reader.bytes(at('NewUsername')),
    newDescription: reader.bytes(at('NewDescription')),
    newProfilePic: reader.bytes(at('NewProfilePic')),
    newCreatorBasisPoints: reader.uvarint(at('NewCreatorBasisPoints')),
    newStakeMultipleBasisPoints: reader.uvarint(at('NewStakeMultipleBasisPoints')),
    isHidden: readFlag(reader, 'UpdateProfileMetadata.FromBytes: Problem reading IsHidden'),
  }
}

function readAssociation(reader: LenientReader): TransactionMetadata {
  const field = (name: string) =>
    readByteArray(reader, `CreateUserAssociationMetadata.FromBytes: Problem reading ${name}: `)
  const targetPublicKey = field('TargetUserPublicKey')
  const appPublicKey = field('AppPublicKey')
  const associationType = field('AssociationType')
  const associationValue = field('AssociationValue')
  if (targetPublicKey.length !== KEY_BYTES || appPublicKey.length !== KEY_BYTES) {
    throw new NodePanic('an association with a key that is not 33 bytes long')
  }
  return { type: 'CREATE_USER_ASSOCIATION', targetPublicKey, appPublicKey, associationType, associationValue }
}

function readAssociationId(reader: LenientReader): TransactionMetadata {
  const bytes = readByteArray(
    reader,
    'DeleteUserAssociationMetadata.FromBytes: Problem reading AssociationID: ',
  )
  // A node fills a short id up with zeros, and goes on with that.
  const associationId = new Uint8Array(HASH_BYTES)
  associationId.set(bytes.subarray(0, HASH_BYTES))
  return { type: 'DELETE_USER_ASSOCIATION', associationId }
}

function readByteArray(reader: LenientReader, outer: string): Uint8Array {
  return within(outer, () => {
    const length = reader.uvarint('DecodeByteArray: Problem when ReadUvarint')
    return reader.raw(length, 'DecodeByteArray: Problem when ReadFull')
  })
}

function readFlag(reader: LenientReader, problem: string): boolean {
  return reader.raw(1, problem)[0] === 1
}

/** Go's template text `#{ii}` was never filled in; nodes say it so. */
function readExtraData(reader: LenientReader): Map<string, Uint8Array> {
  return within(`${V0}Error decoding extra data`, () => {
    const entries = new Map<string, Uint8Array>()
    for (let left = reader.uvarint('DecodeExtraData: Problem reading'); left > 0n; left -= 1n) {
      const key = Buffer.from(reader.bytes('DecodeExtraData: Problem reading key')).toString('latin1')
      if (entries.has(key)) {
        throw new WireError('', 'DecodeExtraData: Key [#{ii}] ({key}) already exists in ExtraData')
      }
      entries.set(key, reader.bytes('DecodeExtraData: Problem read value #{ii}'))
    }
    return entries
  })
}

function readSignature(reader: LenientReader): Uint8Array {
  const length = reader.uvarint(`${V0}Problem reading len(DeSoTxn.Signature)`)
  const signature = reader.raw(length, `${V0}Problem reading DeSoTxn.Signature`)
  if (signature.length > 0) {
    within(`${V0}Problem parsing DeSoTxn.Signature bytes`, () => assertParsableSignature(signature))
  }
  return signature
}

type Trailer = Pick<Transaction, 'version' | 'feeNanos' | 'nonce'>

function readTrailer(reader: LenientReader): { isThere: boolean; fields: Trailer } {
  if (reader.isAtEnd) {
    return {
      isThere: false,
      fields: { version: 0n, feeNanos: 0n, nonce: { expirationBlockHeight: 0n, partialId: 0n } },
    }
  }
  const version = reader.uvarint(`${V1}Problem parsing DeSoTxn.TxnVersion bytes`)
  const feeNanos = reader.uvarint(`${V1}Problem parsing DeSoTxn.TxnFeeNanos bytes`)
  const nonceProblem = `${V1}Problem parsing DeSoTxn.TxnNonce bytes`
  const nonce = {
    expirationBlockHeight: reader.uvarint(nonceProblem),
    partialId: reader.uvarint(nonceProblem),
  }
  return { isThere: true, fields: { version, feeNanos, nonce } }
}
