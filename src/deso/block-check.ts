import { bytesToHex } from '@noble/hashes/utils.js'
import { NodeUnavailableError } from '../errors.js'
import { decodeTransaction } from './codec.js'
import { merkleRootOf } from './merkle-root.js'
import type { NodeBlock } from './node.js'
import { sha256d } from './signature.js'

/** The node lists other transactions than the header of the block stands for: it lies, or its disk does. */
export class FalseBlockError extends NodeUnavailableError {
  constructor(height: number) {
    super(`The DeSo node lists transactions that are not those of block ${height}.`)
  }
}

/** Two hashes side by side: what the merkle tree hashes above its leaves. */
const INNER_NODE_BYTES = 64

/**
 * Throws FalseBlockError unless the transactions are those of the header's merkle root, all of them. Whether the header is
 * the chain's own cannot be told from one node: REST leaves out the votes that its hash covers.
 */
export function checkBlock({ height, merkleRoot, rawTransactions }: NodeBlock): void {
  const hashes = rawTransactions.map(sha256d)
  const isWhole = bytesToHex(merkleRootOf(hashes)) === merkleRoot
  // Repeated at its end, a list has the root that it had before.
  const isPlain = new Set(hashes.map(bytesToHex)).size === hashes.length
  if (!isWhole || !isPlain || rawTransactions.some(isInnerNode)) throw new FalseBlockError(height)
}

/** An inner node passed off as a transaction would hide all below it and leave the root as it is. */
function isInnerNode(bytes: Uint8Array): boolean {
  if (bytes.length !== INNER_NODE_BYTES) return false
  try {
    decodeTransaction(bytes)
    return false
  } catch {
    return true
  }
}
