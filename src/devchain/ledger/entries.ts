/** What the ledger holds. Accounts are 33 bytes as hex; ids and hashes 64 hex digits; ExtraData as on the wire. */
export type ExtraData = ReadonlyMap<string, Uint8Array>

export interface ProfileEntry {
  account: string
  username: string
  description: Uint8Array
  picture: Uint8Array
  creatorBasisPoints: bigint
  isHidden: boolean
  extraData: ExtraData
}

export interface PostEntry {
  hash: string
  poster: string
  /** A post's hash, a key, or empty. */
  parentStakeId: Uint8Array
  body: Uint8Array
  repostedHash: string | null
  isQuotedRepost: boolean
  creatorBasisPoints: bigint
  stakeMultipleBasisPoints: bigint
  timestampNanos: bigint
  isHidden: boolean
  isFrozen: boolean
  extraData: ExtraData
  /** Of the first version; tip + 1 while in the mempool. */
  confirmationHeight: number
  commentCount: number
  repostCount: number
  quoteRepostCount: number
}

export interface AssociationEntry {
  /** Of the transaction that made it. */
  id: string
  transactor: string
  target: string
  /** 33 zero bytes: no app. */
  app: string
  /** Bytes as latin1, spelled as written. */
  type: string
  value: string
  extraData: ExtraData
  /** Tip + 1 while in the mempool. */
  blockHeight: number
}

/** Newer values win; empty ones stay (a post deletes them, see posts.ts). */
export function mergeExtraData(before: ExtraData, now: ExtraData): ExtraData {
  return new Map([...before, ...now])
}
