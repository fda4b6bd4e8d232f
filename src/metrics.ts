import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** OK: a usable answer. REFUSED: an answer all the same. GIVEN_UP: who asked has left. */
export type NodeRequestOutcome = 'OK' | 'REFUSED' | 'TIMEOUT' | 'FAILED' | 'GIVEN_UP'

/** One request to a DeSo node, as it ended. */
export interface NodeRequest {
  /** Name and port. */
  host: string
  /** The path, an id in it as `:id`. */
  endpoint: string
  outcome: NodeRequestOutcome
  seconds: number
}

export type LiveTransport = 'WEBSOCKET' | 'SSE'

/**
 * What an operator counts. Every label has few values: no key, id, name or address of anybody is one. Telling it
 * never throws and never waits.
 */
export interface Metrics {
  nodeRequest(request: NodeRequest): void
  cacheLookUp(cache: string, result: string): void
  /** `outcome`: DRAFTED, or the code of the error. */
  draft(kind: string, outcome: string): void
  /** `outcome`: the status of the transaction, REPLAYED, or the code of the error. */
  submit(outcome: string): void
  /** Null: the follower rests. */
  followed(blocks: { height: number; lag: number } | null): void
  liveConnection(transport: LiveTransport, change: 1 | -1): void
  liveWatch(field: string, change: 1 | -1): void
  liveEvent(field: string): void
  liveDropped(transport: LiveTransport, reason: string): void
  /** What one collection of the IPFS store removed; null: it failed. */
  collected(garbage: { blocks: number; bytes: number } | null): void
  /** All of it in Prometheus' text format. */
  expose(): Promise<{ contentType: string; text: string }>
}

const PREFIX = 'gateway_'
const NODE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** A registry of its own, so that two gateways in one process do not count together. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers: [registry] })
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers: [registry] })

  const nodeRequests = counter(
    'node_requests_total',
    'Requests to DeSo nodes.',
    'host',
    'endpoint',
    'outcome',
  )
  const nodeSeconds = new Histogram({
    name: `${PREFIX}node_request_duration_seconds`,
    help: 'How long requests to DeSo nodes took.',
    labelNames: ['host'],
    buckets: NODE_SECONDS,
    registers: [registry],
  })
  const lookUps = counter('cache_lookups_total', 'Look-ups in caches.', 'cache', 'result')
  const drafts = counter('drafts_total', 'Drafts asked for.', 'kind', 'outcome')
  const submits = counter('submits_total', 'Transactions handed in.', 'outcome')
  const isFollowing = gauge('follower_following', '1 while new blocks are read, 0 while nobody needs them.')
  const height = gauge('follower_height', 'Height of the newest committed block that was read.')
  const lag = gauge('follower_lag_blocks', 'Committed blocks that the node had and that were not read yet.')
  const connections = gauge('live_connections', 'Open connections for live events.', 'transport')
  const watches = gauge('live_watches', 'Live operations under way.', 'field')
  const events = counter('live_events_total', 'Live events answered.', 'field')
  const dropped = counter(
    'live_dropped_total',
    'Live connections ended by the gateway.',
    'transport',
    'reason',
  )

  const collections = counter('gc_runs_total', 'Collections of the embedded IPFS store.', 'outcome')
  const collectedBlocks = counter('gc_blocks_total', 'Blocks that collections removed.')
  const collectedBytes = counter('gc_bytes_total', 'Bytes of the blocks that collections removed.')

  return {
    nodeRequest({ host, endpoint, outcome, seconds }) {
      nodeRequests.inc({ host, endpoint, outcome })
      nodeSeconds.observe({ host }, seconds)
    },
    cacheLookUp: (cache, result) => lookUps.inc({ cache, result }),
    draft: (kind, outcome) => drafts.inc({ kind, outcome }),
    submit: (outcome) => submits.inc({ outcome }),
    followed(blocks) {
      isFollowing.set(blocks ? 1 : 0)
      lag.set(blocks?.lag ?? 0)
      if (blocks) height.set(blocks.height)
    },
    liveConnection: (transport, change) => connections.inc({ transport }, change),
    liveWatch: (field, change) => watches.inc({ field }, change),
    liveEvent: (field) => events.inc({ field }),
    liveDropped: (transport, reason) => dropped.inc({ transport, reason }),
    collected(garbage) {
      collections.inc({ outcome: garbage ? 'OK' : 'FAILED' })
      collectedBlocks.inc(garbage?.blocks ?? 0)
      collectedBytes.inc(garbage?.bytes ?? 0)
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}
