import type { PublicKey } from '../deso/keys.js'
import type { TransactionKind } from './kind.js'

/** What a transaction will do, in numbers and one sentence. */
export interface TransactionPreview {
  kind: TransactionKind
  /** One sentence: who pays what to whom, for what. */
  summary: string
  outputs: PreviewOutput[]
  feeNanos: bigint
  /** All that leaves the signer's balance, in nanos: outputs to others, the fee, and the fee of a first profile. */
  spendNanos: bigint
}

export interface PreviewOutput {
  to: PublicKey
  amountNanos: bigint
}
