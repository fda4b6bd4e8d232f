import { type Config, loadConfig } from './config/config.js'
import { ConfigError } from './config/settings.js'
import { type Gateway, startGateway } from './gateway.js'
import { CannotListenError, PortInUseError } from './http/door.js'
import { nameOf } from './ipfs/kubo/endpoint.js'
import { DataDirInUseError, DataDirUnusableError } from './store/data-dir.js'
import { LogCorruptError } from './store/log-replay.js'
import { StateUnsuitableError } from './store/redis-durability.js'

/** The command: starts the gateway, says where everything is, and stops it on a signal. */
try {
  const config = loadConfig(process.env)
  const gateway = await startGateway(config)
  console.log(banner(gateway))
  stopOnSignals(gateway)
} catch (error) {
  console.error(isExpected(error) ? error.message : error)
  process.exit(1)
}

/** What an operator can mend: one clear message is enough. */
function isExpected(error: unknown): error is Error {
  return [
    ConfigError,
    PortInUseError,
    CannotListenError,
    DataDirInUseError,
    DataDirUnusableError,
    LogCorruptError,
    StateUnsuitableError,
  ].some((type) => error instanceof type)
}

function stopOnSignals(gateway: Gateway): void {
  let isStopping = false
  const stop = (signal: string) => {
    if (isStopping) process.exit(1)
    isStopping = true
    console.log(`${signal}: stopping`)
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** Without user and password. */
function inRedis(name: string, url: string | null): string[] {
  return url === null ? [] : [`  ${name.padEnd(9)} ${new URL(url).host}   (Redis)`]
}

function storeOf({ ipfs, dataDir }: Config): string {
  return ipfs.kubo.length > 0
    ? `${ipfs.kubo.map(nameOf).join(', ')}   (Kubo)`
    : `${dataDir}/ipfs   (embedded store)`
}

function banner({ url, app, devchain }: Gateway): string {
  const { config } = app
  const lines = [
    '',
    'deso-ipfs-gateway',
    '',
    `  GraphQL   ${url}/graphql   (open it in a browser to explore)`,
    `  REST      ${url}/api`,
    `  DeSo      ${devchain ? `${devchain.url}   (local chain, ${config.deso.network})` : config.deso.nodeUrls?.join(', ')}`,
    `  IPFS      ${storeOf(config)}`,
    `  Data      ${config.dataDir}`,
    ...inRedis('State', config.stateUrl),
    ...inRedis('Cache', config.cacheUrl),
    '',
  ]
  if (!devchain) return lines.join('\n')
  const accounts = devchain.accounts.map(
    ({ name, publicKey, seedHex }, index) => `  (${index}) ${name.padEnd(6)} ${publicKey}  ${seedHex}`,
  )
  return [
    ...lines,
    'Dev accounts of the local chain, 10,000 DESO each: name, public key, seed. Known to everybody: never use them elsewhere.',
    '',
    ...accounts,
    '',
  ].join('\n')
}
