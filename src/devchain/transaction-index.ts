import { affectedAccounts } from './wire/affected-accounts.js'
import type { Block } from './wire/block.js'

/**
 * Where committed transactions are: by id, and by every account that they touch. On a node this follows the
 * committed chain from far behind, so lookups here are asked up to a height.
 */
export interface TransactionPlace {
  height: number
  indexInBlock: number
}

export class TransactionIndex {
  readonly #byId = new Map<string, TransactionPlace>()
  readonly #byAccount = new Map<string, TransactionPlace[]>()

  add(block: Block): void {
    block.transactions.forEach(({ id, transaction }, indexInBlock) => {
      const place = { height: block.height, indexInBlock }
      this.#byId.set(id, place)
      for (const account of affectedAccounts(transaction)) this.#placesOf(account).push(place)
    })
  }

  find(id: string, upToHeight: number): TransactionPlace | undefined {
    const place = this.#byId.get(id)
    return place && place.height <= upToHeight ? place : undefined
  }

  /** In the order of the chain. */
  placesOf(account: string, upToHeight: number): readonly TransactionPlace[] {
    const places = this.#byAccount.get(account) ?? []
    let end = places.length
    while (end > 0 && (places[end - 1] as TransactionPlace).height > upToHeight) end -= 1
    return end === places.length ? places : places.slice(0, end)
  }

  #placesOf(account: string): TransactionPlace[] {
    const places = this.#byAccount.get(account)
    if (places) return places
    const fresh: TransactionPlace[] = []
    this.#byAccount.set(account, fresh)
    return fresh
  }
}
