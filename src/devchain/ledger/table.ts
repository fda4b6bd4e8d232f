/**
 * Rows that remember how to undo their changes: what the mempool did to the ledger is taken back and done anew with
 * each block, a block can be taken back, the ledger can be looked at as it was some blocks ago, and a transaction that
 * fails half-way leaves nothing.
 */
export interface Change {
  undo(): void
  redo(): void
}

export class UndoLog {
  #changes: Change[] = []
  /** Changes that are final and no longer kept. */
  #forgotten = 0

  push(change: Change): void {
    this.#changes.push(change)
  }

  /** A point to roll back to. */
  mark(): number {
    return this.#forgotten + this.#changes.length
  }

  rollBack(mark: number): void {
    while (this.mark() > mark) this.#changes.pop()?.undo()
  }

  /** Runs `work`, which changes nothing, on the rows as they were at a mark. */
  at<T>(mark: number, work: () => T): T {
    const later = this.#changes.splice(mark - this.#forgotten)
    for (const change of later.toReversed()) change.undo()
    try {
      return work()
    } finally {
      for (const change of later) {
        change.redo()
        this.#changes.push(change)
      }
    }
  }

  /** Makes all that was done before a mark final. */
  forgetBefore(mark: number): void {
    const count = mark - this.#forgotten
    if (count <= 0) return
    this.#changes.splice(0, count)
    this.#forgotten += count
  }
}

/** A map whose changes can be undone. Rows are replaced, never changed in place. */
export class Table<V> {
  readonly #rows = new Map<string, V>()

  constructor(private readonly undo: UndoLog) {}

  get(key: string): V | undefined {
    return this.#rows.get(key)
  }

  has(key: string): boolean {
    return this.#rows.has(key)
  }

  set(key: string, value: V): void {
    const previous = this.#rows.get(key)
    const redo = () => this.#rows.set(key, value)
    redo()
    this.undo.push({ redo, undo: () => this.#restore(key, previous) })
  }

  delete(key: string): void {
    const previous = this.#rows.get(key)
    if (previous === undefined) return
    const redo = () => this.#rows.delete(key)
    redo()
    this.undo.push({ redo, undo: () => this.#restore(key, previous) })
  }

  entries(): IterableIterator<[string, V]> {
    return this.#rows.entries()
  }

  #restore(key: string, value: V | undefined): void {
    if (value === undefined) this.#rows.delete(key)
    else this.#rows.set(key, value)
  }
}

export interface IndexRow {
  /** Compared by char code: text of one char a byte sorts as bytes do. */
  key: string
  id: string
}

/** Groups of ids sorted by key, as a node's database keeps them. */
export class SortedIndex {
  readonly #groups = new Map<string, IndexRow[]>()

  constructor(private readonly undo: UndoLog) {}

  rows(group: string): readonly IndexRow[] {
    return this.#groups.get(group) ?? []
  }

  entries(): [string, readonly IndexRow[]][] {
    return [...this.#groups]
  }

  /** The rows of a group whose keys begin with `prefix`. */
  rowsWithPrefix(group: string, prefix: string): readonly IndexRow[] {
    const rows = this.rows(group)
    const start = lowerBound(rows, prefix)
    let end = start
    while (rows[end]?.key.startsWith(prefix)) end += 1
    return rows.slice(start, end)
  }

  add(group: string, row: IndexRow): void {
    const redo = () => this.#insert(group, row)
    redo()
    this.undo.push({ redo, undo: () => this.#remove(group, row.key) })
  }

  remove(group: string, key: string): void {
    const redo = () => this.#remove(group, key)
    const row = redo()
    if (row) this.undo.push({ redo, undo: () => this.#insert(group, row) })
  }

  #insert(group: string, row: IndexRow): void {
    const rows = this.#groups.get(group)
    if (rows) rows.splice(lowerBound(rows, row.key), 0, row)
    else this.#groups.set(group, [row])
  }

  #remove(group: string, key: string): IndexRow | undefined {
    const rows = this.#groups.get(group)
    if (!rows) return undefined
    const index = lowerBound(rows, key)
    if (rows[index]?.key !== key) return undefined
    const [removed] = rows.splice(index, 1)
    if (rows.length === 0) this.#groups.delete(group)
    return removed
  }
}

/** Where `key` stands, or would stand. */
function lowerBound(rows: readonly IndexRow[], key: string): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle] as IndexRow).key < key) low = middle + 1
    else high = middle
  }
  return low
}
