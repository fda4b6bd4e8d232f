import {
  type Network,
  type PublicKey,
  parsePrivateKey,
  publicKeyFromBytes,
  publicKeyOf,
} from '../deso/keys.js'
import { signDigest } from '../deso/signature.js'
import { unwrapKey } from './ipfs/unwrap-key.js'

/** Whoever holds the key: a seed here, a wallet, a device. The client shows it nothing that it has not checked. */
export interface Signer {
  /** 33 bytes. */
  readonly publicKey33: Uint8Array
  publicKey(network: Network): PublicKey
  /** ECDSA of a 32-byte digest on secp256k1, in canonical DER with low S. */
  signDigest(digest: Uint8Array): Promise<Uint8Array> | Uint8Array
  /**
   * Opens what was wrapped to `publicKey33` (docs/protocol.md, "Wrapping"), as DeSo Identity's `decrypt` does; throws
   * for what was not. Only readers of gated files from IPFS need it.
   */
  unwrapKey?(wrapped: Uint8Array): Promise<Uint8Array>
}

/** A signer from a DeSo seed, 64 hex digits. Throws InvalidPrivateKeyError. For scripts, back ends and tests. */
export function seedSigner(seedHex: string): Signer {
  const privateKey = parsePrivateKey(seedHex)
  const publicKey33 = publicKeyOf(privateKey)
  return {
    publicKey33,
    publicKey: (network) => publicKeyFromBytes(publicKey33, network),
    signDigest: (digest) => signDigest(digest, privateKey),
    unwrapKey: (wrapped) => unwrapKey(wrapped, privateKey),
  }
}
