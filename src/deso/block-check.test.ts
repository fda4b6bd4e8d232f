import { readFileSync } from 'node:fs'
import { bytesToHex } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { checkBlock, FalseBlockError } from './block-check.js'
import { merkleRootOf } from './merkle-root.js'
import type { NodeBlock } from './node.js'
import { sha256d } from './signature.js'

const { blockFull } = JSON.parse(
  readFileSync(new URL('../../test/fixtures/deso-node/answers.json', import.meta.url), 'utf8'),
) as { blockFull: { body: string } }
const { Header, Transactions } = JSON.parse(blockFull.body) as {
  Header: { TransactionMerkleRootHex: string }
  Transactions: { RawTransactionHex: string }[]
}
const [reward, payment] = Transactions.map(({ RawTransactionHex }) =>
  Uint8Array.from(Buffer.from(RawTransactionHex, 'hex')),
) as [Uint8Array, Uint8Array]

function block(rawTransactions: Uint8Array[], merkleRoot = Header.TransactionMerkleRootHex): NodeBlock {
  return { height: 3596, hash: '', previousHash: '', merkleRoot, timestampNanos: 0n, rawTransactions }
}

const rootOf = (...raws: Uint8Array[]) => bytesToHex(merkleRootOf(raws.map(sha256d)))
const changed = Uint8Array.from(payment, (byte, at) => (at === 40 ? byte ^ 1 : byte))

describe('a block', () => {
  it('of a real node lists what its header stands for', () => {
    expect(() => checkBlock(block([reward, payment]))).not.toThrow()
  })

  it.each([
    ['lacks a transaction', [reward]],
    ['has one more', [reward, payment, changed]],
    ['has a changed byte', [reward, changed]],
    ['has another order', [payment, reward]],
  ])('that %s is false', (_, raws) => {
    expect(() => checkBlock(block(raws))).toThrow(FalseBlockError)
  })

  it('that repeats its last transaction is false, though the root stays', () => {
    const root = rootOf(reward, payment, changed)
    expect(rootOf(reward, payment, changed, changed)).toBe(root)
    expect(() => checkBlock(block([reward, payment, changed], root))).not.toThrow()
    expect(() => checkBlock(block([reward, payment, changed, changed], root))).toThrow(FalseBlockError)
  })

  it('that hides two transactions behind their pair of hashes is false, though the root stays', () => {
    const root = rootOf(reward, payment, changed, reward.slice(1))
    const hidden = [reward, payment, changed, reward.slice(1)].map(sha256d)
    const pairs = [Buffer.concat(hidden.slice(0, 2)), Buffer.concat(hidden.slice(2))]
    expect(rootOf(...pairs)).toBe(root)
    expect(() => checkBlock(block(pairs, root))).toThrow(
      'The DeSo node lists transactions that are not those of block 3596.',
    )
  })
})
