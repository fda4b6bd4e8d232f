import type { TransactionMetadata } from './transaction.js'

/** Numbers and REST names of transaction types (core lib/network.go, TxnType). */
const NAMES = [
  'UNSET',
  'BLOCK_REWARD',
  'BASIC_TRANSFER',
  'BITCOIN_EXCHANGE',
  'PRIVATE_MESSAGE',
  'SUBMIT_POST',
  'UPDATE_PROFILE',
  undefined,
  'UPDATE_BITCOIN_USD_EXCHANGE_RATE',
  'FOLLOW',
  'LIKE',
  'CREATOR_COIN',
  'SWAP_IDENTITY',
  'UPDATE_GLOBAL_PARAMS',
  'CREATOR_COIN_TRANSFER',
  'CREATE_NFT',
  'UPDATE_NFT',
  'ACCEPT_NFT_BID',
  'NFT_BID',
  'NFT_TRANSFER',
  'ACCEPT_NFT_TRANSFER',
  'BURN_NFT',
  'AUTHORIZE_DERIVED_KEY',
  'MESSAGING_GROUP',
  'DAO_COIN',
  'DAO_COIN_TRANSFER',
  'DAO_COIN_LIMIT_ORDER',
  'CREATE_USER_ASSOCIATION',
  'DELETE_USER_ASSOCIATION',
  'CREATE_POST_ASSOCIATION',
  'DELETE_POST_ASSOCIATION',
  'ACCESS_GROUP',
  'ACCESS_GROUP_MEMBERS',
  'NEW_MESSAGE',
  'REGISTER_AS_VALIDATOR',
  'UNREGISTER_AS_VALIDATOR',
  'STAKE',
  'UNSTAKE',
  'UNLOCK_STAKE',
  'UNJAIL_VALIDATOR',
  'COIN_LOCKUP',
  'UPDATE_COIN_LOCKUP_PARAMS',
  'COIN_LOCKUP_TRANSFER',
  'COIN_UNLOCK',
  'ATOMIC_TXNS_WRAPPER',
] as const

export const TYPE_NAMES: readonly string[] = NAMES.filter((name) => name !== undefined)

export const BLOCK_REWARD_TYPE = 1n

export function typeName(typeNumber: bigint): string | undefined {
  return NAMES[Number(typeNumber)]
}

export function typeNumberOfName(name: (typeof NAMES)[number]): number {
  return NAMES.indexOf(name)
}

/** The name of a transaction's type, as REST gives it. */
export function typeNameOf(metadata: TransactionMetadata): string {
  return metadata.type === 'OPAQUE' ? (typeName(metadata.typeNumber) ?? 'UNSET') : metadata.type
}

/** The number of a transaction's type. */
export function typeNumberOf(metadata: TransactionMetadata): number {
  return metadata.type === 'OPAQUE' ? Number(metadata.typeNumber) : NAMES.indexOf(metadata.type)
}
