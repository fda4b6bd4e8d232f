/**
 * The config room turns the environment into one typed object: env.ts reads, settings.ts parses and gathers
 * faults, this file says which settings there are, their defaults and what must go together. It must not know
 * how any of them is used.
 */
import { resolve } from 'node:path'
import { readEnv } from './env.js'
import { type Garbage, readGarbage } from './garbage.js'
import { type IpfsConfig, readIpfs } from './ipfs.js'
import { type Limits, readLimits } from './limits.js'
import { Settings } from './settings.js'
import { isLoopback, parseBaseUrl, parseRedisUrl } from './urls.js'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const MAX_NODES = 16
const MAX_SEEDS = 32
/** The order of secp256k1: a seed is a private key, hence from 1 to one below it. */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** All settings, checked and derived. Holds secrets (seeds): never log it. */
export interface Config {
  readonly server: {
    readonly host: string
    /** 0: any free port; `publicUrl` then names port 0 unless it was given, and is for gateway.ts to mend. */
    readonly port: number
    /** Where clients reach the gateway; no slash at the end. It stands in challenges and links. */
    readonly publicUrl: string
    readonly isProduction: boolean
    readonly logLevel: (typeof LOG_LEVELS)[number]
  }
  /** Absolute. */
  readonly dataDir: string
  readonly deso: {
    /** First is preferred; no slash at the end. Null: the embedded local chain. */
    readonly nodeUrls: readonly string[] | null
    readonly network: 'mainnet' | 'testnet'
    /** For one request to a node. */
    readonly timeoutMs: number
  }
  /** Where content is kept. */
  readonly ipfs: IpfsConfig
  /** A Redis URL, which may hold a password. Null: in this process, and lost with it. */
  readonly cacheUrl: string | null
  /** A Redis URL, which may hold a password. Null: a log in `dataDir`. */
  readonly stateUrl: string | null
  readonly devchain: { readonly port: number; readonly blockMs: number }
  /** 64 hex digits each: the gateway's own, then older ones. Null: generated once and kept in `dataDir`. */
  readonly seeds: readonly string[] | null
  readonly sessions: {
    readonly sessionSeconds: number
    readonly challengeSeconds: number
    readonly linkSeconds: number
  }
  readonly limits: Limits
  readonly garbage: Garbage
  readonly live: {
    /** WebSockets and event streams together. */
    readonly maxConnections: number
    readonly heartbeatSeconds: number
    /** Events that wait for one client. */
    readonly maxQueue: number
  }
}

