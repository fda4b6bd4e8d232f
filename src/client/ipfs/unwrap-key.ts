import { secp256k1 } from '@noble/curves/secp256k1.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes } from '../../protocol/bytes.js'
import { NoFileKeyError } from './errors.js'

const POINT_BYTES = 65
const IV_BYTES = 16
const MAC_BYTES = 32

/**
 * Opens what was wrapped to this private key (docs/protocol.md, "Wrapping"): ECIES as DeSo Identity has it. Throws
 * NoFileKeyError for what was wrapped to another key, or is damaged.
 */
export async function unwrapKey(wrapped: Uint8Array, privateKey: Uint8Array): Promise<Uint8Array> {
  if (wrapped.length <= POINT_BYTES + IV_BYTES + MAC_BYTES)
    throw new NoFileKeyError('A wrapped key is too short.')
  const body = wrapped.subarray(POINT_BYTES, -MAC_BYTES)
  for (const sharedX of sharedXForms(privateKey, wrapped.subarray(0, POINT_BYTES))) {
    const derived = sha256(Uint8Array.of(0, 0, 0, 1, ...sharedX))
    const mac = hmac(sha256, sha256(derived.subarray(16)), body)
    if (!equalBytes(mac, wrapped.subarray(-MAC_BYTES))) continue
    const key = await crypto.subtle.importKey('raw', derived.slice(0, 16), 'AES-CTR', false, ['decrypt'])
    const algorithm = { name: 'AES-CTR', counter: body.slice(0, IV_BYTES), length: 128 }
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, body.slice(IV_BYTES)))
  }
  throw new NoFileKeyError('A wrapped key does not open with this account’s key.')
}

/** Identity hashes the shared x without its leading zeros, deso-protocol with them. */
function sharedXForms(privateKey: Uint8Array, point: Uint8Array): Uint8Array[] {
  try {
    const sharedX = secp256k1.getSharedSecret(privateKey, point, true).subarray(1)
    const start = sharedX.findIndex((byte) => byte !== 0)
    return start > 0 ? [sharedX, sharedX.subarray(start)] : [sharedX]
  } catch (cause) {
    throw new NoFileKeyError('A wrapped key does not start with a public key.', cause)
  }
}
