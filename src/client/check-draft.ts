import { hexToBytes } from '@noble/hashes/utils.js'
import { decodeTransaction, encodeTransaction } from '../deso/codec.js'
import type { Network } from '../deso/keys.js'
import type { Transaction } from '../deso/transaction.js'
import { equalBytes } from '../protocol/bytes.js'
import { describeTransaction, differencesOf } from './describe-transaction.js'
import { DraftRefusedError } from './errors.js'

/** What a transaction does, beside who signs it, its fee and its nonce. */
export type Effects = Pick<Transaction, 'outputs' | 'metadata' | 'extraData'>

/** What was asked for; one for each action, in checks/. */
export interface Expectation {
  /** In words. */
  asked: string
  /**
   * The only effects that will do. The few values that are the gateway's to choose (a timestamp, the height of a
   * reference) are taken from the draft where they hold.
   */
  effects(drafted: Transaction): Effects
}

export interface CheckOptions {
  /** 33 bytes: whose transaction it must be. */
  signer: Uint8Array
  network: Network
  /** The most that the fee may be; ten times what nodes ask for commonly unless given. */
  maxFeeNanos?: bigint
}

/** Nodes ask for 100 to 1,000 where they are not crowded (--min-feerate). */
const MAX_FEE_NANOS_PER_KB = 10_000n
const SIGNATURE_BYTES = 74

/**
 * The bytes to sign, if they are what was asked for: the transaction that was asked for is made anew from the
 * expectation, and must come to the same bytes, so that nothing can hide in a part that nobody thought to check. Only
 * the nonce, and a fee up to the cap, are the gateway's. Throws DraftRefusedError.
 */
export function checkDraft(unsignedHex: string, expectation: Expectation, options: CheckOptions): Uint8Array {
  const { asked } = expectation
  const drafted = decode(unsignedHex, asked)
  const { bytes, transaction } = drafted
  const wanted: Transaction = {
    ...expectation.effects(transaction),
    publicKey: options.signer,
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: transaction.feeNanos,
    nonce: transaction.nonce,
  }
  const cap = options.maxFeeNanos ?? feeCapOf(bytes)
  const isDear = transaction.feeNanos > cap
  if (!isDear && equalBytes(encodeTransaction(wanted), bytes)) return bytes
  const { network } = options
  throw new DraftRefusedError(asked, describeTransaction(transaction, network), [
    ...differencesOf(transaction, wanted, network),
    ...(isDear ? [`the fee is ${transaction.feeNanos} nanos, above the ${cap} that are allowed`] : []),
  ])
}

function feeCapOf(unsigned: Uint8Array): bigint {
  return (BigInt(unsigned.length + SIGNATURE_BYTES) * MAX_FEE_NANOS_PER_KB) / 1_000n
}

function decode(unsignedHex: string, asked: string): { bytes: Uint8Array; transaction: Transaction } {
  try {
    const bytes = hexToBytes(unsignedHex)
    return { bytes, transaction: decodeTransaction(bytes) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DraftRefusedError(asked, 'no canonical DeSo transaction', [reason])
  }
}
