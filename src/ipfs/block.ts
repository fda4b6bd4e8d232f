import { base32 } from 'multiformats/bases/base32'
import type { CID } from 'multiformats/cid'
import { InvalidDagError } from './errors.js'

// Codes of the multicodec table (github.com/multiformats/multicodec).
export const RAW = 0x55
export const DAG_PB = 0x70
export const DAG_CBOR = 0x71
const SHA2_256 = 0x12
export const IDENTITY = 0x00
/** Kubo's limit (boxo verifcid): what is longer is no label but content that dodges the store. */
const MAX_IDENTITY_BYTES = 128

/** What IPFS peers exchange at most (bitswap). */
export const MAX_BLOCK_BYTES = 2_097_152

/** Codecs raw, dag-pb and dag-cbor, hashes sha2-256 and identity: all that a gateway writes or reads. */
export function isAllowed({ code, multihash }: CID): boolean {
  const isCodec = code === RAW || code === DAG_PB || code === DAG_CBOR
  const isSha256 = multihash.code === SHA2_256 && multihash.digest.length === 32
  return (
    isCodec && (isSha256 || (multihash.code === IDENTITY && multihash.digest.length <= MAX_IDENTITY_BYTES))
  )
}

/** Throws InvalidDagError. */
export function assertAllowed(cid: CID): void {
  if (!isAllowed(cid)) throw new InvalidDagError(`The codec or hash of ${cid} is not allowed.`)
}

/** The block itself, where the CID holds it. */
export function inlineBytes({ multihash }: CID): Uint8Array | undefined {
  return multihash.code === IDENTITY ? multihash.digest : undefined
}

/** Names a block whatever CID version and codec ask for it, as Kubo's blockstore does: its multihash in base32. */
export function blockKey({ multihash }: CID): string {
  return base32.encoder.baseEncode(multihash.bytes)
}