/**
 * Reads all settings. Throws ConfigError naming every fault at once. With NODE_ENV=production nothing is
 * embedded or generated unless it is asked for.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const settings = new Settings(readEnv(env))
  const isProduction =
    settings.choice('NODE_ENV', ['development', 'production', 'test'] as const) === 'production'
  const nodeUrls = readNodeUrls(settings, isProduction)
  requireExplicitStorage(settings, isProduction)
  const config: Config = {
    server: readServer(settings, isProduction),
    dataDir: resolve(settings.text('DATA_DIR') ?? './data'),
    deso: {
      nodeUrls,
      network: readNetwork(settings, isProduction),
      timeoutMs: settings.integer('NODE_TIMEOUT_MS', { default: 10_000, min: 100, max: 120_000 }),
    },
    ipfs: readIpfs(settings),
    cacheUrl: settings.text('CACHE_URL') === 'memory:' ? null : readRedisUrl(settings, 'CACHE_URL'),
    stateUrl: readRedisUrl(settings, 'STATE_URL'),
    devchain: {
      port: settings.integer('DEVCHAIN_PORT', { default: 18_001, min: 0, max: 65_535 }),
      blockMs: settings.integer('DEVCHAIN_BLOCK_MS', { default: 500, min: 10, max: 600_000 }),
    },
    seeds: readSeeds(settings, isProduction),
    sessions: {
      sessionSeconds: settings.integer('SESSION_SECONDS', { default: 86_400, min: 1, max: 2_592_000 }),
      challengeSeconds: settings.integer('CHALLENGE_SECONDS', { default: 300, min: 1, max: 3600 }),
      linkSeconds: settings.integer('LINK_SECONDS', { default: 21_600, min: 1, max: 604_800 }),
    },
    limits: readLimits(settings),
    garbage: readGarbage(settings),
    live: {
      maxConnections: settings.integer('MAX_LIVE_CONNECTIONS', { default: 10_000, min: 0, max: 1_000_000 }),
      heartbeatSeconds: settings.integer('LIVE_HEARTBEAT_SECONDS', { default: 15, min: 1, max: 60 }),
      maxQueue: settings.integer('MAX_LIVE_QUEUE', { default: 256, min: 1, max: 100_000 }),
    },
  }
  checkTogether(settings, config)
  settings.finish()
  return config
}

function readServer(settings: Settings, isProduction: boolean): Config['server'] {
  const host = settings.text('HOST') ?? '127.0.0.1'
  if (!/^[\w.:-]+$/.test(host)) settings.fault('HOST', 'write an address or host name such as 0.0.0.0')
  const port = settings.integer('PORT', { default: 4000, min: 0, max: 65_535 })
  return {
    host,
    port,
    publicUrl: readPublicUrl(settings, isProduction) ?? `http://localhost:${port}`,
    isProduction,
    logLevel: settings.choice('LOG_LEVEL', LOG_LEVELS) ?? 'info',
  }
}

function readPublicUrl(settings: Settings, isProduction: boolean): string | undefined {
  const text = settings.text('PUBLIC_URL')
  if (text === undefined) {
    if (isProduction)
      settings.fault('PUBLIC_URL', 'write the https URL under which clients reach this gateway')
    return undefined
  }
  const parsed = parseBaseUrl(text)
  if ('fault' in parsed) {
    settings.fault('PUBLIC_URL', parsed.fault)
    return undefined
  }
  if (isProduction && !parsed.url.startsWith('https:') && !isLoopback(parsed.hostname)) {
    settings.fault('PUBLIC_URL', 'write an https URL, as tokens and links travel over it')
  }
  return parsed.url
}

function readNodeUrls(settings: Settings, isProduction: boolean): string[] | null {
  if (settings.text('DESO_NODE_URL') === undefined) {
    if (isProduction) {
      settings.fault(
        'DESO_NODE_URL',
        'write the URL of a DeSo node; the local chain is for development alone',
      )
    }
    return null
  }
  const items = settings.list('DESO_NODE_URL')
  if (items.length === 0)
    settings.fault('DESO_NODE_URL', 'write at least one URL, several separated by commas')
  if (items.length > MAX_NODES) settings.fault('DESO_NODE_URL', `write at most ${MAX_NODES} URLs`)
  const urls = new Set<string>()
  for (const [index, item] of items.entries()) {
    const parsed = parseBaseUrl(item)
    if ('url' in parsed) urls.add(parsed.url)
    else settings.fault('DESO_NODE_URL', `${parsed.fault} (URL ${index + 1})`)
  }
  return [...urls]
}

function readNetwork(settings: Settings, isProduction: boolean): 'mainnet' | 'testnet' {
  const network = settings.choice('DESO_NETWORK', ['mainnet', 'testnet'] as const)
  const hasNode = settings.text('DESO_NODE_URL') !== undefined
  if ((hasNode || isProduction) && settings.text('DESO_NETWORK') === undefined) {
    settings.fault('DESO_NETWORK', 'write mainnet or testnet, whichever the node of DESO_NODE_URL is on')
  }
  if (!hasNode && !isProduction && network === 'mainnet') {
    settings.fault('DESO_NETWORK', 'write testnet, as the local chain is one, or set DESO_NODE_URL')
  }
  return network ?? 'testnet'
}

function readSeeds(settings: Settings, isProduction: boolean): string[] | null {
  if (settings.text('GATEWAY_SEED') === undefined) {
    if (isProduction) {
      settings.fault(
        'GATEWAY_SEED',
        'write 64 hex digits (openssl rand -hex 32), and keep them: they open all files',
      )
    }
    return null
  }
  const seeds = settings.list('GATEWAY_SEED').map((seed) => seed.toLowerCase())
  // Told by position alone: a seed must never reach a log.
  for (const [index, seed] of seeds.entries()) {
    if (!isSeed(seed))
      settings.fault('GATEWAY_SEED', `write 64 hex digits, a private key (seed ${index + 1})`)
  }
  if (seeds.length === 0) settings.fault('GATEWAY_SEED', 'write at least one seed, older ones behind it')
  if (seeds.length > MAX_SEEDS) settings.fault('GATEWAY_SEED', `write at most ${MAX_SEEDS} seeds`)
  if (new Set(seeds).size < seeds.length) settings.fault('GATEWAY_SEED', 'write each seed once')
  return seeds
}

function isSeed(text: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(text)) return false
  const key = BigInt(`0x${text}`)
  return key > 0n && key < CURVE_ORDER
}

function requireExplicitStorage(settings: Settings, isProduction: boolean): void {
  settings.choice('IPFS_STORE', ['embedded'] as const)
  const isEmbedded = settings.text('IPFS_STORE') !== undefined
  const hasKubo = settings.text('KUBO_RPC_URL') !== undefined
  if (isEmbedded && hasKubo) settings.fault('IPFS_STORE', 'leave it out, as KUBO_RPC_URL names another store')
  if (isProduction && !isEmbedded && !hasKubo) {
    settings.fault('IPFS_STORE', 'write embedded, to keep content under DATA_DIR, or set KUBO_RPC_URL')
  }
}

function readRedisUrl(settings: Settings, name: 'CACHE_URL' | 'STATE_URL'): string | null {
  const text = settings.text(name)
  if (text === undefined) return null
  const parsed = parseRedisUrl(text)
  if ('url' in parsed) return parsed.url
  settings.fault(name, name === 'CACHE_URL' ? `${parsed.fault}, or memory:` : parsed.fault)
  return null
}

function checkTogether(settings: Settings, config: Config): void {
  const { limits, server, devchain } = config
  if (limits.maxUnpublishedBytes < limits.maxFileBytes) {
    settings.fault('MAX_UNPUBLISHED_BYTES', 'write at least MAX_FILE_BYTES, or no file of that size can come')
  }
  if (config.deso.nodeUrls === null && server.port !== 0 && server.port === devchain.port) {
    settings.fault('DEVCHAIN_PORT', 'write another port than PORT, as both listen')
  }
}
