import type { Transaction, TransactionMetadata } from '../../deso/transaction.js'
import { typeNumberOf } from '../../deso/transaction-types.js'
import type { GoJson } from '../go/json-write.js'
import { type FieldKind, OTHER_LAYOUTS, type OtherMetadata, readOther } from '../wire/other-metadata.js'

/**
 * A transaction as a node's JSON has it: byte slices in base64, fixed arrays as numbers. Where Go has nil or an empty
 * slice depends on who made the value, hence the styles.
 */
export interface TransactionStyle {
  /** send-deso says [] where all else says null. */
  emptyInputs?: boolean
  /** Byte slices of a constructor are nil where empty. */
  nilBytes?: boolean
  /** update-profile leaves an empty map where all else leaves none. */
  emptyExtraData?: boolean
}

export function transactionJson(transaction: Transaction, style: TransactionStyle = {}): GoJson {
  const { outputs, metadata, publicKey, extraData, signature, version, feeNanos, nonce } = transaction
  return {
    TxnVersion: version,
    TxInputs: style.emptyInputs ? [] : null,
    TxOutputs: outputs.length > 0 ? outputsJson(outputs) : null,
    TxnFeeNanos: feeNanos,
    TxnNonce: nonceJson(nonce),
    TxnMeta: metadataJson(metadata, style),
    PublicKey: publicKey,
    ExtraData: extraData.size > 0 || style.emptyExtraData ? extraDataJson(extraData) : null,
    Signature: signature.length > 0 ? signature : null,
    TxnTypeJSON: typeNumberOf(metadata),
  }
}

export function outputsJson(outputs: Transaction['outputs']): GoJson {
  return outputs.map(({ publicKey, amountNanos }) => ({ PublicKey: publicKey, AmountNanos: amountNanos }))
}

export function nonceJson(nonce: Transaction['nonce']): GoJson {
  return { ExpirationBlockHeight: nonce.expirationBlockHeight, PartialID: nonce.partialId }
}

export function metadataJson(metadata: TransactionMetadata, style: TransactionStyle = {}): GoJson {
  const slice = (bytes: Uint8Array) => (bytes.length === 0 && style.nilBytes ? null : bytes)
  switch (metadata.type) {
    case 'BASIC_TRANSFER':
      return {}
    case 'SUBMIT_POST':
      return {
        PostHashToModify: slice(metadata.postHashToModify),
        ParentStakeID: slice(metadata.parentStakeId),
        Body: slice(metadata.body),
        CreatorBasisPoints: metadata.creatorBasisPoints,
        StakeMultipleBasisPoints: metadata.stakeMultipleBasisPoints,
        TimestampNanos: metadata.timestampNanos,
        IsHidden: metadata.isHidden,
      }
    case 'UPDATE_PROFILE':
      return {
        ProfilePublicKey: metadata.profilePublicKey.length > 0 ? metadata.profilePublicKey : null,
        NewUsername: metadata.newUsername,
        NewDescription: metadata.newDescription,
        NewProfilePic: metadata.newProfilePic,
        NewCreatorBasisPoints: metadata.newCreatorBasisPoints,
        NewStakeMultipleBasisPoints: metadata.newStakeMultipleBasisPoints,
        IsHidden: metadata.isHidden,
      }
    case 'CREATE_USER_ASSOCIATION':
      return {
        TargetUserPublicKey: [...metadata.targetPublicKey],
        AppPublicKey: [...metadata.appPublicKey],
        AssociationType: metadata.associationType,
        AssociationValue: metadata.associationValue,
      }
    case 'DELETE_USER_ASSOCIATION':
      return { AssociationID: [...metadata.associationId] }
    case 'OPAQUE':
      return otherJson(readOther(metadata)) ?? { ExtraData: metadata.bytes.subarray(1) }
  }
}

/** A block reward has none of these: the length, then the bytes. */
function otherJson(other: OtherMetadata | undefined): GoJson | undefined {
  if (!other) return undefined
  const layout: Record<string, FieldKind> = OTHER_LAYOUTS[other.type]
  return Object.fromEntries(
    Object.entries(other.fields).map(([name, value]) => [name, fieldJson(layout[name], value)]),
  )
}

function fieldJson(kind: FieldKind | undefined, value: Uint8Array | boolean | number | bigint): GoJson {
  if (value instanceof Uint8Array) return kind === 'hash' || kind === 'array' ? [...value] : value
  return kind === 'uint256' ? `0x${value.toString(16)}` : value
}

function extraDataJson(extraData: ReadonlyMap<string, Uint8Array>): GoJson {
  return new Map([...extraData].map(([key, value]) => [Buffer.from(key, 'latin1').toString('utf8'), value]))
}
