import type { MempoolEntry } from './mempool.js'

/** What goes into a block (core lib/pos_block_producer.go). */

/** About what a node's header and block reward take of a block. */
const OVERHEAD_BYTES = 500
/** Times the soft limit: what no transaction may go past. */
const HARD_LIMIT = 2

/**
 * The dearest first, until one goes past the soft limit. What needs another one before it is tried again within the
 * block, where a node leaves it for the next. `connects` takes a transaction into the ledger, or says no.
 */
export function packBlock(
  entries: readonly MempoolEntry[],
  softMaxBytes: number,
  connects: (entry: MempoolEntry) => boolean,
): MempoolEntry[] {
  const chosen: MempoolEntry[] = []
  let waiting = entries
  let bytes = OVERHEAD_BYTES
  for (let before = -1; chosen.length > before; ) {
    before = chosen.length
    waiting = waiting.filter((entry) => {
      const { length } = entry.raw
      if (bytes > softMaxBytes || bytes + length > HARD_LIMIT * softMaxBytes) return true
      if (!connects(entry)) return true
      bytes += length
      chosen.push(entry)
      return false
    })
  }
  return chosen
}
