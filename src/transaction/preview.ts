import type { RequestContext } from '../context.js'
import { type Network, type PublicKey, publicKeyFromBytes } from '../deso/keys.js'
import type { Transaction } from '../deso/transaction.js'
import { type Description, describe } from './describe.js'
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

/** What these bytes would do, signed or not, whoever made them. Asks the node where they alone do not tell. */
export async function previewTransaction(
  ctx: RequestContext,
  transaction: Transaction,
): Promise<TransactionPreview> {
  return previewOf(transaction, await describe(ctx, transaction), ctx.app.config.deso.network)
}

export function previewOf(
  transaction: Transaction,
  { kind, summary, extraSpendNanos }: Description,
  network: Network,
): TransactionPreview {
  return {
    kind,
    summary,
    outputs: outputsOf(transaction, network),
    feeNanos: transaction.feeNanos,
    spendNanos: transaction.outputs
      .filter((output) => Buffer.compare(output.publicKey, transaction.publicKey) !== 0)
      .reduce((sum, output) => sum + output.amountNanos, transaction.feeNanos + extraSpendNanos),
  }
}

export function outputsOf({ outputs }: Transaction, network: Network): PreviewOutput[] {
  return outputs.map(({ publicKey, amountNanos }) => ({
    to: publicKeyFromBytes(publicKey, network),
    amountNanos,
  }))
}
