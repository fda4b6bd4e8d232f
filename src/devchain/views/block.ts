import type { GoJson } from '../go/json-write.js'
import type { Block } from '../wire/block.js'
import { transactionInfoJson } from './transaction-info.js'

/** Answer of /api/v1/block. The header's version is that of proof of stake. */
export function blockJson(block: Block, options: { isFull: boolean }): GoJson {
  return {
    Error: '',
    Header: {
      BlockHashHex: block.hash,
      Version: block.height === 0 ? 0 : 2,
      PrevBlockHashHex: block.previousHash,
      TransactionMerkleRootHex: block.merkleRoot,
      TstampSecs: block.timestampNanos / 1_000_000_000n,
      TstampNanoSecs: block.timestampNanos,
      Height: block.height,
      Nonce: 0,
      ExtraNonce: 0,
    },
    Transactions: options.isFull
      ? block.transactions.map((transaction, indexInBlock) =>
          transactionInfoJson(transaction, { block, indexInBlock }, { withBlockInfo: true }),
        )
      : null,
  }
}
