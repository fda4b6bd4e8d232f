import { join } from 'node:path'
import type { Logger } from 'pino'
import { TouchedParties } from './access/touched-parties.js'
import { Announcer } from './announcer.js'
import { type Clock, systemClock } from './clock.js'
import type { Config } from './config/config.js'
import { ContentPins } from './content/pins/content-pins.js'
import { UploadStore } from './content/uploads/upload-store.js'
import type { AppContext } from './context.js'
import { type GatewayIdentity, gatewayIdentityFromSeed } from './crypto/gateway-identity.js'
import { createBlockFollower } from './deso/block-follower.js'
import { createChainReader } from './deso/chain-reader.js'
import { type PublicKey, publicKeyFromBytes, publicKeyOf } from './deso/keys.js'
import { createLoaders } from './deso/loaders.js'
import type { NodeHealth, NodeState } from './deso/node.js'
import { createNodeFleet } from './deso/node-fleet.js'
import { devAccounts } from './devchain/accounts.js'
import { startDevchain } from './devchain/devchain.js'
import { LiveOperations } from './graphql/live/live-operations.js'
import { createSchema } from './graphql/schema.js'
import { createGraphQLServer } from './graphql/server.js'
import { createHttpListener } from './http/app.js'
import { openDoor, portInUse } from './http/door.js'
import { LiveConnections } from './http/live/live-connections.js'
import { createWebSockets } from './http/live/web-sockets.js'
import { LiveFeed } from './live/live-feed.js'
import { createLogger } from './logger.js'
import { createMetrics } from './metrics.js'
import { openIpfs } from './open-ipfs.js'
import { openCaches } from './store/caches.js'
import { lockDataDir } from './store/data-dir.js'
import { generatedSeed } from './store/generated-seed.js'
import { KeyedMutex } from './store/keyed-mutex.js'
import { openState } from './store/open-state.js'

/** A running gateway. */
export interface Gateway extends AsyncDisposable {
  /** Where clients reach it: PUBLIC_URL. */
  url: string
  port: number
  /** Of the local chain; null where a DeSo node was configured. */
  devchain: { url: string; accounts: readonly FundedAccount[] } | null
  app: AppContext
  /** Ends requests under way within seconds, then everything else. */
  close(): Promise<void>
}

/** Of the local chain, known to everybody. */
export interface FundedAccount {
  name: string
  publicKey: PublicKey
  /** Private key, 64 hex digits. */
  seedHex: string
}

export interface GatewayOptions {
  clock?: Clock
  log?: Logger
}

/**
 * The composition root: configuration in, running server out. The only place that knows every room. Throws
 * DataDirInUseError, PortInUseError, CannotListenError and what the rooms throw while opening; what was opened before is closed again.
 */
