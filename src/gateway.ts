import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { type Clock, systemClock } from './clock.js'
import type { Config } from './config/config.js'
import type { AppContext } from './context.js'
import { gatewayIdentityFromSeed } from './crypto/gateway-identity.js'
import { createChainReader } from './deso/chain-reader.js'
import { createHttpNode } from './deso/http-node.js'
import { type PublicKey, publicKeyFromBytes } from './deso/keys.js'
import { createLoaders } from './deso/loaders.js'
import { devAccounts } from './devchain/accounts.js'
import { startDevchain } from './devchain/devchain.js'
import { createGraphQLServer } from './graphql/server.js'
import { createHttpApp } from './http/app.js'
import { createEmbeddedStore } from './ipfs/embedded-store.js'
import { createLogger } from './logger.js'
import { createMemoryCaches } from './store/caches.js'
import { lockDataDir } from './store/data-dir.js'
import { KeyedMutex } from './store/keyed-mutex.js'
import { openLogState } from './store/log-state.js'

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

/** A port that something else has. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError'

  constructor(setting: string, port: number) {
    super(`Port ${port} is in use: stop what uses it, or set ${setting} to another port.`)
  }
}

/** Requests under way have this long when the gateway stops. */
const CLOSE_GRACE_MS = 10_000

/**
 * The composition root: configuration in, running server out. The only place that knows every room. Throws
 * DataDirInUseError, PortInUseError and what the rooms throw while opening; what was opened before is closed again.
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
    const devchain = await openDevchain(config, clock, log, opened)
    const app = await openApp(config, devchain?.url ?? null, clock, log, opened)
    const { port, url } = await serve(app, opened)
    return { url, port, devchain, app, close: closeAll, [Symbol.asyncDispose]: closeAll }
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
  const [seed, ...olderSeeds] = config.seeds ?? [await ownSeed(config.dataDir)]
  const state = await openLogState(join(config.dataDir, 'state.log'), clock, { log })
  opened.push(() => state.close())
  const ipfs = await createEmbeddedStore({ dir: join(config.dataDir, 'ipfs'), log })
  opened.push(() => ipfs.close())
  const caches = createMemoryCaches(clock)
  const urls = config.deso.nodeUrls ?? [devchainUrl as string]
  const { network, timeoutMs } = config.deso
  const node = createHttpNode({ urls, network, clock, readTimeoutMs: timeoutMs })
  opened.push(() => node.close())
  return {
    config,
    clock,
    log,
    node,
    ipfs,
    state,
    caches,
    identity: gatewayIdentityFromSeed(seed as string, olderSeeds),
    chain: createChainReader({ node, caches, clock }),
    mutex: new KeyedMutex(),
    createLoaders: (signal) => createLoaders({ node, caches, clock, signal }),
  }
}

/** The seed made at the first start: readable by the owner alone, whole or not there. */
async function ownSeed(dataDir: string): Promise<string> {
  const path = join(dataDir, 'gateway.seed')
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (known !== null) return known.trim()
  const fresh = `${path}.${process.pid}`
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const file = await open(fresh, 'w', 0o600)
  await file.writeFile(`${randomBytes(32).toString('hex')}\n`)
  await file.sync()
  await file.close()
  await link(fresh, path)
  await rm(fresh)
  return ownSeed(dataDir)
}

async function serve(app: AppContext, opened: Opened): Promise<{ port: number; url: string }> {
  const { host, port } = app.config.server
  const graphql = createGraphQLServer(app)
  await graphql.start()
  opened.push(() => graphql.stop())
  const server = createServer(
    // An upload flows as long as it flows: the socket's idle limit is what ends a dead one.
    { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000 },
    createHttpApp(app, graphql),
  )
  server.timeout = 120_000
  await listen(server, host, port)
  opened.push(() => closeServer(server))
  const actual = (server.address() as AddressInfo).port
  return { port: actual, url: app.config.server.publicUrl }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portInUse(error, 'PORT', port)))
    server.listen(port, host, resolve)
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function portInUse(error: unknown, setting: string, port: number): unknown {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? new PortInUseError(setting, port) : error
}
