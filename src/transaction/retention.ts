import type { Clock } from '../clock.js'

/** How long drafts and what was sent are kept past the expiry of their nonce. */
const KEPT_AFTER_EXPIRY_MS = 7 * 24 * 3_600_000
/** Generous: DeSo makes a block every 1 to 1.5 s, and one more after each timeout. */
const MS_PER_BLOCK = 6_000
/** Foreign nonces may last 2^63 blocks; those that nodes make last 86,400. */
const MAX_BLOCKS = 90_000

/** Milliseconds since the epoch until which to keep what belongs to a nonce. */
export function keepUntil(clock: Clock, expirationHeight: number, tipHeight: number): number {
  const blocks = Math.min(Math.max(0, expirationHeight - tipHeight), MAX_BLOCKS)
  return clock.now() + blocks * MS_PER_BLOCK + KEPT_AFTER_EXPIRY_MS
}
