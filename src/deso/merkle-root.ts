import { sha256d } from './signature.js'

/**
 * The merkle root of a block's transaction hashes, as core's ComputeMerkleRoot (deso-protocol/go-merkle-tree): pairs
 * hashed by sha256d, an odd last one with itself, and so a single one too, unlike in Bitcoin.
 */
export function merkleRootOf(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) throw new RangeError('a block holds one transaction at least')
  let level = hashes
  do {
    const next: Uint8Array[] = []
    for (let index = 0; index < level.length; index += 2) {
      const left = level[index] as Uint8Array
      next.push(sha256d(Buffer.concat([left, level[index + 1] ?? left])))
    }
    level = next
  } while (level.length > 1)
  return level[0] as Uint8Array
}
