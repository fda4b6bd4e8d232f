import type { Json, World } from './world.js'

export interface HttpAnswer {
  status: number
  headers: Headers
  text: string
  /** Undefined where the text is no JSON. */
  body: Json
}

export interface HttpCall {
  method?: string
  token?: string | undefined
  headers?: Record<string, string>
  /** Sent as JSON unless it is text or a form. */
  body?: unknown
}

/** One HTTP request to a gateway, whatever comes back. */
export async function call(world: World, path: string, options: HttpCall = {}): Promise<HttpAnswer> {
  const { body, token, headers } = options
  const isRaw = typeof body === 'string' || body instanceof FormData || body instanceof Uint8Array
  const response = await fetch(`${world.url}${path}`, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    redirect: 'manual',
    ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
