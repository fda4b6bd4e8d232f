const FIRST_SLOTS = 1 << 12
const MAX_LOAD = 0.7

/**
 * A set of SHA-256 digests that keeps eight bytes of each: 17 MB for a million. Two digests may count as
 * one (by chance once in 10^7 collections of a million blocks), so it answers "maybe in it" or "surely not".
 */
export class DigestSet {
  #table = new Uint32Array(2 * FIRST_SLOTS)
  #size = 0

  get size(): number {
    return this.#size
  }

  add(digest: Uint8Array): void {
    if ((this.#size + 1) * 2 > this.#table.length * MAX_LOAD) this.#grow()
    const [high, low] = wordsOf(digest)
    const slot = find(this.#table, high, low)
    if (isFree(this.#table, slot)) this.#size++
    this.#table[slot] = high
    this.#table[slot + 1] = low
  }

  has(digest: Uint8Array): boolean {
    return !isFree(this.#table, find(this.#table, ...wordsOf(digest)))
  }

  #grow(): void {
    const table = new Uint32Array(this.#table.length * 2)
    for (let slot = 0; slot < this.#table.length; slot += 2) {
      if (isFree(this.#table, slot)) continue
      const [high, low] = [this.#table[slot] as number, this.#table[slot + 1] as number]
      table.set([high, low], find(table, high, low))
    }
    this.#table = table
  }
}

/** Zero marks a free slot, so that a digest which begins with eight zeros counts as one that ends with a one. */
function wordsOf(digest: Uint8Array): [number, number] {
  const view = new DataView(digest.buffer, digest.byteOffset, 8)
  const [high, low] = [view.getUint32(0), view.getUint32(4)]
  return high === 0 && low === 0 ? [0, 1] : [high, low]
}

/** Where it stands, or would. */
function find(table: Uint32Array, high: number, low: number): number {
  const mask = table.length - 1
  let slot = (low * 2) & mask & ~1
  while (!isFree(table, slot) && (table[slot] !== high || table[slot + 1] !== low)) slot = (slot + 2) & mask
  return slot
}

function isFree(table: Uint32Array, slot: number): boolean {
  return table[slot] === 0 && table[slot + 1] === 0
}
