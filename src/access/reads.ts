import type { RequestContext } from '../context.js'
import type { BlockRef } from '../deso/chain.js'
import type { Loaders } from '../deso/loaders.js'

/** What one request has asked of the chain already: a list of 20 contents of one plan asks once. */
interface Reads {
  tip: Promise<BlockRef> | null
  known: Map<string, Promise<unknown>>
}

/** Loaders are made once a request, so they stand for it. */
const readsOfRequest = new WeakMap<Loaders, Reads>()

/**
 * The committed tip at which this request reads and judges everything, asked of the node when first needed. Entries
 * are read after it: one whose height lies above it is not committed, whatever the node has mined since.
 */
export function committedTipOf(ctx: RequestContext): Promise<BlockRef> {
  const reads = readsOf(ctx)
  reads.tip ??= ctx.app.chain.freshCommittedTip({ signal: ctx.signal })
  return reads.tip
}

/** `load`'s answer, loaded once a request and key. */
export function once<T>(ctx: RequestContext, key: string, load: () => Promise<T>): Promise<T> {
  const { known } = readsOf(ctx)
  const answer = (known.get(key) as Promise<T> | undefined) ?? load()
  known.set(key, answer)
  return answer
}

/** The same request with nothing read yet: for what must not rest on an answer from before. */
export function withFreshReads(ctx: RequestContext): RequestContext {
  return { ...ctx, loaders: ctx.app.createLoaders(ctx.signal) }
}

/** The time by which entitlement is judged, in unix seconds: the later of the gateway's clock and the tip's. */
export function entitlementTime(ctx: RequestContext, tip: BlockRef): number {
  return Math.max(Math.floor(ctx.app.clock.now() / 1000), tip.time)
}

function readsOf({ loaders }: RequestContext): Reads {
  const reads = readsOfRequest.get(loaders) ?? { tip: null, known: new Map() }
  readsOfRequest.set(loaders, reads)
  return reads
}
