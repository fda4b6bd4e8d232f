/** What a transaction is for, in the API's words. Later kinds join here and in `describe.ts`. */
export const TRANSACTION_KINDS = [
  'SEND_DESO',
  'CREATE_PLAN',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'PUBLISH_CONTENT',
  'UPDATE_CONTENT',
  'HIDE_CONTENT',
  'UPDATE_PROFILE',
  'OTHER',
] as const

export type TransactionKind = (typeof TRANSACTION_KINDS)[number]
