import type { Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import { signatureProblem } from './check-signature.js'
import type { Ledger } from './ledger.js'
import { RuleRefusal } from './rule-refusal.js'

/**
 * What every transaction does, whatever its type: the owner pays outputs, fee and what the type costs, the outputs
 * are credited, the signature is checked (core lib/block_view.go, _connectBasicTransferWithExtraSpend).
 */
export interface TransferContext {
  ledger: Ledger
  transaction: Transaction
  /** Of the block that the transaction is in, or would be in. */
  height: number
  /** False where the same bytes were verified before. */
  verifySignature: boolean
  extraSpendNanos?: bigint
}

const FUNCTION = '_connectBasicTransferWithExtraSpend '

export function connectTransfer({ extraSpendNanos = 0n, ...context }: TransferContext): void {
  const { ledger, transaction, height, verifySignature } = context
  const owner = toHex(transaction.publicKey)
  const outputNanos = transaction.outputs.reduce((sum, { amountNanos }) => sum + amountNanos, 0n)
  const spent = outputNanos + transaction.feeNanos + extraSpendNanos
  const balance = ledger.balance(owner)
  if (balance < spent) {
    throw new RuleRefusal(
      `${FUNCTION}Problem spending balance: _spendBalance: amountNanos (${spent}) exceeds spendable balance (${balance}) at tipHeight (${height - 1}): RuleErrorInsufficientBalance`,
    )
  }
  ledger.credit(owner, -spent)
  for (const { publicKey, amountNanos } of transaction.outputs) ledger.credit(toHex(publicKey), amountNanos)
  if (verifySignature) assertSignature(transaction)
}

function assertSignature(transaction: Transaction): void {
  const problem = signatureProblem(transaction)
  if (problem !== undefined) {
    throw new RuleRefusal(`${FUNCTION}: ${FUNCTION}Problem verifying txn signature: : ${problem}`)
  }
}
