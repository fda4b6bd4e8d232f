import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from './clock.js'
import type { Config } from './config/config.js'
import { openCollectionDoor } from './ipfs/collection-door.js'
import { scheduleCollections } from './ipfs/collection-schedule.js'
import { type CollectOptions, createEmbeddedStore } from './ipfs/embedded-store.js'
import type { IpfsStore } from './ipfs/store.js'
import type { Metrics } from './metrics.js'

/**
 * The embedded store under DATA_DIR, swept by schedule and for `npm run gc` as long as it is open. What is opened is
 * put on `opened`.
 */
export async function openEmbeddedIpfs(
  { dataDir, garbage }: Pick<Config, 'dataDir' | 'garbage'>,
  { clock, log, metrics }: { clock: Clock; log: Logger; metrics: Metrics },
  opened: (() => Promise<void>)[],
): Promise<IpfsStore> {
  const store = await createEmbeddedStore({ dir: join(dataDir, 'ipfs'), log, now: () => clock.now() })
  opened.push(() => store.close())
  const collect = async (options: CollectOptions) => {
    try {
      const collected = await store.collect(options)
      if (!options.dryRun) metrics.collected(collected)
      return collected
    } catch (error) {
      metrics.collected(null)
      throw error
    }
  }
  const door = await openCollectionDoor(dataDir, collect, log)
  opened.push(async () => door[Symbol.asyncDispose]())
  if (garbage.intervalSeconds === 0) return store
  const schedule = scheduleCollections({
    collect: () => collect({ graceMs: garbage.graceSeconds * 1000, dryRun: false }),
    everyMs: garbage.intervalSeconds * 1000,
    clock,
    log,
  })
  opened.push(async () => schedule[Symbol.asyncDispose]())
  return store
}
