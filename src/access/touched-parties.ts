import { LRUCache } from 'lru-cache'
import type { BlockListener } from '../deso/block-follower.js'
import type { BlockRef, CommittedBlock } from '../deso/chain.js'
import { decodeMined } from '../deso/codec.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'

const MAX_PARTIES = 50_000

/**
 * Whose records committed blocks have touched, while the follower reads them: what was judged of others at one tip holds
 * at a later one. Records belong to who acts, so nobody else's change by a transaction.
 */
export class TouchedParties implements BlockListener {
  /** Every block above the first and up to the second was read; null: none. */
  #read: { above: number; upTo: number } | null = null
  /** The newest block that touched each, by the hex of its key. */
  readonly #touched: LRUCache<string, number>

  constructor(maxParties = MAX_PARTIES) {
    this.#touched = new LRUCache({
      max: maxParties,
      dispose: (height, _, reason) => {
        if (reason === 'evict') this.#forget(height)
      },
    })
  }

  onBlock({ height, transactions }: CommittedBlock): void {
    if (this.#read?.upTo !== height - 1) this.#read = { above: height - 1, upTo: height - 1 }
    this.#read = { ...this.#read, upTo: height }
    for (const { bytes } of transactions) {
      const party = partyOf(bytes)
      if (party === null) this.#forget(height)
      else this.#touched.set(party, height)
    }
  }

  onGap(): void {
    this.#read = null
  }

  /** Do their records stand at `tip` as they stood at `before`? False also where that is not known. */
  areUntouched(parties: readonly PublicKey[], before: BlockRef, tip: BlockRef): boolean {
    if (before.hash === tip.hash) return true
    const read = this.#read
    if (!read || before.height < read.above || tip.height > read.upTo || tip.height < before.height)
      return false
    return parties.every((key) => (this.#touched.get(hexOf(publicKeyToBytes(key))) ?? 0) <= before.height)
  }

  /** Anybody may have been touched by then. */
  #forget(height: number): void {
    if (this.#read) this.#read = { ...this.#read, above: Math.max(this.#read.above, height) }
  }
}

/** Null: it may be anybody's, as in a bundle of several, or where identities are swapped. */
function partyOf(bytes: Uint8Array): string | null {
  const transaction = decodeMined(bytes)
  if (!transaction) return null
  const { metadata, publicKey } = transaction
  return metadata.type === 'OPAQUE' && REACHES_OTHERS.has(metadata.typeNumber) ? null : hexOf(publicKey)
}

/** SWAP_IDENTITY, ATOMIC_TXNS_WRAPPER. */
const REACHES_OTHERS: ReadonlySet<bigint> = new Set([12n, 44n])

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
