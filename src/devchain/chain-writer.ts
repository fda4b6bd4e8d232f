import type { Logger } from 'pino'
import type { ChainLog, ChainRecord } from './chain-log.js'

/**
 * Writes the chain down, in order. A chain whose log has a hole must not go on: what it then answered would be lost.
 */
export class ChainWriter implements AsyncDisposable {
  /** Of the last record; records are written in order, so it stands for all before it. */
  #written: Promise<void> = Promise.resolve()
  #brokenBy: Error | undefined

  constructor(
    private readonly chainLog: ChainLog,
    private readonly log: Logger,
  ) {}

  append(record: ChainRecord): void {
    this.#track(this.chainLog.append(record))
  }

  /** Replaces all records. */
  rewrite(records: ChainRecord[]): void {
    this.#track(this.chainLog.rewrite(records))
  }

  /** Resolves when all that was written so far is on disk; rejects if the disk refused. */
  async durable(): Promise<void> {
    await this.#written
    this.assertWritable()
  }

  get isBroken(): boolean {
    return this.#brokenBy !== undefined
  }

  assertWritable(): void {
    if (this.#brokenBy) throw this.#brokenBy
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#written
    await this.chainLog[Symbol.asyncDispose]()
  }

  #track(written: Promise<void>): void {
    this.#written = Promise.all([this.#written, written]).then(
      () => undefined,
      (error: unknown) => {
        if (this.#brokenBy) return
        this.#brokenBy = error instanceof Error ? error : new Error(String(error))
        this.log.error({ err: this.#brokenBy }, 'the local chain cannot write its log and stops; restart it')
      },
    )
  }
}
