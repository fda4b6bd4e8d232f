import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import { DEV_BALANCE_NANOS, devAccounts } from './accounts.js'
import type { ChainLog, ChainRecord } from './chain-log.js'
import type { ChainParams } from './ledger/params.js'
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
}

/** Blocks until what is in the first of them is committed. */
const BLOCKS_TO_COMMIT = 3
const NANOS_PER_MS = 1_000_000n

export class ChainService implements AsyncDisposable {
  #chain: LocalChain
  #offsetMs = 0
  #isReplaying = false
  /** Of the last record; records are written in order, so it stands for all before it. */
  #written: Promise<void> = Promise.resolve()
  #brokenBy: Error | undefined
  #committedAt: { height: number; ms: number }[] = []
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
    return this.options.params
  }

  get blockMs(): number {
    return this.options.blockMs
  }

  /** Nanoseconds since the epoch by the chain's clock. */
  nowNanos(): bigint {
    return BigInt(Math.floor(this.options.clock.now() + this.#offsetMs)) * NANOS_PER_MS
  }

  /** Up to which height transaction-info knows transactions. */
  get indexedHeight(): number {
    const now = this.options.clock.now()
    const waiting = this.#committedAt.findIndex(({ ms }) => now - ms < this.options.indexLagMs)
    if (waiting === -1) {
      this.#committedAt = []
      return this.chain.committedTip.height
    }
    this.#committedAt.splice(0, waiting)
    return (this.#committedAt[0]?.height ?? 0) - 1
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

  async mine(blocks: number): Promise<void> {
    this.#assertWritable()
    for (let made = 0; made < blocks; made += 1) this.#mine()
    await this.durable()
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
    this.#committedAt = []
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
  }

  #mine(mints: readonly Mint[] = []): void {
    const committed = this.#chain.committedTip.height
    this.#chain.mine(this.nowNanos(), mints)
    this.#lastBlockMs = this.options.clock.now()
    if (this.#chain.committedTip.height > committed && this.options.indexLagMs > 0) {
      this.#committedAt.push({ height: this.#chain.committedTip.height, ms: this.#lastBlockMs })
    }
    this.#wake()
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

  async #beat(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted && !this.#brokenBy) {
      if (!this.#chain.hasUncommittedWork) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      await this.options.clock.sleep(this.#untilNextBlock(), signal).catch(() => undefined)
      if (!signal.aborted && this.#chain.hasUncommittedWork) this.#mine()
    }
  }

  /** A chain that was idle answers soon, yet leaves transactions a moment in the mempool, as a real one does. */
  #untilNextBlock(): number {
    const { blockMs, clock } = this.options
    return Math.max(blockMs - (clock.now() - this.#lastBlockMs), blockMs / 10)
  }
}
