import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import type { TransactionOutput } from '../deso/transaction.js'
import { DEV_BALANCE_NANOS, devAccounts } from './accounts.js'
import type { ChainLog, ChainRecord } from './chain-log.js'
import { ChainWriter } from './chain-writer.js'
import { CommitTimes } from './commit-times.js'
import { Heartbeat } from './heartbeat.js'
import type { ChainParams } from './ledger/params.js'
import { RuleRefusal } from './ledger/rule-refusal.js'
import { LocalChain } from './local-chain.js'
import type { Submission } from './mempool.js'
import type { Mint } from './wire/block-reward.js'
import type { ParsedTransaction } from './wire/parse-transaction.js'

/**
 * The running chain: gives the pure one (local-chain.ts) time, a log and a heartbeat. Everything that it answers is
 * on disk before it is answered.
 */
export interface ChainServiceOptions {
  params: ChainParams
  /** Between blocks while something waits; 0: only when asked. */
  blockMs: number
  /** How long after its commit a transaction shows in transaction-info. */
  indexLagMs: number
  clock: Clock
  log: Logger
  /** Of a nonce that the node constructs. */
  partialId: () => bigint
}

/** Blocks until what is in the first of them is committed. */
const BLOCKS_TO_COMMIT = 3
const NANOS_PER_MS = 1_000_000n
/** Of the log. */
const VERSION = 2

type Genesis = Extract<ChainRecord, { kind: 'genesis' }>
const INDEX_POLL_MS = 10

export class ChainService implements AsyncDisposable {
  /** Kept in memory, unlike all else. */
  readonly operatorFees = new Map<string, readonly TransactionOutput[]>()
  #chain: LocalChain
  #offsetMs = 0
  #isReplaying = false
  readonly #writer: ChainWriter
  readonly #commits = new CommitTimes()
  /** Who waits for the index. */
  #waiting = 0
  /** Blocks leave everything in the mempool. */
  #takesNothing = false
  /** Taken, and then kept from the chain. */
  #aside: ParsedTransaction[] = []
  readonly #heartbeat: Heartbeat

