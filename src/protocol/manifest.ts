/**
 * The manifest of a content, in dag-cbor (docs/protocol.md, "Manifest"). Strict both ways: what does not hold is
 * neither written nor read, and what is read encodes to the same bytes.
 */
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { InvalidInputError, UploadTooLargeError } from '../errors.js'
import { encodeText, equalBytes } from './bytes.js'
import { checkManifest } from './manifest-rules.js'

/** What IPFS peers exchange at most (bitswap), and Kubo takes: room for 10,000 gated files. */
export const MAX_MANIFEST_BYTES = 2_097_152
/** Tink's AES-GCM-HKDF streaming AEAD with 256-bit keys and segments of 65,536 bytes. */
export const ENCRYPTION_ALGORITHM = 'AES256-GCM-HKDF-64KiB'

export interface ManifestFile {
  name: string
  /** The media type, as whoever published said. */
  type: string
  /** Of the plain bytes. */
  size: number
  /** What is stored: the ciphertext where gated. */
  cid: CID
}

export interface GatedFile extends ManifestFile {
  /** 16 bytes. */
  id: Uint8Array
}

export interface Encryption {
  alg: typeof ENCRYPTION_ALGORITHM
  /** 16 bytes. */
  id: Uint8Array
  /** The content key, wrapped to one public key (33 bytes) each. */
  keys: readonly { to: Uint8Array; key: Uint8Array }[]
}

export interface PublicManifest {
  /** 33 bytes. */
  creator: Uint8Array
  enc: null
  files: readonly ManifestFile[]
  /** A UnixFS directory of the same files. */
  dir: CID | null
}

export interface GatedManifest {
  creator: Uint8Array
  enc: Encryption
  files: readonly GatedFile[]
  dir: null
}

export type Manifest = PublicManifest | GatedManifest

/** Bytes or values that are no manifest. */
export class InvalidManifestError extends InvalidInputError {}

/** The one encoding of a manifest. Throws InvalidManifestError for one that does not hold, else UploadTooLargeError. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const value = toValue(manifest)
  throwFault(checkManifest(value))
  const bytes = dagCbor.encode(value)
  if (sizeFault(bytes) !== null) throw manifestTooLarge()
  return bytes
}

/** Of too many files, or too long names. */
export function manifestTooLarge(): UploadTooLargeError {
  return new UploadTooLargeError(
    BigInt(MAX_MANIFEST_BYTES),
    `The manifest of a content has at most ${MAX_MANIFEST_BYTES} bytes: publish fewer files, or under shorter names.`,
    ['input', 'files'],
  )
}

/** Throws InvalidManifestError for anything but the one encoding of a manifest that holds. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  throwFault(sizeFault(bytes))
  const value = decodeValue(bytes)
  const fault = checkManifest(value)
  throwFault(fault)
  const manifest = fromValue(value as ManifestValue)
  // dag-cbor has one form for each value (order of keys, shortest integers), and its decoder takes some others.
  if (!equalBytes(dagCbor.encode(toValue(manifest)), bytes)) {
    throw new InvalidManifestError('The manifest is not in canonical dag-cbor.')
  }
  return manifest
}

/** What an entry takes beside its texts and the numbers whose length varies: keys, a CID by sha2-256, an id. */
const FILE_BYTES = 64
const ID_BYTES = 20

/** A file takes at least so many bytes of its manifest, and at most a dozen more (CIDs by identity apart). */
export function leastFileBytes(name: string, type: string, isGated: boolean): number {
  return FILE_BYTES + (isGated ? ID_BYTES : 0) + encodeText(name).length + encodeText(type).length
}

/** CIDv1, dag-cbor, sha2-256. */
export async function manifestCid(bytes: Uint8Array): Promise<CID> {
  return CID.createV1(dagCbor.code, await sha256.digest(bytes))
}

/** The CID of a manifest as a post names it; null for any other text. */
export function parseManifestCid(text: string): CID | null {
  if (text.length > 128) return null
  try {
    const cid = CID.parse(text)
    const isManifest = cid.version === 1 && cid.code === dagCbor.code && cid.multihash.code === sha256.code
    return isManifest && cid.multihash.size === 32 ? cid : null
  } catch {
    return null
  }
}

/** Does the manifest say that it is this creator's (33 bytes)? If not, the post that names it is no content. */
export function isManifestOf(manifest: Manifest, creator: Uint8Array): boolean {
  return equalBytes(manifest.creator, creator)
}

interface ManifestValue {
  v: 1
  creator: Uint8Array
  enc?: Encryption
  files: readonly (ManifestFile | GatedFile)[]
  dir?: CID
}

function toValue({ creator, enc, files, dir }: Manifest): ManifestValue {
  return { v: 1, creator, files, ...(enc && { enc }), ...(dir && { dir }) }
}

function fromValue({ creator, enc, files, dir }: ManifestValue): Manifest {
  if (enc === undefined) return { creator, enc: null, files, dir: dir ?? null }
  return { creator, enc, files: files as readonly GatedFile[], dir: null }
}

function decodeValue(bytes: Uint8Array): unknown {
  try {
    return dagCbor.decode(bytes)
  } catch (cause) {
    throw new InvalidManifestError('The manifest is not dag-cbor.', undefined, cause)
  }
}

function sizeFault(bytes: Uint8Array): string | null {
  return bytes.length > MAX_MANIFEST_BYTES ? `is above ${MAX_MANIFEST_BYTES} bytes` : null
}

function throwFault(fault: string | null): void {
  if (fault !== null) throw new InvalidManifestError(`The manifest ${fault}.`)
}
