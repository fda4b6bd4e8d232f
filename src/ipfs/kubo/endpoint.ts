/** One Kubo node, as the settings name it. */
export interface KuboEndpoint {
  /** http(s), without `/api/v0`; null: through the socket. */
  rpcUrl: string | null
  /** The path of a unix socket; null: by URL. */
  socketPath: string | null
  /** A bearer token for the RPC, or `user:password` (Kubo's `API.Authorizations`); never logged. */
  token: string | null
  /** The node's own gateway, for reads; null: reads go over the RPC. */
  gatewayUrl: string | null
}

/** The header that a token makes. */
export function authorizationOf(token: string | null): Record<string, string> {
  if (token === null) return {}
  const isPassword = token.includes(':')
  return { authorization: isPassword ? `Basic ${Buffer.from(token).toString('base64')}` : `Bearer ${token}` }
}

/** What a log may say of a node: neither path nor token. */
export function nameOf({ rpcUrl, socketPath }: KuboEndpoint): string {
  return rpcUrl === null ? `unix:${socketPath}` : new URL(rpcUrl).host
}
