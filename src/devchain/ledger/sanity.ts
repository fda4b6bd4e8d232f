import { BLOCK_REWARD_TYPE } from '../../deso/transaction-types.js'
import type { ParsedTransaction } from '../wire/parse-transaction.js'
import { type ChainParams, feeRate, MAX_NANOS, MAX_TRANSACTION_BYTES } from './params.js'
import { RuleRefusal } from './rule-refusal.js'

/**
 * Checks that need no ledger, in a node's order (core lib/blockchain.go CheckTransactionSanity, then
 * lib/validation_deso_txn.go). `size`: of the bytes as the node re-encodes them.
 */
export function assertSane(
  parsed: ParsedTransaction,
  size: number,
  { params, tipHeight }: { params: ChainParams; tipHeight: number },
): void {
  assertAmounts(parsed)
  const model = 'ValidateDeSoTxnSanityBalanceModel: '
  const { transaction } = parsed
  if (transaction.signature.length === 0) {
    throw new RuleRefusal(`${model}Transaction has no signature: RuleErrorTransactionHasNoSignature`)
  }
  if (size > MAX_TRANSACTION_BYTES) {
    throw new RuleRefusal(
      `${model}: ValidateDeSoTxnEncoding: Transaction size ${size} is greater than max txn size allowed ${MAX_TRANSACTION_BYTES}: RuleErrorTxnTooBig`,
    )
  }
  const rate = feeRate(transaction.feeNanos, size)
  const minimum = params.minimumNetworkFeeNanosPerKb
  if (rate < minimum) {
    throw new RuleRefusal(
      `${model}: ValidateDeSoTxnMinimalNetworkFee: Transaction fee per KB ${rate} is less than the network minimum ${minimum}: RuleErrorTxnFeeBelowNetworkMinimum`,
    )
  }
  const problem = formatProblem(parsed, params, BigInt(tipHeight))
  if (problem) throw new RuleRefusal(`${model}: ValidateDeSoTxnFormatBalanceModel: ${problem}`)
}

function assertAmounts({ transaction: { metadata, publicKey, outputs } }: ParsedTransaction): void {
  if (metadata.type === 'OPAQUE' && metadata.typeNumber === BLOCK_REWARD_TYPE) return
  if (publicKey.length !== 33) {
    throw new RuleRefusal('CheckTransactionSanity: : RuleErrorTransactionMissingPublicKey')
  }
  if (outputs.some(({ amountNanos }) => amountNanos > MAX_NANOS))
    throw new RuleRefusal('RuleErrorOutputExceedsMax')
}

function formatProblem(parsed: ParsedTransaction, params: ChainParams, height: bigint): string | undefined {
  const { transaction, hasTrailer, inputCount } = parsed
  if (!hasTrailer) return 'Transaction, globalParams, and nonce cannot be nil'
  if (transaction.version === 0n) return 'DeSoTxnVersion0 is outdated in balance model'
  const { expirationBlockHeight } = transaction.nonce
  if (expirationBlockHeight < height) return 'Transaction nonce has expired: TxErrorNonceExpired'
  const offset = params.maxNonceExpirationOffset
  if (offset !== 0n && expirationBlockHeight > height + offset) {
    return 'Transaction nonce expiration block height offset exceeded: TxErrorNonceExpirationBlockHeightOffsetExceeded'
  }
  if (inputCount !== 0) {
    return 'Balance model transactions should not have any inputs: RuleErrorBalanceModelDoesNotUseUTXOInputs'
  }
  const total = transaction.outputs.reduce((sum, { amountNanos }) => sum + amountNanos, 0n)
  if (total > MAX_NANOS) {
    return `Total output amount ${total} exceeds max ${MAX_NANOS}: RuleErrorTotalOutputExceedsMax`
  }
  return undefined
}
