import type { KuboEndpoint } from '../ipfs/kubo/endpoint.js'
import type { Settings } from './settings.js'
import { parseBaseUrl } from './urls.js'

const MAX_NODES = 16

export interface KuboConfig {
  /** First is preferred. */
  readonly endpoints: readonly KuboEndpoint[]
  /** How long a node may stand still. */
  readonly timeoutMs: number
}

/** Null: the embedded store. Faults never quote a URL or token, as they may be secret. */
export function readKubo(settings: Settings): KuboConfig | null {
  const timeoutMs = settings.integer('KUBO_TIMEOUT_MS', { default: 30_000, min: 100, max: 600_000 })
  const rpcs = readRpcs(settings)
  const tokens = readTokens(settings, rpcs.length)
  const gateways = readGateways(settings, rpcs.length)
  if (rpcs.length === 0) return null
  const endpoints = rpcs.map((rpc, i) => ({
    ...rpc,
    token: tokens[tokens.length === 1 ? 0 : i] ?? null,
    gatewayUrl: gateways[i] ?? null,
  }))
  return { endpoints, timeoutMs }
}

type Rpc = Pick<KuboEndpoint, 'rpcUrl' | 'socketPath'>

function readRpcs(settings: Settings): Rpc[] {
  const items = settings.list('KUBO_RPC_URL')
  if (items.length > MAX_NODES) settings.fault('KUBO_RPC_URL', `write at most ${MAX_NODES} URLs`)
  if (new Set(items).size < items.length) settings.fault('KUBO_RPC_URL', 'write each URL once')
  return items.flatMap((item, index) => {
    const rpc = parseRpc(item)
    if (!('fault' in rpc)) return [rpc]
    settings.fault('KUBO_RPC_URL', `${rpc.fault} (URL ${index + 1})`)
    return []
  })
}

/** An http(s) URL, with or without /api/v0, or `unix:` and the path of a socket. */
export function parseRpc(text: string): Rpc | { fault: string } {
  const socketPath = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1]
  if (socketPath !== undefined) return { rpcUrl: null, socketPath }
  if (text.startsWith('unix:'))
    return { fault: 'write unix: and an absolute path such as unix:/run/ipfs/api.sock' }
  const parsed = parseBaseUrl(text)
  if ('url' in parsed) return { rpcUrl: parsed.url.replace(/\/api\/v0$/, ''), socketPath: null }
  if (parsed.fault.includes('password')) return { fault: `${parsed.fault}; tokens go into KUBO_RPC_TOKEN` }
  return parsed
}

function readTokens(settings: Settings, nodes: number): string[] {
  const tokens = settings.list('KUBO_RPC_TOKEN')
  if (tokens.length > 1 && tokens.length !== nodes) {
    settings.fault(
      'KUBO_RPC_TOKEN',
      'write one token for all nodes, or one for each in the order of KUBO_RPC_URL',
    )
  }
  if (tokens.length > 0 && settings.text('KUBO_RPC_URL') === undefined) {
    settings.fault('KUBO_RPC_TOKEN', 'write KUBO_RPC_URL, too, or leave it out')
  }
  for (const [index, token] of tokens.entries()) {
    if (!/^[\x21-\x7e]+$/.test(token)) {
      settings.fault('KUBO_RPC_TOKEN', `write the token alone, without spaces (token ${index + 1})`)
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
