import type { PublicKey } from '../deso/keys.js'

/** A creator's plan as its current version says: the newest committed one. */
export interface Plan {
  creator: PublicKey
  slug: string
  title: string
  /** Of one period, at least 1. */
  priceNanos: bigint
  /** 60 to 315,360,000; 0: bought once, for good. */
  periodSeconds: number
  state: 'OPEN' | 'CLOSED'
  /** Id of the transaction that made this version. */
  version: string
}
