import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import { DEV_BALANCE_NANOS, devAccounts } from './accounts.js'
import type { ChainLog, ChainRecord } from './chain-log.js'
import type { ChainParams } from './ledger/params.js'
import { RuleRefusal } from './ledger/rule-refusal.js'
import { LocalChain, type Submission } from './local-chain.js'
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
const INDEX_POLL_MS = 10
/** The longest lag that can be asked for. */
const MAX_INDEX_LAG_MS = 600_000
const MAX_COMMITS_NOTED = 20_000

export class ChainService implements AsyncDisposable {
  #chain: LocalChain
  #offsetMs = 0
  #isReplaying = false
  /** Of the last record; records are written in order, so it stands for all before it. */
  #written: Promise<void> = Promise.resolve()
  #brokenBy: Error | undefined
  /** What was committed when, as far back as an index can lag. */
  #commits: { from: number; ms: number }[] = []
  /** Who waits for the index. */
  #waiting = 0
  /** Taken, and then kept from the chain. */
  #aside: ParsedTransaction[] = []
  #lastBlockMs = Number.NEGATIVE_INFINITY
  #wake: () => void = () => undefined
  readonly #stop = new AbortController()
  readonly #heartbeat: Promise<void>

  constructor(
    private readonly chainLog: ChainLog,
    records: readonly ChainRecord[],
    private readonly options: ChainServiceOptions,
  ) {
    const [genesis, ...later] = records
    this.#chain = this.#begin(genesis?.kind === 'genesis' ? genesis.timeMs : options.clock.now())
    if (genesis === undefined) this.#record({ kind: 'genesis', version: 1, timeMs: this.#genesisMs })
    this.#replay(later)
    this.#heartbeat = options.blockMs > 0 ? this.#beat() : Promise.resolve()
  }

  get chain(): LocalChain {
    return this.#chain
  }

  get params(): ChainParams {
    return this.#chain.ledger.params
  }

  get blockMs(): number {
    return this.options.blockMs
  }

  newPartialId(): bigint {
    return this.options.partialId()
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
    const now = this.options.clock.now()
    const known = this.#commits.findLastIndex((commit) => now - commit.ms >= ms)
    const waiting = this.#commits[known + 1]
    return waiting ? waiting.from - 1 : this.chain.committedTip.height
  }

