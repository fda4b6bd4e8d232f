import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { KeyUnwrapError } from './errors.js'

// Wrapped: ephemeral public key, uncompressed (65) | IV (16) | AES-128-CTR | HMAC-SHA256 (32) over IV and ciphertext.
const POINT_BYTES = 65
const IV_BYTES = 16
const MAC_BYTES = 32

/**
 * Wraps a small payload to a compressed public key (33 bytes): ECIES in Parity's form, as DeSo Identity and
 * deso-protocol's `decrypt` read it (github.com/deso-protocol/identity, lib/ecies). Adds 113 bytes.
 * `newPrivateKey` gives ephemeral keys; leave it to its default outside tests.
 */
export function wrapKey(
  payload: Uint8Array,
  toPublicKey: Uint8Array,
  newPrivateKey: () => Uint8Array = secp256k1.utils.randomSecretKey,
): Uint8Array {
  return keyWrapper(toPublicKey, newPrivateKey)(payload)
}

/**
 * Wraps many payloads to one public key for the price of one: they share an ephemeral key, each has an IV of its own.
 */
export function keyWrapper(
  toPublicKey: Uint8Array,
  newPrivateKey: () => Uint8Array = secp256k1.utils.randomSecretKey,
): (payload: Uint8Array) => Uint8Array {
  const { ephemeral, sharedX } = agree(toPublicKey, newPrivateKey)
  const { encryptionKey, macKey } = deriveKeys(sharedX)
  const point = secp256k1.getPublicKey(ephemeral, false)
  return (payload) => {
    // Identity refuses an empty message as too small.
    if (payload.length === 0) throw new TypeError('There is nothing to wrap.')
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-128-ctr', encryptionKey, iv)
    const body = Buffer.concat([iv, cipher.update(payload), cipher.final()])
    return Uint8Array.from(Buffer.concat([point, body, mac(macKey, body)]))
  }
}

/** Opens what `wrapKey`, DeSo Identity or deso-protocol wrapped. Throws KeyUnwrapError: another key's, or damaged. */
export function unwrapKey(wrapped: Uint8Array, privateKey: Uint8Array): Uint8Array {
  if (wrapped.length <= POINT_BYTES + IV_BYTES + MAC_BYTES)
    throw new KeyUnwrapError('A wrapped key is too short.')
  const body = wrapped.subarray(POINT_BYTES, -MAC_BYTES)
  const expectedMac = wrapped.subarray(-MAC_BYTES)
  for (const sharedX of sharedXForms(sharedPointX(privateKey, wrapped.subarray(0, POINT_BYTES)))) {
    const { encryptionKey, macKey } = deriveKeys(sharedX)
    if (!timingSafeEqual(mac(macKey, body), expectedMac)) continue
    const decipher = createDecipheriv('aes-128-ctr', encryptionKey, body.subarray(0, IV_BYTES))
    return Uint8Array.from(Buffer.concat([decipher.update(body.subarray(IV_BYTES)), decipher.final()]))
  }
  throw new KeyUnwrapError('A wrapped key does not open with this private key.')
}

/** Identity hashes the shared x without its leading zeros, deso-protocol with them: only an x without any reads in both. */
function agree(
  toPublicKey: Uint8Array,
  newPrivateKey: () => Uint8Array,
): { ephemeral: Uint8Array; sharedX: Uint8Array } {
  for (;;) {
    const ephemeral = newPrivateKey()
    const sharedX = secp256k1.getSharedSecret(ephemeral, toPublicKey, true).subarray(1)
    if (sharedX[0] !== 0) return { ephemeral, sharedX }
  }
}

function sharedPointX(privateKey: Uint8Array, point: Uint8Array): Uint8Array {
  try {
    return secp256k1.getSharedSecret(privateKey, point, true).subarray(1)
  } catch (cause) {
    throw new KeyUnwrapError('A wrapped key does not start with a public key.', cause)
  }
}

function sharedXForms(sharedX: Uint8Array): Uint8Array[] {
  const start = sharedX.findIndex((byte) => byte !== 0)
  return start > 0 ? [sharedX, sharedX.subarray(start)] : [sharedX]
}

/** The concatenation KDF of NIST SP 800-56A with SHA-256, one round: its counter is 1. */
function deriveKeys(sharedX: Uint8Array): { encryptionKey: Uint8Array; macKey: Uint8Array } {
  const derived = createHash('sha256')
    .update(Uint8Array.of(0, 0, 0, 1))
    .update(sharedX)
    .digest()
  return {
    encryptionKey: derived.subarray(0, 16),
    macKey: createHash('sha256').update(derived.subarray(16)).digest(),
  }
}

function mac(macKey: Uint8Array, body: Uint8Array): Buffer {
  return createHmac('sha256', macKey).update(body).digest()
}
