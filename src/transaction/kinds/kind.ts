import type { RequestContext } from '../../context.js'
import type { Transaction } from '../../deso/transaction.js'
import type { TransactionKind } from '../kind.js'

/**
 * How one kind of transaction is told from its bytes, whoever made them. A new kind is a new file with one of these,
 * and a line in registry.ts; where it is
 * drafted by createTransaction, the file makes the request too.
 */
export interface KindReader {
  kind: TransactionKind
  /** May ask the node where the bytes alone do not tell. */
  recognises(transaction: Transaction, ctx: RequestContext): boolean | Promise<boolean>
  /** What it does beside paying outputs and fee, as the middle of a sentence whose subject is the signer. */
  does(transaction: Transaction, ctx: RequestContext): string
  /** What leaves the balance beside outputs and fee, as of now. */
  extraSpendNanos?(transaction: Transaction, ctx: RequestContext): Promise<bigint>
}
