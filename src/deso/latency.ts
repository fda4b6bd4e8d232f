/** Of the newest measurement in the estimate. */
const WEIGHT = 0.3
/** Nodes this near to the fastest count as equally fast, so that chance does not move reads to and fro. */
const NEAR_FACTOR = 2
const NEAR_MS = 10

/** How fast a node answers one small question, the same for all: an average in which what is old fades. */
export class Latency {
  #ms: number | null = null

  /** Milliseconds; null: never measured. */
  get ms(): number | null {
    return this.#ms
  }

  measured(ms: number): void {
    this.#ms = this.#ms === null ? ms : this.#ms + WEIGHT * (ms - this.#ms)
  }
}

/** For an order of nodes: 0 for all that are about as fast as the fastest, else the estimate. Unknown is fast. */
export function slownessOf(latency: Latency, all: readonly Latency[]): number {
  const fastest = Math.min(...all.map(({ ms }) => ms ?? Number.POSITIVE_INFINITY))
  const ms = latency.ms ?? 0
  return ms <= Math.max(fastest * NEAR_FACTOR, fastest + NEAR_MS) ? 0 : ms
}
