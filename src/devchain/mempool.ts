import { LRUCache } from 'lru-cache'
import type { Transaction } from '../deso/transaction.js'
import { nonceKeyOf } from './ledger/nonce.js'
import { feeRate, MEMPOOL_MIN_BUCKET, MEMPOOL_MIN_RATE } from './ledger/params.js'
import { RuleRefusal } from './ledger/rule-refusal.js'
import type { BlockTransaction } from './wire/block.js'

/**
 * Transactions that wait for a block, one a nonce (core lib/pos_mempool.go). Knows nothing of the ledger.
 */
export interface MempoolEntry extends BlockTransaction {
  nonceKey: string
  /** Nanos per 1,000 signed bytes. */
  rate: bigint
}

export interface Submission {
  id: string
  /** What a node says instead of yes. The transaction may have been taken all the same. */
  refusal: string | null
}

const FEE_CLASS_GROWTH = 1.1
const MAX_REMEMBERED_REFUSALS = 100_000

export class Mempool {
  #entries = new Map<string, MempoolEntry>()
  readonly #byNonce = new Map<string, MempoolEntry>()
  readonly #refusals = new LRUCache<string, string>({ max: MAX_REMEMBERED_REFUSALS })

  get size(): number {
    return this.#entries.size
  }

  get(id: string): MempoolEntry | undefined {
    return this.#entries.get(id)
  }

  inOrderOfArrival(): MempoolEntry[] {
    return [...this.#entries.values()]
  }

  /** As a block takes them: by the class of their fee rate, the dearest first, then by arrival. */
  entries(): MempoolEntry[] {
    const classes = new Map(this.inOrderOfArrival().map((entry) => [entry, feeClass(entry.rate)]))
    const classOf = (entry: MempoolEntry) => classes.get(entry) as number
    return [...classes.keys()].sort((one, other) => classOf(other) - classOf(one))
  }

  /** Who holds this transaction's nonce here. */
  withNonceOf(transaction: Transaction): MempoolEntry | undefined {
    return this.#byNonce.get(nonceKeyOf(transaction))
  }

  /** The entry as it could be added, and which one it would replace. Refuses a fee too low for either. */
  prepare(transaction: BlockTransaction): { entry: MempoolEntry; replaced: MempoolEntry | undefined } {
    const entry = entryOf(transaction)
    const replaced = this.#byNonce.get(entry.nonceKey)
    if (replaced && replaced.rate > entry.rate) {
      throw new RuleRefusal(
        'PosMempool.AddTransaction: Problem checking nonce tracker: PosMempool.AddTransaction: Problem replacing transaction by higher fee failed. New transaction has lower fee.: MempoolFailedReplaceByHigherFee',
      )
    }
    if (entry.rate < MEMPOOL_MIN_RATE) {
      throw new RuleRefusal(
        `PosMempool.addTransactionNoLock: Problem adding txn to register: TransactionRegister.AddTransaction: Error adding transaction to bucket: : FeeTimeBucket.AddTransaction: Transaction fee ${entry.rate} outside of bucket range ${MEMPOOL_MIN_BUCKET}`,
      )
    }
    return { entry, replaced }
  }

  add(entry: MempoolEntry): void {
    this.#entries.set(entry.id, entry)
    this.#byNonce.set(entry.nonceKey, entry)
  }

  /** What a block held that was undone, before all that came since. What took its nonce in between stays. */
  putBack(transactions: readonly BlockTransaction[]): void {
    const back = transactions.map(entryOf).filter(({ nonceKey }) => !this.#byNonce.has(nonceKey))
    this.#entries = new Map([...back.map((entry) => [entry.id, entry] as const), ...this.#entries])
    for (const entry of back) this.#byNonce.set(entry.nonceKey, entry)
  }

  remove(entry: MempoolEntry): void {
    this.#entries.delete(entry.id)
    if (this.#byNonce.get(entry.nonceKey) === entry) this.#byNonce.delete(entry.nonceKey)
  }

  /** A node answers the first refusal of some bytes for ever, even where it takes them later. */
  rememberRefusal(id: string, text: string): void {
    this.#refusals.set(id, text)
  }

  refusalOf(id: string): string | undefined {
    return this.#refusals.get(id)
  }
}

function entryOf(transaction: BlockTransaction): MempoolEntry {
  return {
    ...transaction,
    nonceKey: nonceKeyOf(transaction.transaction),
    rate: feeRate(transaction.transaction.feeNanos, transaction.raw.length),
  }
}

/** Classes grow by a tenth (core lib/pos_transaction_register.go); the lowest holds rates from 100 to 109. */
function feeClass(rate: bigint): number {
  const least = Number(MEMPOOL_MIN_RATE)
  const below = Math.floor(Math.log(Number(rate) / least) / Math.log(FEE_CLASS_GROWTH))
  // Its bounds are whole numbers, rounded down.
  return Number(rate) >= Math.floor(least * FEE_CLASS_GROWTH ** (below + 1)) ? below + 1 : below
}
