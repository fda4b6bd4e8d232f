import { bytesAsText } from './association-keys.js'
import { SortedIndex, Table, type UndoLog } from './table.js'

/** What an account holds of somebody's coin. */
export interface CoinBalance {
  creator: string
  holder: string
  /** Base units of a DAO coin, nanos of a creator coin. */
  amount: bigint
  hasPurchased: boolean
  /** Of its last change: a row that has become 0 shows until it is committed. */
  height: number
}

/** The balances of one kind of coin, by creator and by holder. */
export class CoinRows {
  readonly #balances: Table<CoinBalance>
  readonly #holders: SortedIndex
  readonly #holdings: SortedIndex

  constructor(undo: UndoLog) {
    this.#balances = new Table(undo)
    this.#holders = new SortedIndex(undo)
    this.#holdings = new SortedIndex(undo)
  }

  get(creator: string, holder: string): CoinBalance | undefined {
    return this.#balances.get(rowId(creator, holder))
  }

  amount(creator: string, holder: string): bigint {
    return this.get(creator, holder)?.amount ?? 0n
  }

  put(balance: CoinBalance): void {
    const { creator, holder } = balance
    const id = rowId(creator, holder)
    if (!this.#balances.has(id)) {
      this.#holders.add(creator, { key: bytesAsText(holder), id })
      this.#holdings.add(holder, { key: bytesAsText(creator), id })
    }
    this.#balances.set(id, balance)
  }

  holdersOf(creator: string): CoinBalance[] {
    return this.#rows(this.#holders, creator)
  }

  heldBy(holder: string): CoinBalance[] {
    return this.#rows(this.#holdings, holder)
  }

  entries(): IterableIterator<[string, CoinBalance]> {
    return this.#balances.entries()
  }

  #rows(index: SortedIndex, group: string): CoinBalance[] {
    return index.rows(group).map(({ id }) => this.#balances.get(id) as CoinBalance)
  }
}

function rowId(creator: string, holder: string): string {
  return `${creator}:${holder}`
}