  constructor(
    chainLog: ChainLog,
    records: readonly ChainRecord[],
    readonly options: ChainServiceOptions,
  ) {
    this.#writer = new ChainWriter(chainLog, options.log)
    const [first, ...later] = records
    const genesis = first?.kind === 'genesis' ? first : this.#newGenesis()
    this.#chain = this.#begin(genesis)
    if (genesis !== first) this.#record(genesis)
    this.#replay(later)
    this.#heartbeat = new Heartbeat({
      clock: options.clock,
      intervalMs: options.blockMs,
      hasWork: () => !this.#writer.isBroken && (this.#chain.hasUncommittedWork || this.#waiting > 0),
      beat: () => this.#mine(),
    })
  }

  get chain(): LocalChain {
    return this.#chain
  }

  /** Nanoseconds since the epoch by the chain's clock. */
  nowNanos(): bigint {
    return BigInt(Math.floor(this.options.clock.now() + this.#offsetMs)) * NANOS_PER_MS
  }

  /** Up to which height transaction-info knows transactions. */
  get indexedHeight(): number {
    return this.indexedBefore(this.options.indexLagMs)
  }

  /** What was committed so many milliseconds ago. */
  indexedBefore(ms: number): number {
    return this.#commits.heightBy(this.options.clock.now() - ms, this.chain.committedTip.height)
  }

  /** Resolves with true when `indexed` has reached a height; with false when patience ends. Makes blocks meanwhile. */
  async untilIndexed(indexed: () => number, height: number, patienceMs: number): Promise<boolean> {
    const { clock } = this.options
    const end = clock.now() + patienceMs
    this.#waiting += 1
    this.#heartbeat.wake()
    try {
      while (indexed() < height && clock.now() < end) await clock.sleep(INDEX_POLL_MS, this.#heartbeat.signal)
      return indexed() >= height
    } finally {
      this.#waiting -= 1
    }
  }

  /** Resolves when all that the chain shows now is on disk; rejects if the disk refused. */
  durable(): Promise<void> {
    return this.#writer.durable()
  }

  /** Throws RuleRefusal, as LocalChain.submit; both answers are durable. */
  async submit(parsed: ParsedTransaction): Promise<Submission> {
    this.#writer.assertWritable()
    try {
      return this.#chain.submit(parsed)
    } finally {
      this.#heartbeat.wake()
      await this.durable()
    }
  }

  /** Answers as submit, and keeps the transaction from mempool and blocks; a restart loses it. */
  async putAside(parsed: ParsedTransaction): Promise<Submission> {
    const submission = this.#chain.probe(parsed)
    if (submission.refusal === null) this.#aside.push(parsed)
    return submission
  }

  /** From now on no block is committed, or no block takes transactions. */
  hold(where: string | undefined): void {
    if (where === 'mempool') this.#takesNothing = true
    else this.#chain.holdCommits(true)
    this.#heartbeat.wake()
  }

  /** Ends what was held, and takes what was put aside into the mempool, where it still can be. */
  async release(): Promise<void> {
    this.#takesNothing = false
    const committed = this.#chain.committedTip.height
    this.#chain.holdCommits(false)
    this.#noteCommits(committed)
    this.#heartbeat.wake()
    for (const parsed of this.#aside.splice(0)) {
      await this.submit(parsed).catch((error: unknown) => {
        if (!(error instanceof RuleRefusal)) throw error
      })
    }
  }

  /** Undoes the uncommitted blocks. */
  reorganise(options: { isLost: boolean }): void {
    this.#writer.assertWritable()
    this.#chain.reorganise(options)
    this.#heartbeat.wake()
  }

  async mine(blocks: number): Promise<void> {
    this.#writer.assertWritable()
    this.mineNow(blocks)
    await this.durable()
  }

  /** The same before it is on disk. */
  mineNow(blocks: number): void {
    for (let made = 0; made < blocks; made += 1) this.#mine()
  }

  /** Pays new money to an account; committed when it resolves. */
  async fund(account: string, nanos: bigint): Promise<void> {
    this.#writer.assertWritable()
    this.#mine([{ account, nanos }])
    await this.mine(BLOCKS_TO_COMMIT - 1)
  }

  /** Moves the chain's clock forward, and commits a block at the new time. */
  async moveTime(ms: number): Promise<void> {
    this.#writer.assertWritable()
    this.#offsetMs += ms
    this.#record({ kind: 'time', offsetMs: this.#offsetMs })
    await this.mine(BLOCKS_TO_COMMIT)
  }

  /** Forgets everything and begins anew, at the computer's time. */
  async reset(): Promise<void> {
    this.#writer.assertWritable()
    this.#offsetMs = 0
    this.#commits.clear()
    this.#aside = []
    this.operatorFees.clear()
    const genesis = this.#newGenesis()
    this.#chain = this.#begin(genesis)
    this.#writer.rewrite([genesis])
    await this.durable()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#heartbeat[Symbol.asyncDispose]()
    await this.#writer[Symbol.asyncDispose]()
  }

  #newGenesis(): Genesis {
    return { kind: 'genesis', version: VERSION, timeMs: Math.floor(this.options.clock.now()) }
  }

  #begin({ timeMs, version }: Genesis): LocalChain {
    const genesis = {
      timestampNanos: BigInt(timeMs) * NANOS_PER_MS,
      mints: devAccounts().map(({ account }) => ({ account, nanos: DEV_BALANCE_NANOS })),
      paysMiner: version > 1,
    }
    return new LocalChain(this.options.params, genesis, (record) => this.#record(record))
  }

  #replay(records: readonly ChainRecord[]): void {
    this.#isReplaying = true
    for (const record of records) {
      if (record.kind === 'time') this.#offsetMs = record.offsetMs
      else this.#chain.replay(record)
    }
    this.#isReplaying = false
    // Faults do not outlive the process.
    this.#chain.holdCommits(false)
  }

  #mine(mints: readonly Mint[] = []): void {
    const committed = this.#chain.committedTip.height
    this.#chain.mine(this.nowNanos(), mints, { isEmpty: this.#takesNothing })
    this.#noteCommits(committed)
    this.#heartbeat.noteBeat()
  }

  #noteCommits(committedBefore: number): void {
    if (this.#chain.committedTip.height <= committedBefore) return
    this.#commits.note(committedBefore + 1, this.options.clock.now())
  }

  #record(record: ChainRecord): void {
    if (!this.#isReplaying) this.#writer.append(record)
  }
}