export async function startGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const { clock = systemClock, log = createLogger(config.server.logLevel) } = options
  const opened: (() => Promise<void>)[] = []
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  try {
    const lock = await lockDataDir(config.dataDir)
    opened.push(async () => lock[Symbol.asyncDispose]())
    const door = await openDoor(config.server)
    opened.push(() => door.close())
    const devchain = await openDevchain(config, clock, log, opened)
    const app = await openApp(withPort(config, door.port), devchain?.url ?? null, clock, log, opened)
    const schema = createSchema(config.deso.network)
    const graphql = createGraphQLServer(app, schema)
    await graphql.start()
    const live = new LiveConnections(app, new LiveOperations(app, schema))
    opened.push(
      () => graphql.stop(),
      () => door.drain(),
      () => live.close(),
    )
    door.serve(createHttpListener(app, graphql, live), createWebSockets(app, live))
    const url = app.config.server.publicUrl
    return { url, port: door.port, devchain, app, close: closeAll, [Symbol.asyncDispose]: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}

type Opened = (() => Promise<void>)[]

async function openDevchain(
  config: Config,
  clock: Clock,
  log: Logger,
  opened: Opened,
): Promise<Gateway['devchain']> {
  if (config.deso.nodeUrls) return null
  const { port, blockMs } = config.devchain
  const chain = await startDevchain({
    port,
    blockMs,
    dataDir: join(config.dataDir, 'devchain'),
    clock,
    log,
  }).catch((error: unknown) => {
    throw portInUse(error, 'DEVCHAIN_PORT', port)
  })
  opened.push(() => chain.close())
  const accounts = devAccounts().map(({ name, account, seedHex }) => ({
    name,
    publicKey: publicKeyFromBytes(Buffer.from(account, 'hex'), config.deso.network),
    seedHex,
  }))
  return { url: chain.url, accounts }
}

async function openApp(
  config: Config,
  devchainUrl: string | null,
  clock: Clock,
  log: Logger,
  opened: Opened,
): Promise<AppContext> {
  const [seed, ...olderSeeds] = config.seeds ?? [await generatedSeed(config.dataDir)]
  const identity = gatewayIdentityFromSeed(seed as string, olderSeeds)
  const { network, timeoutMs } = config.deso
  const prefix = redisPrefix(identity, network)
  const path = join(config.dataDir, 'state.log')
  const state = await openState({ url: config.stateUrl, path, prefix, clock, log })
  opened.push(() => state.close())
  const metrics = createMetrics()
  const ipfs = await openIpfs(config, { clock, log, metrics }, opened)
  const { maxOpenUploads: maxOpen, uploadSeconds: keptSeconds } = config.limits
  const uploads = await UploadStore.open({
    dir: join(config.dataDir, 'uploads'),
    identity,
    clock,
    log,
    maxOpen,
    keptSeconds,
  })
  opened.push(() => uploads.close())
  const caches = openCaches({
    url: config.cacheUrl,
    prefix,
    secret: identity.secret('cache'),
    clock,
    log,
    observe: (cache, lookUp) => metrics.cacheLookUp(cache, lookUp),
  })
  opened.push(() => caches.close())
  const urls = config.deso.nodeUrls ?? [devchainUrl as string]
  const node = createNodeFleet({
    urls,
    network,
    onlyNetwork: network,
    clock,
    readTimeoutMs: timeoutMs,
    submitTimeoutMs: timeoutMs,
    observe: (request) => metrics.nodeRequest(request),
    onChange: (health, before) => logState(log, health, before),
  })
  opened.push(() => node.close())
  // It may come later; an operator who named the wrong one wants to know now.
  node.committedTip().catch((error: unknown) => log.warn({ err: error }, 'no usable DeSo node yet'))
  const chain = createChainReader({ node, caches, clock })
  const touched = new TouchedParties()
  const follower = createBlockFollower({
    chain,
    first: touched,
    clock,
    log,
    observe: (progress) => metrics.followed(progress),
  })
  opened.push(async () => follower[Symbol.asyncDispose]())
  const rooms = {
    config,
    clock,
    log,
    node,
    ipfs,
    uploads,
    state,
    caches,
    identity,
    chain,
    follower,
    touched,
    live: new LiveFeed({ follower, chain, network, maxReplayBlocks: config.limits.maxReplayBlocks }),
    mutex: new KeyedMutex(),
    metrics,
    submits: new Announcer(),
    commits: new Announcer(),
    createLoaders: (signal: AbortSignal) => createLoaders({ node, caches, clock, signal }),
  }
  const pins = new ContentPins(rooms)
  pins.start()
  opened.push(async () => pins[Symbol.asyncDispose]())
  return { ...rooms, pins }
}

/**
 * Gateways of one seed and network share what they keep in Redis, and others do not. The oldest seed names it, so that
 * a new one in front of it finds the drafts of before.
 */
function redisPrefix({ unwrapKeys }: GatewayIdentity, network: Config['deso']['network']): string {
  const oldest = publicKeyOf(unwrapKeys.at(-1) as Uint8Array)
  return `deso-ipfs-gateway:${publicKeyFromBytes(oldest, network)}:`
}

/** Where any free port was asked for, the public URL names the one that it became. */
function withPort(config: Config, port: number): Config {
  const publicUrl = config.server.publicUrl.replace(/:0$/, `:${port}`)
  return { ...config, server: { ...config.server, port, publicUrl } }
}

/** The host alone: a path may hold a key. */
function logState(log: Logger, { url, state, height, latencyMs }: NodeHealth, before: NodeState): void {
  const node = { host: new URL(url).host, state, before, height, latencyMs }
  if (state === 'ready') log.info(node, 'a DeSo node is ready')
  else log.warn(node, `a DeSo node is not fully usable: ${state}`)
}
