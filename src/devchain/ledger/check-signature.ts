import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { unsignedBytes } from '../../deso/codec.js'
import { verifyTransactionSignature } from '../../deso/signature.js'
import type { Transaction } from '../../deso/transaction.js'
import { toHex } from '../go/hex.js'
import { keyTextBoth } from '../wire/base58-check.js'
import { withLowS } from '../wire/der.js'

/**
 * Who signed (core lib/block_view.go, _verifySignature). Derived keys are known to no local chain: nothing here could
 * authorise one. Owners' signatures, which are nearly all, go by OpenSSL, many times as fast as noble; the rest by
 * deso/signature.ts.
 */
const HIGH_S = '_verifySignature: high-S deteceted: RuleErrorTxnSigHasHighS'
const TWO_DERIVED_KEYS =
  '_verifySignature: Something went wrong while checking for derived key signature: IsDerivedSignature: transaction signed with a derived key can either store public key in ExtraData or use the DeSo-DER recoverable signature encoding but not BOTH: RuleErrorDerivedKeyHasBothExtraDataAndRecoveryId'
const WRONG_SIGNER = 'RuleErrorInvalidTransactionSignature'

const DERIVED_KEY_FIELD = 'DerivedPublicKey'
const DER_HEADER = 0x30
/** SubjectPublicKeyInfo of a compressed secp256k1 key, up to the key. */
const SPKI_PREFIX = Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex')

const keys = new LRUCache<string, KeyObject>({ max: 1000 })

/** What a node says about a parsable signature that does not hold; undefined where it does. */
export function signatureProblem(transaction: Transaction): string | undefined {
  const { signature, extraData } = transaction
  if (withLowS(signature) !== signature) return HIGH_S
  const isOwners = signature[0] === DER_HEADER && !extraData.has(DERIVED_KEY_FIELD)
  if (!isOwners) return derivedProblem(transaction)
  return isOwnersSignature(transaction) ? undefined : WRONG_SIGNER
}

function isOwnersSignature(transaction: Transaction): boolean {
  try {
    const key = keyOf(transaction.publicKey)
    // OpenSSL hashes once more: what is signed is the hash of the hash.
    const once = createHash('sha256').update(unsignedBytes(transaction)).digest()
    return verify('sha256', once, key, transaction.signature)
  } catch {
    // An owner that is no point of the curve.
    return false
  }
}

function keyOf(publicKey: Uint8Array): KeyObject {
  const name = toHex(publicKey)
  const known = keys.get(name)
  if (known) return known
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
  keys.set(name, key)
  return key
}

function derivedProblem(transaction: Transaction): string {
  const named = transaction.extraData.get(DERIVED_KEY_FIELD)
  const check = verifyTransactionSignature(transaction)
  if (!check.ok && check.reason === 'TWO_DERIVED_KEYS') return TWO_DERIVED_KEYS
  const derivedKey = check.ok ? check.signer : named
  return derivedKey ? notAuthorized(transaction, derivedKey) : WRONG_SIGNER
}

function notAuthorized(transaction: Transaction, derivedKey: Uint8Array): string {
  const owner = keyTextBoth(toHex(transaction.publicKey))
  return `Derived key mapping for owner not found: Owner: ${owner}, Derived key: ${keyTextBoth(toHex(derivedKey))}: RuleErrorDerivedKeyNotAuthorized`
}
