import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { type ClientOptions, WebSocket } from 'ws'
import type { Json } from './world.js'

/** A WebSocket without a client library: what it was sent, message by message. */
export class RawSocket {
  readonly messages: Json[] = []
  /** Resolves with code and reason. */
  readonly closed: Promise<{ code: number; reason: string }>
  #changed: () => void = () => undefined

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)))
      this.#changed()
    })
    socket.on('error', () => undefined)
    this.closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }))
  }

  static async open(
    url: string,
    options: ClientOptions = {},
    protocols: string | string[] = 'graphql-transport-ws',
  ): Promise<RawSocket> {
    const raw = new RawSocket(new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, protocols, options))
    await Promise.race([once(raw.socket, 'open'), raw.closed])
    return raw
  }

  /** The same, acknowledged. */
  static async ready(
    url: string,
    payload: Json = undefined,
    options: ClientOptions = {},
  ): Promise<RawSocket> {
    const raw = await RawSocket.open(url, options)
    raw.send({ type: 'connection_init', payload })
    await raw.next(({ type }) => type === 'connection_ack')
    return raw
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  subscribe(id: string, query: string, variables?: Json): void {
    this.send({ id, type: 'subscribe', payload: { query, variables } })
  }

  /** The first message of the kind, come or still to come. */
  async next(is: (message: Json) => boolean): Promise<Json> {
    for (;;) {
      const found = this.messages.find(is)
      if (found) return found
      const gone = await Promise.race([
        new Promise<null>((resolve) => {
          this.#changed = () => resolve(null)
        }),
        this.closed,
      ])
      if (gone) throw new Error(`closed with ${gone.code} ${gone.reason}`)
    }
  }
}

/** The answer to a handshake that is refused. */
export function refusedHandshake(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: Json }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, 'graphql-transport-ws', { headers })
    socket.on('open', () => reject(new Error('it was not refused')))
    socket.on('error', () => undefined)
    socket.on('unexpected-response', async (_request, response: IncomingMessage) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      const body = JSON.parse(Buffer.concat(chunks).toString())
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
    })
  })
}

/** An event stream without a client library: its bytes as they come. */
export class RawStream {
  text = ''
  readonly ended: Promise<void>
  #changed: () => void = () => undefined

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      this.text += chunk
      this.#changed()
    })
    response.on('error', () => undefined)
    this.ended = once(response, 'close').then(() => this.#changed())
  }

  static async open(
    url: string,
    query: string,
    {
      variables,
      headers = {},
      method = 'GET',
    }: { variables?: Json; headers?: Record<string, string>; method?: string } = {},
  ): Promise<RawStream> {
    const parameters = new URLSearchParams({
      query,
      ...(variables && { variables: typeof variables === 'string' ? variables : JSON.stringify(variables) }),
    })
    const search = method === 'POST' ? '' : `?${parameters}`
    const sent = request(`${url}/graphql${search}`, {
      method,
      headers: {
        accept: 'text/event-stream',
        ...(method === 'POST' && { 'content-type': 'application/json' }),
        ...headers,
      },
    })
    sent.end(method === 'POST' ? JSON.stringify({ query, variables }) : undefined)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return new RawStream(response)
  }

  async until(is: (text: string) => boolean): Promise<string> {
    while (!is(this.text)) {
      if (this.response.closed) throw new Error(`it ended with ${this.text}`)
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
    return this.text
  }

  get json(): Json {
    return JSON.parse(this.text)
  }

  close(): void {
    this.response.destroy()
  }
}
