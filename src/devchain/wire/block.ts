import { merkleRootOf } from '../../deso/merkle-root.js'
import { sha256d } from '../../deso/signature.js'
import type { Transaction } from '../../deso/transaction.js'
import { fromHex, toHex } from '../go/hex.js'

/**
 * Blocks of the local chain. A real header also holds the proposer's votes and view; here the hash is sha256d over
 * `"DESO-LOCAL-BLOCK" ‖ previous hash (32) ‖ height u64 BE ‖ time in nanoseconds u64 BE ‖ merkle root (32)`, so that
 * it covers every byte of every transaction, as a node's does.
 */
export interface BlockTransaction {
  id: string
  /** Signed bytes. */
  raw: Uint8Array
  transaction: Transaction
}

export interface Block {
  height: number
  hash: string
  previousHash: string
  merkleRoot: string
  timestampNanos: bigint
  /** A block reward first, then the users' transactions. */
  transactions: readonly BlockTransaction[]
}

const DOMAIN = Buffer.from('DESO-LOCAL-BLOCK')
export const NO_HASH = '0'.repeat(64)

export function sealBlock(fields: Omit<Block, 'hash' | 'merkleRoot'>): Block {
  const merkleRoot = merkleRootOf(fields.transactions.map(({ id }) => fromHex(id)))
  const numbers = Buffer.alloc(16)
  numbers.writeBigUInt64BE(BigInt(fields.height), 0)
  numbers.writeBigUInt64BE(fields.timestampNanos, 8)
  const header = Buffer.concat([DOMAIN, fromHex(fields.previousHash), numbers, merkleRoot])
  return { ...fields, merkleRoot: toHex(merkleRoot), hash: toHex(sha256d(header)) }
}
