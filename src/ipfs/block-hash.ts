import { createHash } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { IDENTITY } from './block.js'

/** Whether these are the bytes that an allowed CID names. */
export function isBlockOf({ multihash }: CID, bytes: Uint8Array): boolean {
  const digest = multihash.code === IDENTITY ? bytes : createHash('sha256').update(bytes).digest()
  return Buffer.compare(digest, multihash.digest) === 0
}
