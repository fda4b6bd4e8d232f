import { pino } from 'pino'
import { TouchedParties } from '../../src/access/touched-parties.js'
import { Announcer } from '../../src/announcer.js'
import { type Clock, systemClock } from '../../src/clock.js'
import type { Config } from '../../src/config/config.js'
import type { AppContext } from '../../src/context.js'
import { gatewayIdentityFromSeed } from '../../src/crypto/gateway-identity.js'
import { createChainReader } from '../../src/deso/chain-reader.js'
import { createLoaders } from '../../src/deso/loaders.js'
import { createNodeFleet } from '../../src/deso/node-fleet.js'
import type { Metrics } from '../../src/metrics.js'
import { createMemoryCaches } from '../../src/store/caches.js'
import { KeyedMutex } from '../../src/store/keyed-mutex.js'
import type { StateStore } from '../../src/store/state.js'
import { type FaultPoints, withPoints } from './fault-points.js'

const SEED = '0b'.repeat(32)

/** What is counted is of no interest here, and a registry for each process takes its time. */
const UNCOUNTED = new Proxy({} as Metrics, { get: () => () => undefined })

/** Time passes as it does, but nobody waits for long. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 5), signal),
}

/**
 * The rooms that draft and send, in front of a real local chain over HTTP, in a process that ends at fault points and
 * is started again on what lasts: its state. All gateways have the same seed.
 */
export class CrashingGateway {
  #incarnation: Promise<Incarnation> | null = null

  constructor(
    private readonly chainUrl: string,
    private readonly points: FaultPoints,
    /** Opens what lasts. */
    private readonly openState: () => Promise<StateStore>,
  ) {}

  /** Of the process that runs; starts another one where it has crashed. */
  async app(): Promise<AppContext> {
    const before = this.#incarnation
    if (before && !(await before).isOver()) return (await before).app
    // Whoever comes first starts it again; the others find its promise.
    if (this.#incarnation === before) this.#incarnation = this.#start(before)
    return (await (this.#incarnation as Promise<Incarnation>)).app
  }

  async close(): Promise<void> {
    await (await this.#incarnation)?.end()
  }

  async #start(before: Promise<Incarnation> | null): Promise<Incarnation> {
    await (await before)?.end()
    const run = this.points.startRun()
    const clock = hastyClock
    const opened = await this.openState()
    const client = createNodeFleet({ urls: [this.chainUrl], network: 'testnet', clock })
    const node = withPoints('node', client, run)
    const caches = createMemoryCaches(clock)
    const app: AppContext = {
      config: {
        deso: { network: 'testnet' },
        limits: { maxPageSize: 100, commitWaitSeconds: 5 },
      } as unknown as Config,
      clock,
      log: pino({ level: 'silent' }),
      node,
      caches,
      identity: gatewayIdentityFromSeed(SEED),
      chain: createChainReader({ node, caches, clock }),
      state: withPoints('state', opened, run),
      mutex: new KeyedMutex(),
      submits: new Announcer(),
      commits: new Announcer(),
      pins: null as never,
      uploads: null as never,
      follower: null as never,
      touched: new TouchedParties(),
      live: null as never,
      metrics: UNCOUNTED,
      createLoaders: (signal) => createLoaders({ node, caches, clock, signal }),
      ipfs: null as never,
    }
    return {
      app,
      isOver: () => run.isOver(),
      end: async () => {
        // What was on its way when the process ended arrives all the same; only then may another one open the state.
        await run.drained()
        await opened.close()
        await client.close()
      },
    }
  }
}

interface Incarnation {
  app: AppContext
  isOver(): boolean
  end(): Promise<void>
}
