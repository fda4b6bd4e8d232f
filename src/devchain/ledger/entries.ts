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
  creatorCoin: CreatorCoin
  daoCoin: DaoCoin
}

/** Of a profile; all zero until somebody buys. */
export interface CreatorCoin {
  lockedNanos: bigint
  circulation: bigint
  /** The most that ever circulated. */
  watermark: bigint
  holderCount: number
}

/** Of a profile; amounts in base units. */
export interface DaoCoin {
  circulation: bigint
  isMintingDisabled: boolean
  /** An index of TRANSFER_RESTRICTIONS. */
  transferRestriction: number
  holderCount: number
}

export const TRANSFER_RESTRICTIONS = [
  'unrestricted',
  'profile_owner_only',
  'dao_members_only',
  'permanently_unrestricted',
] as const

export const NO_CREATOR_COIN: CreatorCoin = {
  lockedNanos: 0n,
  circulation: 0n,
  watermark: 0n,
  holderCount: 0,
}
export const NO_DAO_COIN: DaoCoin = {
  circulation: 0n,
  isMintingDisabled: false,
  transferRestriction: 0,
  holderCount: 0,
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
  likeCount: number
  /** Levels added up. */
  diamondCount: number
}

export interface AssociationEntry {
  /** Of the transaction that made it. */
  id: string
  transactor: string
  /** An account, or the hash of a post. */
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
