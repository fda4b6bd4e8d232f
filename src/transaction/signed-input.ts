import { bytesToHex } from '@noble/hashes/utils.js'
import { decodeTransaction, unsignedBytes, withSignature } from '../deso/codec.js'
import { type SignatureFault, transactionId, verifyTransactionSignature } from '../deso/signature.js'
import type { Transaction } from '../deso/transaction.js'
import { bytesOfHex } from './decode.js'
import { unsignedHashOf } from './draft-store.js'
import { InvalidSignatureError } from './errors.js'
import { sendingKeyOf } from './sending-store.js'

/** The signed bytes, or a draft's bytes with the signature (DER) over their sha256d; all in hex. */
export type SignedInput = { signedHex: string } | { unsignedHex: string; signature: string }

/** A transaction that decodes and is validly signed. Whether a derived key may do that is the chain's to judge. */
export interface SignedTransaction {
  id: string
  signedHex: string
  /** What several signatures may share. */
  unsignedHash: string
  /** What all forms of its nonce share. */
  sendingKey: string
  transaction: Transaction
}

const WORDS: Record<SignatureFault, string> = {
  UNSIGNED: 'This transaction is not signed.',
  NOT_CANONICAL: 'The signature is no canonical DER.',
  HIGH_S: 'The S of the signature is in the upper half; the chain takes only the lower.',
  TWO_DERIVED_KEYS: 'The signature names its derived key twice.',
  WRONG_SIGNER: 'The signature is not that of the account whose transaction it is, over these bytes.',
}

/** Throws MalformedTransactionError or InvalidSignatureError. */
export function readSigned(input: SignedInput): SignedTransaction {
  const bytes =
    'signedHex' in input
      ? bytesOfHex(input.signedHex)
      : withSignature(bytesOfHex(input.unsignedHex), bytesOfHex(input.signature))
  const transaction = decodeTransaction(bytes)
  const check = verifyTransactionSignature(transaction)
  if (!check.ok) throw new InvalidSignatureError(WORDS[check.reason])
  return {
    id: transactionId(bytes),
    signedHex: bytesToHex(bytes),
    unsignedHash: unsignedHashOf(unsignedBytes(transaction)),
    sendingKey: sendingKeyOf(transaction),
    transaction,
  }
}
