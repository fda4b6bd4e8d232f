/**
 * A DeSo transaction as plain values: what codec.ts encodes and decodes. All integers are bigint, all keys 33
 * compressed bytes without prefix, all hashes 32 bytes. Format: deso-protocol/core lib/network.go MsgDeSoTxn.
 */
export interface TransactionOutput {
  /** 33 bytes; not checked to lie on the curve (the chain does not). */
  publicKey: Uint8Array
  amountNanos: bigint
}

export interface BasicTransfer {
  type: 'BASIC_TRANSFER'
}

export interface SubmitPost {
  type: 'SUBMIT_POST'
  /** 32 bytes, or empty for a new post. */
  postHashToModify: Uint8Array
  parentStakeId: Uint8Array
  body: Uint8Array
  creatorBasisPoints: bigint
  stakeMultipleBasisPoints: bigint
  timestampNanos: bigint
  isHidden: boolean
}

export interface UpdateProfile {
  type: 'UPDATE_PROFILE'
  /** Empty: the signer's own. */
  profilePublicKey: Uint8Array
  newUsername: Uint8Array
  newDescription: Uint8Array
  newProfilePic: Uint8Array
  newCreatorBasisPoints: bigint
  newStakeMultipleBasisPoints: bigint
  isHidden: boolean
}

export interface CreateUserAssociation {
  type: 'CREATE_USER_ASSOCIATION'
  targetPublicKey: Uint8Array
  /** 33 zero bytes: no app. */
  appPublicKey: Uint8Array
  associationType: Uint8Array
  associationValue: Uint8Array
}

export interface DeleteUserAssociation {
  type: 'DELETE_USER_ASSOCIATION'
  /** 32 bytes: the id of the transaction that made the entry. */
  associationId: Uint8Array
}

/** Any other type: carried as it came, never guessed at. */
export interface OpaqueMetadata {
  type: 'OPAQUE'
  /** The number on the wire. */
  typeNumber: bigint
  bytes: Uint8Array
}

export type TransactionMetadata =
  | BasicTransfer
  | SubmitPost
  | UpdateProfile
  | CreateUserAssociation
  | DeleteUserAssociation
  | OpaqueMetadata

export interface Transaction {
  outputs: readonly TransactionOutput[]
  metadata: TransactionMetadata
  /** 33 bytes: the owner who acts and pays (33 zero bytes in an atomic wrapper, empty in a block reward). */
  publicKey: Uint8Array
  /** Keys are byte strings, one char (0-255, 'latin1') a byte, so that every key survives and sorts as on the wire. */
  extraData: ReadonlyMap<string, Uint8Array>
  /** DER, empty while unsigned. */
  signature: Uint8Array
  version: bigint
  feeNanos: bigint
  nonce: { expirationBlockHeight: bigint; partialId: bigint }
}
