import { registerEnumType } from 'type-graphql'

/** The API's list; src/transaction/kind.ts has those that this version drafts or recognises. */
const MEANINGS = {
  SEND_DESO: 'DESO from the signer to another account.',
  CREATE_PLAN: 'A new plan, or a new version of one.',
  SUBSCRIBE: 'A subscription record with its payment to the creator.',
  UNSUBSCRIBE: 'The subscription record is deleted.',
  PUBLISH_CONTENT: 'A post that announces content on IPFS.',
  UPDATE_CONTENT: 'An edit of such a post.',
  HIDE_CONTENT: 'Such a post is hidden.',
  UPDATE_PROFILE: 'The signer’s profile.',
  FOLLOW: 'The signer follows an account.',
  UNFOLLOW: 'The signer no longer follows an account.',
  TIP: 'Diamonds for a post.',
  TRANSFER_DAO_COIN: 'DAO coins to another account.',
  DAO_COIN_ORDER: 'An order on the DAO coin exchange.',
  BUNDLE: 'Several transactions that succeed or fail together.',
  AUTHORIZE_KEY: 'A derived key may act for the signer.',
  GRANT: 'Access given by the creator.',
  REVOKE_GRANT: 'Such access taken back.',
  GIFT: 'A subscription paid for somebody else.',
  REFUND: 'A payment given back.',
  OTHER: 'Anything else; the outputs still say who is paid.',
} as const

export type TransactionKindName = keyof typeof MEANINGS

export const TransactionKindEnum = Object.fromEntries(Object.keys(MEANINGS).map((k) => [k, k])) as {
  [K in TransactionKindName]: K
}

registerEnumType(TransactionKindEnum, {
  name: 'TransactionKind',
  description: 'What a transaction is for.',
  valuesConfig: Object.fromEntries(
    Object.entries(MEANINGS).map(([kind, description]) => [kind, { description }]),
  ),
})
