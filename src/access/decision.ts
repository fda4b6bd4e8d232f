import type { BlockRef } from '../deso/chain.js'

/** Why access is granted (the first three) or refused. */
export type AccessReason =
  | 'PUBLIC'
  | 'CREATOR'
  | 'SUBSCRIBED'
  | 'NOT_SIGNED_IN'
  | 'NOT_SUBSCRIBED'
  | 'EXPIRED'
  | 'UNDERPAID'
  | 'NOT_COMMITTED'

/** May an account have the bytes? Denied is the default: whoever cannot tell throws. */
export interface AccessDecision {
  granted: boolean
  reason: AccessReason
  /** When what was paid for ends; null for PUBLIC and CREATOR, and where access is not granted. */
  expiresAt: Date | null
  /** The committed transactions that it rests on; anyone can check them. */
  evidence: readonly Evidence[]
  /** The committed tip at which it was decided. */
  checkedAt: BlockRef
}

export interface Evidence {
  transactionId: string
  /** Of its committed block: there it is found, however far a node's index lags. */
  height: number
  /** What it shows, in one sentence. */
  meaning: string
}
