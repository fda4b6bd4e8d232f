import type { TransactionOutput } from '../deso/transaction.js'
import type { Ledger } from './ledger/ledger.js'
import type { ChainParams } from './ledger/params.js'
import type { MempoolEntry, Submission } from './mempool.js'
import type { TransactionPlace } from './transaction-index.js'
import type { Block } from './wire/block.js'
import type { ParsedTransaction } from './wire/parse-transaction.js'

/** What a node shows of the chain: all that its routes answer from. */
export interface ChainView {
  /** With all that waits in the mempool. */
  readonly ledger: Ledger
  readonly tip: Block
  readonly committedTip: Block
  blockAt(height: number): Block | undefined
  blockByHash(hash: string): Block | undefined
  readonly mempool: {
    get(id: string): MempoolEntry | undefined
    /** As a block takes them. */
    entries(): MempoolEntry[]
  }
  readonly index: {
    find(id: string, upToHeight: number): TransactionPlace | undefined
    placesOf(account: string, upToHeight: number): readonly TransactionPlace[]
  }
}

export interface NodeView {
  readonly chain: ChainView
  readonly params: ChainParams
  /** Between blocks; 0: they come when asked for. */
  readonly blockMs: number
  readonly latestView: number
  /** Up to where transaction-info knows transactions; undefined: the node keeps no index. */
  readonly indexedHeight: number | undefined
  /** Outputs that the node's operator adds to what it constructs, by the name of the type. */
  readonly operatorFees: Map<string, readonly TransactionOutput[]>
  /** Nanoseconds since the epoch by the chain's clock. */
  nowNanos(): bigint
  /** Of a nonce to construct. */
  newPartialId(): bigint
  /** Throws RuleRefusal; both answers are durable. */
  submit(parsed: ParsedTransaction): Promise<Submission>
  /** Answers what `work` makes of the ledger as the node shows it. What it waits for is outside. */
  within<T>(work: () => T): T
  /** The ledger without the mempool and the uncommitted blocks. */
  committed<T>(work: () => T): T
  /** Resolves when the index has reached a height, with false after so many milliseconds. */
  untilIndexed(height: number, patienceMs: number): Promise<boolean>
}