  /** Resolves with true when `indexed` has reached a height; with false when patience ends. Makes blocks meanwhile. */
  async untilIndexed(indexed: () => number, height: number, patienceMs: number): Promise<boolean> {
    const { clock } = this.options
    const end = clock.now() + patienceMs
    this.#waiting += 1
    this.#wake()
    try {
      while (indexed() < height && clock.now() < end) await clock.sleep(INDEX_POLL_MS, this.#stop.signal)
      return indexed() >= height
    } finally {
      this.#waiting -= 1
    }
  }

  /** Resolves when all that the chain shows now is on disk; rejects if the disk refused. */
  async durable(): Promise<void> {
    await this.#written
    if (this.#brokenBy) throw this.#brokenBy
  }

  /** Throws RuleRefusal, as LocalChain.submit; both answers are durable. */
  async submit(parsed: ParsedTransaction): Promise<Submission> {
    this.#assertWritable()
    try {
      return this.#chain.submit(parsed)
    } finally {
      this.#wake()
      await this.durable()
    }
  }

  /** Answers as submit, and keeps the transaction from mempool and blocks; a restart loses it. */
  async putAside(parsed: ParsedTransaction): Promise<Submission> {
    const submission = this.#chain.probe(parsed)
    if (submission.refusal === null) this.#aside.push(parsed)
    return submission
  }

  /** Takes what was put aside into the mempool, where it still can be. */
  async releaseAside(): Promise<void> {
    for (const parsed of this.#aside.splice(0)) {
      await this.submit(parsed).catch((error: unknown) => {
        if (!(error instanceof RuleRefusal)) throw error
      })
    }
  }

  /** While held, no block is committed. */
  holdCommits(isHeld: boolean): void {
    const committed = this.#chain.committedTip.height
    this.#chain.holdCommits(isHeld)
    this.#noteCommits(committed)
    this.#wake()
  }

  /** Undoes the uncommitted blocks. */
  reorganise(options: { isLost: boolean }): void {
    this.#assertWritable()
    this.#chain.reorganise(options)
    this.#wake()
  }

  async mine(blocks: number): Promise<void> {
    this.#assertWritable()
    this.mineNow(blocks)
    await this.durable()
  }

  /** The same before it is on disk. */
  mineNow(blocks: number): void {
    for (let made = 0; made < blocks; made += 1) this.#mine()
  }

  /** Pays new money to an account; committed when it resolves. */
  async fund(account: string, nanos: bigint): Promise<void> {
    this.#assertWritable()
    this.#mine([{ account, nanos }])
    await this.mine(BLOCKS_TO_COMMIT - 1)
  }

  /** Moves the chain's clock forward, and commits a block at the new time. */
  async moveTime(ms: number): Promise<void> {
    this.#assertWritable()
    this.#offsetMs += ms
    this.#record({ kind: 'time', offsetMs: this.#offsetMs })
    await this.mine(BLOCKS_TO_COMMIT)
  }

  /** Forgets everything and begins anew, at the computer's time. */
  async reset(): Promise<void> {
    this.#assertWritable()
    this.#offsetMs = 0
    this.#commits = []
    this.#aside = []
    this.#chain = this.#begin(this.options.clock.now())
    this.#track(this.chainLog.rewrite([{ kind: 'genesis', version: 1, timeMs: this.#genesisMs }]))
    await this.durable()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#wake()
    await this.#heartbeat
    await this.#written
    await this.chainLog[Symbol.asyncDispose]()
  }

  #begin(timeMs: number): LocalChain {
    const mints = devAccounts().map(({ account }) => ({ account, nanos: DEV_BALANCE_NANOS }))
    const genesis = { timestampNanos: BigInt(Math.floor(timeMs)) * NANOS_PER_MS, mints }
    return new LocalChain(this.options.params, genesis, (record) => this.#record(record))
  }

  get #genesisMs(): number {
    return Number((this.#chain.blockAt(0)?.timestampNanos ?? 0n) / NANOS_PER_MS)
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
    this.#chain.mine(this.nowNanos(), mints)
    this.#lastBlockMs = this.options.clock.now()
    this.#noteCommits(committed)
    this.#wake()
  }

  #noteCommits(committedBefore: number): void {
    const now = this.options.clock.now()
    if (this.#chain.committedTip.height > committedBefore) {
      this.#commits.push({ from: committedBefore + 1, ms: now })
    }
    if (this.#commits.length > MAX_COMMITS_NOTED) {
      this.#commits = this.#commits
        .filter(({ ms }) => now - ms < MAX_INDEX_LAG_MS)
        .slice(-MAX_COMMITS_NOTED / 2)
    }
  }

  #record(record: ChainRecord): void {
    if (!this.#isReplaying) this.#track(this.chainLog.append(record))
  }

  /** A chain whose log has a hole must not go on: what it then answered would be lost. */
  #track(written: Promise<void>): void {
    this.#written = Promise.all([this.#written, written]).then(
      () => undefined,
      (error: unknown) => {
        if (this.#brokenBy) return
        this.#brokenBy = error instanceof Error ? error : new Error(String(error))
        this.options.log.error(
          { err: this.#brokenBy },
          'the local chain cannot write its log and stops; restart it',
        )
      },
    )
  }

  #assertWritable(): void {
    if (this.#brokenBy) throw this.#brokenBy
  }

  get #hasWork(): boolean {
    return this.#chain.hasUncommittedWork || this.#waiting > 0
  }

  async #beat(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted && !this.#brokenBy) {
      if (!this.#hasWork) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      await this.options.clock.sleep(this.#untilNextBlock(), signal).catch(() => undefined)
      if (!signal.aborted && this.#hasWork) this.#mine()
    }
  }

  /** A chain that was idle answers soon, yet leaves transactions a moment in the mempool, as a real one does. */
  #untilNextBlock(): number {
    const { blockMs, clock } = this.options
    return Math.max(blockMs - (clock.now() - this.#lastBlockMs), blockMs / 10)
  }
}
