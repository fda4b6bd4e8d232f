/**
 * Rows that remember how to undo their changes: what the mempool did to the ledger is taken back and done anew with
 * each block, and a transaction that fails half-way leaves nothing.
 */
export class UndoLog {
  #steps: (() => void)[] = []

  push(step: () => void): void {
    this.#steps.push(step)
  }

  /** A point to roll back to. */
  mark(): number {
    return this.#steps.length
  }

  rollBack(mark: number): void {
    while (this.#steps.length > mark) this.#steps.pop()?.()
  }

  /** Makes all that was done final. */
  forget(): void {
    this.#steps = []
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
    this.#rows.set(key, value)
    this.undo.push(
      previous === undefined ? () => this.#rows.delete(key) : () => this.#rows.set(key, previous),
    )
  }

  delete(key: string): void {
    const previous = this.#rows.get(key)
    if (previous === undefined) return
    this.#rows.delete(key)
    this.undo.push(() => this.#rows.set(key, previous))
  }

  entries(): IterableIterator<[string, V]> {
    return this.#rows.entries()
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

  /** The rows of a group whose keys begin with `prefix`. */
  rowsWithPrefix(group: string, prefix: string): readonly IndexRow[] {
    const rows = this.rows(group)
    const start = lowerBound(rows, prefix)
    let end = start
    while (rows[end]?.key.startsWith(prefix)) end += 1
    return rows.slice(start, end)
  }

  add(group: string, row: IndexRow): void {
    this.#insert(group, row)
    this.undo.push(() => this.#remove(group, row.key))
  }

  remove(group: string, key: string): void {
    const row = this.#remove(group, key)
    if (row) this.undo.push(() => this.#insert(group, row))
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
