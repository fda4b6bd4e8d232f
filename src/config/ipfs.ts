import type { KuboEndpoint } from '../ipfs/kubo/endpoint.js'
import type { MirrorEndpoint } from '../ipfs/mirrors/mirror.js'
import type { EnvName } from './env.js'
import type { Settings } from './settings.js'
import { parseBaseUrl } from './urls.js'

const MAX_NODES = 16
const MAX_MIRRORS = 16

export interface IpfsConfig {
  /** The first is preferred. Empty: the embedded store, under DATA_DIR. Holds tokens. */
  readonly kubo: readonly KuboEndpoint[]
  /** What gets each pin as well. Holds tokens. */
  readonly mirrors: readonly MirrorEndpoint[]
  /** Whether long public reads from Kubo are checked against their CIDs here. */
  readonly verifiesAll: boolean
  /** How long any of them may stand still. */
  readonly timeoutMs: number
}

/** Faults never quote a URL or token, as they may be secret. */
export function readIpfs(settings: Settings): IpfsConfig {
  return {
    kubo: readKubo(settings),
    mirrors: readMirrors(settings),
    verifiesAll: settings.choice('KUBO_VERIFY', ['true', 'false'] as const) === 'true',
    timeoutMs: settings.integer('KUBO_TIMEOUT_MS', { default: 30_000, min: 100, max: 600_000 }),
  }
}

function readKubo(settings: Settings): KuboEndpoint[] {
  const rpcs = readRpcs(settings)
  const tokens = readTokens(settings, 'KUBO_RPC_URL', 'KUBO_RPC_TOKEN', rpcs.length)
  const gateways = readGateways(settings, rpcs.length)
  return rpcs.map((rpc, i) => ({ ...rpc, token: tokenOf(tokens, i), gatewayUrl: gateways[i] ?? null }))
}

/** `cluster+http://…` is an ipfs-cluster; all else, `kubo+` before it or not, the RPC of a Kubo node. */
function readMirrors(settings: Settings): MirrorEndpoint[] {
  const items = settings.list('IPFS_MIRRORS')
  if (items.length > MAX_MIRRORS) settings.fault('IPFS_MIRRORS', `write at most ${MAX_MIRRORS} URLs`)
  if (new Set(items).size < items.length) settings.fault('IPFS_MIRRORS', 'write each URL once')
  const tokens = readTokens(settings, 'IPFS_MIRRORS', 'IPFS_MIRROR_TOKENS', items.length)
  return items.flatMap((item, i) => {
    const kind = item.startsWith('cluster+') ? 'cluster' : 'kubo'
    const rpc = parseRpc(item.replace(/^(cluster|kubo)\+/, ''), 'IPFS_MIRROR_TOKENS')
    if ('fault' in rpc || (kind === 'cluster' && rpc.rpcUrl === null)) {
      const fault =
        'fault' in rpc
          ? rpc.fault
          : 'write the URL of the cluster’s REST API such as cluster+http://host:9094'
      settings.fault('IPFS_MIRRORS', `${fault} (URL ${i + 1})`)
      return []
    }
    return [{ kind, url: rpc.rpcUrl, socketPath: rpc.socketPath, token: tokenOf(tokens, i) }]
  })
}

function tokenOf(tokens: readonly string[], index: number): string | null {
  const token = tokens[tokens.length === 1 ? 0 : index] ?? '-'
  return token === '-' ? null : token
}

type Rpc = Pick<KuboEndpoint, 'rpcUrl' | 'socketPath'>

function readRpcs(settings: Settings): Rpc[] {
  const items = settings.list('KUBO_RPC_URL')
  if (items.length > MAX_NODES) settings.fault('KUBO_RPC_URL', `write at most ${MAX_NODES} URLs`)
  if (new Set(items).size < items.length) settings.fault('KUBO_RPC_URL', 'write each URL once')
  return items.flatMap((item, index) => {
    const rpc = parseRpc(item, 'KUBO_RPC_TOKEN')
    if (!('fault' in rpc)) return [rpc]
    settings.fault('KUBO_RPC_URL', `${rpc.fault} (URL ${index + 1})`)
    return []
  })
}

/** An http(s) URL, with or without /api/v0, or `unix:` and the path of a socket. */
function parseRpc(text: string, tokens: EnvName): Rpc | { fault: string } {
  const socketPath = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1]
  if (socketPath !== undefined) return { rpcUrl: null, socketPath }
  if (text.startsWith('unix:'))
    return { fault: 'write unix: and an absolute path such as unix:/run/ipfs/api.sock' }
  const parsed = parseBaseUrl(text)
  if ('url' in parsed) return { rpcUrl: parsed.url.replace(/\/api\/v0$/, ''), socketPath: null }
  if (parsed.fault.includes('password')) return { fault: `${parsed.fault}; tokens go into ${tokens}` }
  return parsed
}

/** One for all, or one for each, `-` for none. */
function readTokens(settings: Settings, urls: EnvName, name: EnvName, count: number): string[] {
  const tokens = settings.list(name)
  if (tokens.length > 1 && tokens.length !== count) {
    settings.fault(name, `write one token for all, or one for each in the order of ${urls} (- for none)`)
  }
  if (tokens.length > 0 && settings.text(urls) === undefined) {
    settings.fault(name, `write ${urls}, too, or leave it out`)
  }
  for (const [index, token] of tokens.entries()) {
    if (!/^[\x21-\x7e]+$/.test(token)) {
      settings.fault(name, `write the token alone, without spaces (token ${index + 1})`)
    }
  }
  return tokens
}

function readGateways(settings: Settings, nodes: number): string[] {
  const items = settings.list('KUBO_GATEWAY_URL')
  if (items.length > 0 && items.length !== nodes) {
    settings.fault('KUBO_GATEWAY_URL', 'write one URL for each node, in the order of KUBO_RPC_URL')
  }
  return items.flatMap((item, index) => {
    const parsed = parseBaseUrl(item)
    if ('url' in parsed) return [parsed.url]
    settings.fault('KUBO_GATEWAY_URL', `${parsed.fault} (URL ${index + 1})`)
    return []
  })
}
