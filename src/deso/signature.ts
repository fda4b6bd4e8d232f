import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { unsignedBytes } from './codec.js'
import { assertPrivateKey, isOnCurve } from './keys.js'
import type { Transaction } from './transaction.js'

/**
 * ECDSA on secp256k1 as DeSo's consensus takes it (core lib/block_view.go, _verifySignature): over sha256d, in
 * canonical DER, S in the lower half. What a key may do is not known here.
 */

/** First byte of DER. DeSo-DER adds 1 + recovery id (0 to 3) to it, so that the signer need not be named. */
const DER_HEADER = 0x30
const DERIVED_KEY_FIELD = 'DerivedPublicKey'

/**
 * `signer` (33 bytes) made the signature. With `isDerived` it acts for the owner as a derived key: whether the owner
 * has allowed that is on the chain, not in the signature, which anyone can make with a key of their own.
 */
export type SignatureCheck =
  | { ok: true; signer: Uint8Array; isDerived: boolean }
  | { ok: false; reason: SignatureFault }

export type SignatureFault =
  | 'UNSIGNED'
  /** Not DER, or not the only DER of this signature. */
  | 'NOT_CANONICAL'
  | 'HIGH_S'
  /** Names its key in ExtraData and lets one be recovered too; the chain takes only one of the two. */
  | 'TWO_DERIVED_KEYS'
  | 'WRONG_SIGNER'

export function sha256d(bytes: Uint8Array): Uint8Array {
  return sha256(sha256(bytes))
}

/** A transaction's id, 64 hex digits: sha256d of its signed bytes. */
export function transactionId(signedBytes: Uint8Array): string {
  return bytesToHex(sha256d(signedBytes))
}

/** The transaction with its owner's signature (RFC 6979, low S), in place of any that it had. */
export function signTransaction(transaction: Transaction, privateKey: Uint8Array): Transaction {
  return { ...transaction, signature: signDigest(sha256d(unsignedBytes(transaction)), privateKey) }
}

/** DER of the RFC 6979 signature, low S. Throws InvalidPrivateKeyError. */
export function signDigest(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  assertPrivateKey(privateKey)
  return secp256k1.sign(digest, privateKey, { prehash: false, lowS: true, format: 'der' })
}

/** Whether this signature of a 32-byte digest is the key's, in canonical DER, low S. */
export function verifyDigest(digest: Uint8Array, der: Uint8Array, publicKey: Uint8Array): boolean {
  const signature = parseDer(der)
  return signature !== undefined && isMadeBy(publicKey, signature, digest)
}

/** Who signed: the owner; or a derived key, which stands in ExtraData or is recovered from the signature. */
export function verifyTransactionSignature(transaction: Transaction): SignatureCheck {
  if (transaction.signature.length === 0) return fault('UNSIGNED')
  const { recoveryId, der } = splitDesoDer(transaction.signature)
  const signature = parseDer(der)
  if (!signature || recoveryId > 3) return fault('NOT_CANONICAL')
  if (signature.hasHighS()) return fault('HIGH_S')

  const digest = sha256d(unsignedBytes(transaction))
  const named = transaction.extraData.get(DERIVED_KEY_FIELD)
  if (recoveryId < 0) {
    const signer = named ?? transaction.publicKey
    const isGood = isOnCurve(transaction.publicKey) && isMadeBy(signer, signature, digest)
    return isGood ? { ok: true, signer, isDerived: named !== undefined } : fault('WRONG_SIGNER')
  }
  if (named) return fault('TWO_DERIVED_KEYS')
  const signer = recover(signature, recoveryId, digest)
  const isGood = signer && isOnCurve(transaction.publicKey)
  return isGood ? { ok: true, signer, isDerived: true } : fault('WRONG_SIGNER')
}

function fault(reason: SignatureFault): SignatureCheck {
  return { ok: false, reason }
}

/** Plain DER has the recovery id -1. */
function splitDesoDer(signature: Uint8Array): { recoveryId: number; der: Uint8Array } {
  const recoveryId = (signature[0] ?? 0) - DER_HEADER - 1
  const der = new Uint8Array(signature)
  if (recoveryId >= 0) der[0] = DER_HEADER
  return { recoveryId, der }
}

type ParsedSignature = ReturnType<typeof secp256k1.Signature.fromBytes>

/** Undefined unless canonical: noble reads DER strictly, so that a signature has one form. */
function parseDer(der: Uint8Array): ParsedSignature | undefined {
  try {
    return secp256k1.Signature.fromBytes(der, 'der')
  } catch {
    return undefined
  }
}

function isMadeBy(publicKey: Uint8Array, signature: ParsedSignature, digest: Uint8Array): boolean {
  if (publicKey.length !== 33) return false
  return secp256k1.verify(signature.toBytes('compact'), digest, publicKey, { prehash: false, lowS: true })
}

function recover(signature: ParsedSignature, recoveryId: number, digest: Uint8Array): Uint8Array | undefined {
  try {
    return signature.addRecoveryBit(recoveryId).recoverPublicKey(digest).toBytes(true)
  } catch {
    return undefined
  }
}
