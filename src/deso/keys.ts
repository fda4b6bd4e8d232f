import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { createBase58check } from '@scure/base'
import { LRUCache } from 'lru-cache'
import { InvalidInputError } from '../errors.js'

/** Keys as people write them (Base58Check) and as the chain holds them (33 compressed bytes of secp256k1). */

export type Network = 'mainnet' | 'testnet'

declare const isPublicKey: unique symbol
/** Base58Check of one network: `BC1Y…` on mainnet, `tBC…` on testnet. */
export type PublicKey = string & { readonly [isPublicKey]: true }

/** 33 zero bytes: the app key of no app, the owner of an atomic wrapper. Not a point. */
export const ZERO_KEY: Uint8Array = new Uint8Array(33)

/** Core lib/constants.go, Base58PrefixPublicKey. */
const PREFIXES: Record<Network, readonly [number, number, number]> = {
  mainnet: [0xcd, 0x14, 0x00],
  testnet: [0x11, 0xc2, 0x00],
}
const PREFIX_BYTES = 3
const KEY_BYTES = 33
/** Decoding takes the square of the length, so that is looked at first. Keys have 54 or 55 characters. */
const MAX_CHARACTERS = 60

const base58check = createBase58check(sha256)

interface ParsedKey {
  readonly network: Network
  readonly bytes: Uint8Array
}

/** Keys that parsed, as checking a point costs as much as the rest of a small request. */
const parsed = new LRUCache<string, ParsedKey>({ max: 10_000 })
const encoded = new LRUCache<string, PublicKey>({ max: 10_000 })

export class InvalidPublicKeyError extends InvalidInputError {}

export class InvalidPrivateKeyError extends InvalidInputError {}

/** Throws InvalidPublicKeyError unless checksum, length, the network's prefix and the curve all hold. */
export function parsePublicKey(text: string, network: Network): PublicKey {
  const known = parsed.get(text) ?? parse(text)
  if (known.network !== network) {
    throw new InvalidPublicKeyError(`This is a public key of DeSo ${known.network}, and not of ${network}.`)
  }
  return text as PublicKey
}

function parse(text: string): ParsedKey {
  const bytes = decode(text)
  const network = networkOf(bytes)
  if (!network) throw new InvalidPublicKeyError('This is Base58Check of something other than a public key.')
  const key = { network, bytes: bytes.slice(PREFIX_BYTES) }
  if (!isOnCurve(key.bytes)) throw new InvalidPublicKeyError('This public key is no point of secp256k1.')
  parsed.set(text, key)
  return key
}

function decode(text: string): Uint8Array {
  try {
    if (text.length <= MAX_CHARACTERS) return base58check.decode(text)
  } catch {
    // Another alphabet or checksum: said below.
  }
  throw new InvalidPublicKeyError('This is no DeSo public key: its Base58Check checksum does not hold.')
}

function networkOf(bytes: Uint8Array): Network | undefined {
  if (bytes.length !== PREFIX_BYTES + KEY_BYTES) return undefined
  const networks = ['mainnet', 'testnet'] as const
  return networks.find((network) => PREFIXES[network].every((byte, index) => bytes[index] === byte))
}

/** The 33 bytes of a key, a copy of the caller's own. */
export function publicKeyToBytes(key: PublicKey): Uint8Array {
  return (parsed.get(key)?.bytes ?? decode(key).subarray(PREFIX_BYTES)).slice()
}

/** The curve is not checked: the chain may hold any 33 bytes. Throws RangeError for another length. */
export function publicKeyFromBytes(bytes: Uint8Array, network: Network): PublicKey {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`a public key of ${bytes.length} bytes`)
  const id = `${network}${String.fromCharCode(...bytes)}`
  const known = encoded.get(id)
  if (known !== undefined) return known
  const key = base58check.encode(Uint8Array.of(...PREFIXES[network], ...bytes)) as PublicKey
  encoded.set(id, key)
  return key
}

/** Whether these are the 33 compressed bytes of a point of secp256k1. */
export function isOnCurve(bytes: Uint8Array): boolean {
  return bytes.length === KEY_BYTES && secp256k1.utils.isValidPublicKey(bytes, true)
}

/** The 33 bytes of the public key. Throws InvalidPrivateKeyError. */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  assertPrivateKey(privateKey)
  return secp256k1.getPublicKey(privateKey, true)
}

/** A private key as DeSo writes seeds: 64 hex digits. Throws InvalidPrivateKeyError, which does not repeat them. */
export function parsePrivateKey(seedHex: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(seedHex)) throw new InvalidPrivateKeyError('A private key is 64 hex digits.')
  const privateKey = hexToBytes(seedHex)
  assertPrivateKey(privateKey)
  return privateKey
}

/** Throws InvalidPrivateKeyError unless these are 32 bytes above zero and below the order of the curve. */
export function assertPrivateKey(privateKey: Uint8Array): void {
  if (!secp256k1.utils.isValidSecretKey(privateKey)) {
    throw new InvalidPrivateKeyError('This is no private key of secp256k1.')
  }
}
