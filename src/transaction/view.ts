import type { BlockRef } from '../deso/chain.js'
import type { PublicKey } from '../deso/keys.js'
import type { GatewayError, TransactionRejectedError } from '../errors.js'
import type { TransactionKind } from './kind.js'
import type { PreviewOutput } from './preview.js'

/**
 * PENDING: sent, in no committed block yet (never paid). COMMITTED: final. REJECTED: a node refused it; stays so
 * unless mined after all. EXPIRED: its nonce ran out and no form of it was mined. UNKNOWN: nothing is known of it.
 */
export type TransactionStatus = 'PENDING' | 'COMMITTED' | 'REJECTED' | 'EXPIRED' | 'UNKNOWN'

/** A transaction as far as this gateway can tell. */
export interface TransactionView {
  /** 64 lower-case hex digits: sha256d of the signed bytes. */
  id: string
  kind: TransactionKind
  status: TransactionStatus
  /** The owner who acts and pays; null while the bytes are not known. */
  signer: PublicKey | null
  outputs: PreviewOutput[]
  feeNanos: bigint | null
  /** The committed block that holds it. */
  block: BlockRef | null
  /** Why, when REJECTED. */
  rejection: TransactionRejectedError | null
}

export interface SubmitResult {
  /** Null where the bytes do not decode or are not validly signed. */
  transaction: TransactionView | null
  /** It was already there, which is success. */
  replayed: boolean
  errors: GatewayError[]
}
