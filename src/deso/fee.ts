import { unsignedBytes } from './codec.js'
import type { Transaction } from './transaction.js'

/** What a node sets aside for the signature to come (core lib/pos_fee_estimator.go, MaxDERSigLen). */
const SIGNATURE_BYTES = 74n

const MAX_UINT64 = 2n ** 64n - 1n

/**
 * The fee in nanos that a node constructs for this transaction at a rate in nanos per 1,000 bytes: one that pays for
 * the bytes that it stands in itself. The nonce counts as it stands; the transaction's own fee and signature do not.
 */
export function feeFor(transaction: Transaction, rateNanosPerKb: bigint): bigint {
  // From above, as computeFeeRecursive goes: where two fees would do, nodes ask for the greater.
  let feeNanos = MAX_UINT64
  for (;;) {
    const size = BigInt(unsignedBytes({ ...transaction, feeNanos }).length) + SIGNATURE_BYTES
    const needed = (size * rateNanosPerKb + 999n) / 1000n
    if (needed >= feeNanos) return needed
    feeNanos = needed
  }
}
