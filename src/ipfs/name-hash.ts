import { murmur3128 } from '@multiformats/murmur3'

/** Slots of a node of a HAMT directory: a byte of the hash chooses among them. */
export const SHARD_WIDTH = 256
/** Of the multicodec table: murmur3-x64-64. */
export const NAME_HASH_CODE = 0x22
const HASH_BYTES = 8

/** The hash by which a HAMT directory finds a name: murmur3-x64-64 of its UTF-8, most significant byte first. */
export function nameHash(name: string): Uint8Array {
  const hash = murmur3128.encode(new TextEncoder().encode(name))
  if (!(hash instanceof Uint8Array)) throw new TypeError('murmur3 answers at once')
  return hash.subarray(0, HASH_BYTES)
}
