import type { NodeAssociation } from '../deso/node.js'
import { parseSlug } from '../protocol/slug.js'

/** Rows that one page looks at; then it comes short. Anybody can write rows that buy nothing. */
const MAX_SCANNED = 500
/** Rows judged at the same time. */
const MAX_AT_ONCE = 10

/** Loads the rows of a list, in the order in which they come, until so many objects are found or enough was looked at. */
export class RowJudge<R extends { entry: NodeAssociation }, T> {
  readonly found: { row: R; node: T }[] = []
  private looked = 0

  /** `load` makes a row's object; null leaves it out. */
  constructor(
    private readonly wanted: number,
    private readonly load: (entry: NodeAssociation) => Promise<T | null>,
  ) {}

  get isDone(): boolean {
    return this.found.length >= this.wanted || this.looked >= MAX_SCANNED
  }

  /** The last row that it looked at; undefined: it looked at none, being done. Throws what `load` throws. */
  async judge(rows: readonly R[]): Promise<R | undefined> {
    let last: R | undefined
    for (let rest = rows; rest.length > 0 && !this.isDone; ) {
      // No more at once than are still wanted, or as many as were looked at in vain.
      const misses = this.looked - this.found.length
      const batch = rest.slice(0, Math.min(MAX_AT_ONCE, Math.max(this.wanted - this.found.length, misses)))
      const nodes = await Promise.all(batch.map(({ entry }) => (isRecord(entry) ? this.load(entry) : null)))
      for (const [index, row] of batch.entries()) {
        const node = nodes[index]
        if (node != null) this.found.push({ row, node })
      }
      this.looked += batch.length
      last = batch.at(-1)
      rest = rest.slice(batch.length)
    }
    return last
  }
}

/** Could this be a record of the protocol? */
function isRecord({ isAppZero, value }: NodeAssociation): boolean {
  return isAppZero && parseSlug(value) !== null
}
