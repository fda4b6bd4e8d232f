/**
 * The SDK: typed operations over fetch, and signing that reads before it signs. It knows the gateway's GraphQL API, DeSo's
 * transaction format and the open protocol, and must not need Node, nor anything of the server's rooms.
 */
import type { Network } from '../deso/keys.js'
import { readAnswer } from './answer.js'
import { type CallOptions, withDeadline } from './deadline.js'
import type { TypedDocumentString } from './generated.js'

export interface ClientOptions {
  /** Of the gateway, e.g. http://localhost:4000. */
  url: string
  /** Its PUBLIC_URL, which stands in what is signed to sign in; `url` unless given. */
  publicUrl?: string
  /** Whose keys are written and read; mainnet unless given. The local chain is a testnet. */
  network?: Network
  fetch?: typeof globalThis.fetch
  /** For one request, 60,000 unless given; longer than `gateway.limits.commitWaitSeconds`. Uploads end when they stall. */
  timeoutMs?: number
  /** Of a session that is kept elsewhere. */
  accessToken?: string
}

export interface Client {
  readonly options: Required<Omit<ClientOptions, 'accessToken'>> & { accessToken: string | null }
  /**
   * One operation of generated.ts. Throws GraphQLRequestError, ConnectionError, or the signal's reason. Errors of a
   * payload are data here: see `payloadOf`.
   */
  request<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): Promise<Result>
}

const DEFAULT_TIMEOUT_MS = 60_000

/**
 * A client of one gateway. Nothing is asked before the first request.
 *
 * @example
 * const client = createClient({ url: 'http://localhost:4000', network: 'testnet' })
 * const { account } = await client.request(GetAccountDocument, { by: { username: 'alice' } })
 */
export function createClient({
  url,
  publicUrl,
  network,
  fetch,
  timeoutMs,
  accessToken,
}: ClientOptions): Client {
  const base = withoutSlash(url)
  const options: Client['options'] = {
    url: base,
    publicUrl: withoutSlash(publicUrl ?? base),
    network: network ?? 'mainnet',
    fetch: fetch ?? globalThis.fetch,
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    accessToken: accessToken ?? null,
  }
  return {
    options,
    request: (document, variables, { signal } = {}) =>
      withDeadline(options.timeoutMs, signal, async (bounded) => {
        const body = JSON.stringify({ query: document.toString(), variables })
        const headers = { 'content-type': 'application/json', ...graphqlHeaders(options) }
        const response = await options.fetch(`${base}/graphql`, {
          method: 'POST',
          headers,
          body,
          signal: bounded,
        })
        return (await readAnswer(response)) as never
      }),
  }
}

/** What every request to /graphql carries. */
export function graphqlHeaders({ accessToken }: Client['options']): Record<string, string> {
  return {
    accept: 'application/json',
    'apollo-require-preflight': '1',
    ...(accessToken !== null && { authorization: `Bearer ${accessToken}` }),
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
