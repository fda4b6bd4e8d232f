import type { Logger } from 'pino'
import type { Clock } from './clock.js'
import type { Config } from './config/config.js'
import { openEmbeddedIpfs } from './embedded-ipfs.js'
import { createKuboStore } from './ipfs/kubo/kubo-store.js'
import type { IpfsStore } from './ipfs/store.js'
import type { Metrics } from './metrics.js'

/** The store that the settings choose. What is opened is put on `opened`. */
export async function openIpfs(
  config: Config,
  rooms: { clock: Clock; log: Logger; metrics: Metrics },
  opened: (() => Promise<void>)[],
): Promise<IpfsStore> {
  if (!config.ipfs.kubo) return openEmbeddedIpfs(config, rooms, opened)
  const store = createKuboStore(config.ipfs.kubo)
  opened.push(() => store.close())
  return store
}
