import type { Transaction } from './transaction.js'

/** A block, as evidence names it. `time` is unix seconds, floored. */
export interface BlockRef {
  height: number
  hash: string
  time: number
}

/** A reference to a record, written `<height>:<id>` on chain. */
export interface RecordRef {
  height: number
  /** 64 lower-case hex digits. */
  id: string
}

/** A transaction read from the signed bytes in a committed block: final, so it may be kept for ever. */
export interface CommittedTransaction {
  id: string
  block: BlockRef
  indexInBlock: number
  transaction: Transaction
}

export type RecordLookup =
  | { kind: 'committed'; record: CommittedTransaction }
  /** The height is above the committed tip. */
  | { kind: 'uncommitted' }
  /** The committed block at that height does not list the id, or what it lists there does not decode. */
  | { kind: 'absent' }

/** Counts blocks that one decision reads anew; throws HistoryTooLongError (retryable) past its limit. */
export interface BlockBudget {
  spend(): void
}

/** The committed chain: blocks decide, the transaction index decides nothing. */
export interface ChainReader {
  /** The committed tip with its block time; fresh within moments. */
  committedTip(options?: { signal?: AbortSignal | undefined }): Promise<BlockRef>
  /** The same, asked of the node anew and never older than the call. */
  freshCommittedTip(options?: { signal?: AbortSignal | undefined }): Promise<BlockRef>
  /** Kept by id once committed, so that a walk over known records costs no request. */
  lookUp(
    ref: RecordRef,
    options?: { budget?: BlockBudget | undefined; signal?: AbortSignal | undefined },
  ): Promise<RecordLookup>
  /** Header and raw transactions of the committed block at a height; throws when the height is not committed. */
  committedBlock(
    height: number,
    options?: { budget?: BlockBudget | undefined; signal?: AbortSignal | undefined },
  ): Promise<CommittedBlock>
}

/** What the one follower of the chain needs beside. */
export interface FollowableChain extends ChainReader {
  /** The committed tip, asked of the node anew. `generation` rises when the node begins another chain. */
  head(options?: { signal?: AbortSignal | undefined }): Promise<{ tip: BlockRef; generation: number }>
  /** While every block is read: a new tip's block is read at once, in place of its header. */
  setFollowed(isFollowed: boolean): void
}

export interface CommittedBlock extends BlockRef {
  /** In block order; ids are sha256d of the bytes. */
  transactions: readonly { id: string; bytes: Uint8Array }[]
}
