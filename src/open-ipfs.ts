import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from './clock.js'
import type { Config } from './config/config.js'
import { openEmbeddedIpfs } from './embedded-ipfs.js'
import { ClusterMirror } from './ipfs/mirrors/cluster-mirror.js'
import { MirrorQueue, type MirrorRecord } from './ipfs/mirrors/mirror-queue.js'
import { MirroredStore } from './ipfs/mirrors/mirrored-store.js'
import type { IpfsStore } from './ipfs/store.js'
import type { Metrics } from './metrics.js'
import { openAppendLog } from './store/append-log.js'

interface Rooms {
  clock: Clock
  log: Logger
  metrics: Metrics
}

type Opened = (() => Promise<void>)[]

/**
 * The store that the settings choose, with its mirrors. What speaks to Kubo is loaded where it is needed: it is a fifth of
 * all that a gateway loads. What is opened is put on `opened`.
 */
export async function openIpfs(config: Config, rooms: Rooms, opened: Opened): Promise<IpfsStore> {
  const store = await openStore(config, rooms, opened)
  const { mirrors: endpoints, timeoutMs } = config.ipfs
  if (endpoints.length === 0) return store
  const { log, entries } = await openAppendLog(join(config.dataDir, 'mirrors.log'))
  const { KuboMirror } = await import('./ipfs/mirrors/kubo-mirror.js')
  const mirrors = endpoints.map((endpoint) =>
    endpoint.kind === 'cluster'
      ? new ClusterMirror(endpoint, timeoutMs)
      : new KuboMirror(endpoint, timeoutMs),
  )
  const records = entries as MirrorRecord[]
  const queue = new MirrorQueue({
    mirrors,
    source: store,
    log,
    records,
    clock: rooms.clock,
    logger: rooms.log,
  })
  opened.push(() => queue.close())
  return new MirroredStore(store, queue)
}

async function openStore(config: Config, rooms: Rooms, opened: Opened): Promise<IpfsStore> {
  const { kubo: endpoints, timeoutMs, verifiesAll } = config.ipfs
  if (endpoints.length === 0) return openEmbeddedIpfs(config, rooms, opened)
  const { createKuboStore } = await import('./ipfs/kubo/kubo-store.js')
  const store = createKuboStore({ endpoints, timeoutMs, verifiesAll })
  opened.push(() => store.close())
  return store
}
