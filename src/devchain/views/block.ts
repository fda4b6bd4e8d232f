import type { GoJson } from '../go/json-write.js'
import type { Block } from '../wire/block.js'
import { transactionInfoJson } from './transaction-info.js'

export interface BlockOptions {
  isFull: boolean
  /** A committed block that the index has not come to shows less of its transactions; an uncommitted one does not. */
  awaitsIndex: boolean
}

/** Answer of /api/v1/block. The header's version is that of proof of stake. */
export function blockJson(block: Block, { isFull, awaitsIndex }: BlockOptions): GoJson {
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
    Transactions: isFull
      ? block.transactions.map((transaction, indexInBlock) =>
          transactionInfoJson(transaction, { block, indexInBlock }, { withBlockInfo: true, awaitsIndex }),
        )
      : null,
  }
}
