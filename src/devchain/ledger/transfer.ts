import { verifyTransactionSignature } from '../../deso/signature.js'
import type { Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import { keyTextBoth } from '../wire/base58-check.js'
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

/** Derived keys are known to no local chain: there is nothing that could authorise one. */
function signatureProblem(transaction: Transaction): string | undefined {
  const check = verifyTransactionSignature(transaction)
  const named = transaction.extraData.get('DerivedPublicKey')
  if (check.ok) return check.isDerived ? notAuthorized(transaction, check.signer) : undefined
  switch (check.reason) {
    case 'HIGH_S':
      return '_verifySignature: high-S deteceted: RuleErrorTxnSigHasHighS'
    case 'TWO_DERIVED_KEYS':
      return '_verifySignature: Something went wrong while checking for derived key signature: IsDerivedSignature: transaction signed with a derived key can either store public key in ExtraData or use the DeSo-DER recoverable signature encoding but not BOTH: RuleErrorDerivedKeyHasBothExtraDataAndRecoveryId'
    default:
      return named ? notAuthorized(transaction, named) : 'RuleErrorInvalidTransactionSignature'
  }
}

function notAuthorized(transaction: Transaction, derivedKey: Uint8Array): string {
  const owner = keyTextBoth(toHex(transaction.publicKey))
  return `Derived key mapping for owner not found: Owner: ${owner}, Derived key: ${keyTextBoth(toHex(derivedKey))}: RuleErrorDerivedKeyNotAuthorized`
}
