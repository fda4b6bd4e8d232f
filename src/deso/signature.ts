import { secp256k1 } from '@noble/curves/secp256k1.js'
import { equalBytes } from '@noble/curves/utils.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { unsignedBytes } from './codec.js'
import { isOnCurve, publicKeyOf } from './keys.js'
import type { Transaction } from './transaction.js'

/**
 * ECDSA on secp256k1 as DeSo's consensus takes it (core lib/block_view.go, _verifySignature): over sha256d, in
 * canonical DER, S in the lower half. What a key may do is not known here.
 */

/** First byte of DER. DeSo-DER adds 1 + recovery id to it, and the signer need not be named. */
const DER_HEADER = 0x30
const MAX_RECOVERY_HEADER = DER_HEADER + 4
const DERIVED_KEY_FIELD = 'DerivedPublicKey'

export type SignatureCheck =
  /**
   * `signer` (33 bytes) made the signature. With `isDerived` it is another key than the owner's, and that the owner
   * has let it act is not said by this: only the chain knows.
   */
  { ok: true; signer: Uint8Array; isDerived: boolean } | { ok: false; reason: SignatureFault }

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
  publicKeyOf(privateKey)
  return secp256k1.sign(digest, privateKey, { prehash: false, lowS: true, format: 'der' })
}

/** Whether this signature of a 32-byte digest is the key's, in canonical DER, low S. */
export function verifyDigest(digest: Uint8Array, der: Uint8Array, publicKey: Uint8Array): boolean {
  const signature = parseDer(der)
  return signature !== undefined && !signature.hasHighS() && isMadeBy(publicKey, signature, digest)
}

/**
 * Who signed: the owner; or a derived key, which stands in ExtraData or is recovered from the signature. UNSIGNED and
 * NOT_CANONICAL also stand for what a node fails to parse.
 */
export function verifyTransactionSignature(transaction: Transaction): SignatureCheck {
  const { signature: bytes, publicKey: owner } = transaction
  const header = bytes[0]
  if (header === undefined) return { ok: false, reason: 'UNSIGNED' }
  if (header < DER_HEADER || header > MAX_RECOVERY_HEADER) return { ok: false, reason: 'NOT_CANONICAL' }
  const signature = parseDer(Uint8Array.of(DER_HEADER, ...bytes.subarray(1)))
  if (!signature) return { ok: false, reason: 'NOT_CANONICAL' }
  if (signature.hasHighS()) return { ok: false, reason: 'HIGH_S' }

  const digest = sha256d(unsignedBytes(transaction))
  const named = transaction.extraData.get(DERIVED_KEY_FIELD)
  const isRecoverable = header > DER_HEADER
  if (named && isRecoverable) return { ok: false, reason: 'TWO_DERIVED_KEYS' }
  const signer = isRecoverable ? recover(signature, header - DER_HEADER - 1, digest) : (named ?? owner)
  if (!signer || !isOnCurve(owner)) return { ok: false, reason: 'WRONG_SIGNER' }
  if (!isRecoverable && !isMadeBy(signer, signature, digest)) return { ok: false, reason: 'WRONG_SIGNER' }
  return { ok: true, signer, isDerived: signer !== owner }
}

type ParsedSignature = ReturnType<typeof secp256k1.Signature.fromBytes>

/** Undefined unless the bytes are what DER makes of the signature in them, to the last bit. */
function parseDer(der: Uint8Array): ParsedSignature | undefined {
  try {
    const signature = secp256k1.Signature.fromBytes(der, 'der')
    return equalBytes(signature.toBytes('der'), der) ? signature : undefined
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
