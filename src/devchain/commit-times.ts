/** When blocks were committed, as far back as an index can lag. Knows no clock of its own. */

/** The longest lag that can be asked for. */
const MAX_LAG_MS = 600_000
const MAX_NOTED = 20_000

export class CommitTimes {
  #commits: { from: number; ms: number }[] = []

  clear(): void {
    this.#commits = []
  }

  /** `from`: the first of the blocks that were committed now. */
  note(from: number, ms: number): void {
    this.#commits.push({ from, ms })
    if (this.#commits.length <= MAX_NOTED) return
    this.#commits = this.#commits.filter((commit) => ms - commit.ms < MAX_LAG_MS).slice(-MAX_NOTED / 2)
  }

  /** Up to which height all was committed by a time; `committedHeight`: now. */
  heightBy(ms: number, committedHeight: number): number {
    const known = this.#commits.findLastIndex((commit) => commit.ms <= ms)
    const waiting = this.#commits[known + 1]
    return waiting ? waiting.from - 1 : committedHeight
  }
}
