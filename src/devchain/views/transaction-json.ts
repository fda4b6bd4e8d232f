import type { Transaction, TransactionMetadata } from '../../deso/transaction.js'
import type { GoJson } from '../go/json-write.js'
import { typeNumberOf } from '../wire/transaction-types.js'

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
      // A block reward: the length, then the bytes.
      return { ExtraData: metadata.bytes.subarray(1) }
  }
}

function extraDataJson(extraData: ReadonlyMap<string, Uint8Array>): GoJson {
  return new Map([...extraData].map(([key, value]) => [Buffer.from(key, 'latin1').toString('utf8'), value]))
}
