import type { RequestContext } from '../context.js'

const RATE_TTL_MS = 60_000
const MAX_INT = 2n ** 31n - 1n

/** An amount at the node's present rate, rounded; null when the node knows no rate, or the sum passes a GraphQL Int. */
export async function usdCents(ctx: RequestContext, nanos: bigint): Promise<number | null> {
  const cache = ctx.app.caches.create<{ centsPerDeso: number | null }>('exchange-rate', { maxEntries: 1 })
  const { centsPerDeso } = await cache.wrap('usd', RATE_TTL_MS, async () => ({
    centsPerDeso: await ctx.app.node.usdCentsPerDeso({ signal: ctx.signal }),
  }))
  if (centsPerDeso === null) return null
  const cents = (nanos * BigInt(centsPerDeso) + 500_000_000n) / 1_000_000_000n
  return cents > MAX_INT ? null : Number(cents)
}
