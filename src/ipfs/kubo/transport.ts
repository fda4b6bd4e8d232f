import { Agent, type Dispatcher } from 'undici'
import { StorageUnavailableError } from '../../errors.js'
import { KuboRefusal } from './faults.js'

/** Of a refusal, an answer to a small question, a block and its frame. */
const MAX_TEXT = 1 << 20
const CONNECT_MS = 5_000
/** More calls wait; uploads and downloads hold one each. */
const CONNECTIONS = 256

export interface TransportOptions {
  /** Without a slash at the end. */
  baseUrl: string
  /** A unix socket to speak through; the URL then only names things. */
  socketPath?: string | undefined
  headers?: Record<string, string>
  /** How long a peer may stand still: connecting, before its answer, and between two pieces of it. */
  idleMs: number
}

export interface TransportCall {
  method: 'GET' | 'POST' | 'DELETE'
  /** With its query. */
  path: string
  headers?: Record<string, string>
  body?: AsyncIterable<Uint8Array>
  /** How much of the answer may wait for its reader, who then gets it in pieces as large. */
  bufferBytes?: number
  signal?: AbortSignal | undefined
}

export type Answer = Dispatcher.ResponseData

/** HTTP to one place, as streams; every wait has an end, and a reader that pauses is not one of them. */
export class Transport {
  readonly #agent: Agent
  readonly #options: TransportOptions
  readonly #origin: string
  readonly #prefix: string

  constructor(options: TransportOptions) {
    const { idleMs, socketPath, baseUrl } = options
    const { origin, pathname } = new URL(baseUrl)
    this.#options = options
    this.#origin = origin
    this.#prefix = pathname === '/' ? '' : pathname
    this.#agent = new Agent({
      connections: CONNECTIONS,
      headersTimeout: idleMs,
      bodyTimeout: idleMs,
      connect: { timeout: Math.min(CONNECT_MS, idleMs), ...(socketPath !== undefined && { socketPath }) },
    })
  }

  /** The answer, whatever its status: whoever gets it reads its body to the end or destroys it. */
  send(call: TransportCall): Promise<Answer> {
    const { method, path, headers, body, bufferBytes, signal } = call
    return this.#agent.request({
      origin: this.#origin,
      path: this.#prefix + path,
      method,
      headers: { ...this.#options.headers, ...headers },
      // undici's types know Readable alone; any asynchronous iterable does.
      ...(body && { body: body as unknown as Dispatcher.DispatchOptions['body'] as never }),
      ...(bufferBytes !== undefined && { highWaterMark: bufferBytes }),
      ...(signal && { signal }),
    })
  }

  /** The answer of a call that must succeed. Throws KuboRefusal with what the peer says. */
  async ask(call: TransportCall, statuses: readonly number[] = [200]): Promise<Answer> {
    const answer = await this.send(call)
    if (statuses.includes(answer.statusCode)) return answer
    throw new KuboRefusal(answer.statusCode, messageOf(await readAll(answer)))
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }
}

/** A whole, small body; Kubo tells of what went wrong after the status in a trailer. */
export async function readAll(answer: Answer, maxBytes = MAX_TEXT): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new StorageUnavailableError('The Kubo node answered more than it was asked.')
    chunks.push(chunk)
  }
  assertNoTrailer(answer)
  return Buffer.concat(chunks)
}

/** Once a body has ended: throws KuboRefusal where the trailer says that it broke off. */
export function assertNoTrailer(answer: Answer): void {
  const fault = (answer.trailers as Record<string, string | undefined>)['x-stream-error']
  if (fault) throw new KuboRefusal(answer.statusCode, fault)
}

/** Lets the connection of an answer go that is not read. */
export function discard(answer: Answer): void {
  answer.body.on('error', () => {}).destroy()
}

function messageOf(body: Buffer): string {
  const text = body.toString('utf8')
  try {
    const { Message } = JSON.parse(text) as { Message?: unknown }
    return typeof Message === 'string' ? Message : text
  } catch {
    return text
  }
}
