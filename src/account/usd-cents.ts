import type { RequestContext } from '../context.js'
import { GatewayError } from '../errors.js'

const RATE_TTL_MS = 60_000
/** A node that has no rate to give is not asked again for so long, and none is waited for longer. */
const RETRY_MS = 10_000
const RATE_TIMEOUT_MS = 2_000
const MAX_INT = 2n ** 31n - 1n

interface Rate {
  /** Null: the node knows none. */
  centsPerDeso: number | null
  ttlMs: number
}

/**
 * An amount at the node's present rate, rounded; null when the node knows no rate or does not tell it, or the sum passes
 * a GraphQL Int. Never throws: it stands beside every amount, and is worth no payment that fails for it.
 */
export async function usdCents(ctx: RequestContext, nanos: bigint): Promise<number | null> {
  const cache = ctx.app.caches.create<Rate>('exchange-rate', { maxEntries: 1 })
  const rate = await cache.wrap(
    'usd',
    ({ ttlMs }) => ttlMs,
    () => askRate(ctx),
  )
  if (rate.centsPerDeso === null) return null
  const cents = (nanos * BigInt(Math.round(rate.centsPerDeso)) + 500_000_000n) / 1_000_000_000n
  return cents > MAX_INT ? null : Number(cents)
}

/** Shared by all who wait, so no one's leaving ends it. */
async function askRate({ app }: RequestContext): Promise<Rate> {
  try {
    const centsPerDeso = await app.node.usdCentsPerDeso({ signal: AbortSignal.timeout(RATE_TIMEOUT_MS) })
    return { centsPerDeso, ttlMs: RATE_TTL_MS }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    app.log.warn({ err: error }, 'no exchange rate')
    return { centsPerDeso: null, ttlMs: RETRY_MS }
  }
}
