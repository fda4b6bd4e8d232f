import { hkdfSync } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { InvalidInputError } from '../errors.js'

/** The one key pair of a gateway. Whoever holds it can open every content key wrapped to it and sign as it. */
export interface GatewayIdentity {
  /** Compressed, 33 bytes. */
  publicKey: Uint8Array
  /** 32 bytes. */
  privateKey: Uint8Array
  /** Private keys to try when unwrapping: this one, then the older ones in the order given. */
  unwrapKeys: readonly Uint8Array[]
  /** 32 bytes for one purpose (sessions, links …), the same in every gateway of this seed. */
  secret(purpose: string): Uint8Array
}

/**
 * A seed is a DeSo seedHex: the private key itself, 64 hex digits. Older seeds only unwrap what was wrapped to them.
 * Throws InvalidInputError, which never quotes the seed.
 */
export function gatewayIdentityFromSeed(
  seedHex: string,
  olderSeedsHex: readonly string[] = [],
): GatewayIdentity {
  const privateKey = privateKeyFromSeed(seedHex)
  const secrets = new Map<string, Uint8Array>()
  return {
    publicKey: secp256k1.getPublicKey(privateKey, true),
    privateKey,
    unwrapKeys: [privateKey, ...olderSeedsHex.map(privateKeyFromSeed)],
    // Purposes are words of the code, so there are few.
    secret(purpose) {
      const secret = secrets.get(purpose) ?? deriveSecret(privateKey, purpose)
      secrets.set(purpose, secret)
      return secret
    },
  }
}

function deriveSecret(privateKey: Uint8Array, purpose: string): Uint8Array {
  const info = `deso-ipfs-gateway secret v1:${purpose}`
  return new Uint8Array(hkdfSync('sha256', privateKey, new Uint8Array(0), info, 32))
}

function privateKeyFromSeed(seedHex: string): Uint8Array {
  const privateKey = Uint8Array.from(Buffer.from(seedHex, 'hex'))
  if (!/^[0-9a-fA-F]{64}$/.test(seedHex) || !secp256k1.utils.isValidSecretKey(privateKey)) {
    throw new InvalidInputError('A gateway seed is 64 hex digits: a private key of secp256k1.')
  }
  return privateKey
}
