import { type AssociationIndex, associationKey, type KeyedBy } from './association-keys.js'
import type { AssociationEntry } from './entries.js'
import { type IndexRow, SortedIndex, Table, type UndoLog } from './table.js'

/** Associations of one kind, with users or with posts, and the indexes that a node keeps of them. */
export class AssociationRows {
  readonly #entries: Table<AssociationEntry>
  readonly #indexes: ReadonlyMap<AssociationIndex, SortedIndex>

  constructor(undo: UndoLog, indexes: readonly AssociationIndex[]) {
    this.#entries = new Table(undo)
    this.#indexes = new Map(indexes.map((name) => [name, new SortedIndex(undo)]))
  }

  get(id: string): AssociationEntry | undefined {
    return this.#entries.get(id)
  }

  /** The entry of the same parties, app, type (without case) and value. */
  like(entry: KeyedBy): AssociationEntry | undefined {
    const { group, key } = associationKey('both', entry)
    const row = this.rows('both', group, key)[0]
    return row && this.#entries.get(row.id)
  }

  rows(index: AssociationIndex, group: string, prefix: string): readonly IndexRow[] {
    return this.#indexes.get(index)?.rowsWithPrefix(group, prefix) ?? []
  }

  put(entry: AssociationEntry): void {
    this.#entries.set(entry.id, entry)
    for (const [name, index] of this.#indexes) {
      const { group, key } = associationKey(name, entry)
      index.add(group, { key, id: entry.id })
    }
  }

  delete(entry: AssociationEntry): void {
    this.#entries.delete(entry.id)
    for (const [name, index] of this.#indexes) {
      const { group, key } = associationKey(name, entry)
      index.remove(group, key)
    }
  }

  entries(): IterableIterator<[string, AssociationEntry]> {
    return this.#entries.entries()
  }
}
