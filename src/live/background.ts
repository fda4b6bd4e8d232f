import { setMaxListeners } from 'node:events'
import type { AppContext, RequestContext } from '../context.js'
import { persist } from './persist.js'

/** What is read for all who watch ends after this long, in milliseconds. */
const DEADLINE_MS = 60_000
/** Those who are told of one event at the same time share what is read for it. */
const SHARED_MS = 2_000

/**
 * What `load` answers for a thing, read once for all who ask at the same time, in a request of nobody, and tried again
 * for a while where the node or IPFS does not answer.
 */
export function sharedLoad<K extends object, V>(
  load: (ctx: RequestContext, key: K) => Promise<V>,
): (app: AppContext, key: K) => Promise<V> {
  const known = new WeakMap<K, { since: number; value: Promise<V> }>()
  return (app, key) => {
    const now = performance.now()
    const before = known.get(key)
    if (before && now - before.since < SHARED_MS) return before.value
    const signal = AbortSignal.timeout(DEADLINE_MS)
    setMaxListeners(0, signal)
    const value = persist(app.clock, signal, () => load(contextOf(app, signal), key))
    known.set(key, { since: now, value })
    return value
  }
}

function contextOf(app: AppContext, signal: AbortSignal): RequestContext {
  return { app, viewer: null, loaders: app.createLoaders(signal), signal, requestId: 'live' }
}
