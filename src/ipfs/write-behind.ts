/**
 * Lets a producer go on while what it made is being written: at most `limit` writes are under way. The first failure
 * is thrown by the next `add` or by `flush`.
 */
export class WriteBehind {
  readonly #running = new Set<Promise<void>>()
  #failure: { error: unknown } | undefined

  constructor(readonly limit: number) {}

  /** Starts a write as soon as there is room; resolves when it has started. */
  async add(write: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.limit) await Promise.race(this.#running)
    this.#throwFailure()
    const running: Promise<void> = write()
      .catch((error) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Waits for all writes, whatever became of them. */
  async settle(): Promise<void> {
    await Promise.all(this.#running)
  }

  /** Waits for all writes and throws the first failure. */
  async flush(): Promise<void> {
    await this.settle()
    this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error
  }
}
