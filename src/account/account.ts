import type { PublicKey } from '../deso/keys.js'

/** Every valid key is an account, with balance 0 if nobody has seen it. */
export interface Account {
  publicKey: PublicKey
  /** Null: no profile. */
  username: string | null
  description: string | null
  /** The node's view, mempool included. */
  balanceNanos: bigint
}
