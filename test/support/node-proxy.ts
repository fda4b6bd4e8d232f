import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseLosslessJson, stringifyLosslessJson } from '../../src/deso/lossless-json.js'
import type { Json } from './world.js'

/** One question and its answer, as they pass; a lie changes the answer, or puts another in its place. */
export interface Passing {
  path: string
  question: Json
  status: number
  answer: Json
}

export type Lie = (passing: Passing) => void

/** Between a gateway and a node: passes everything on, unless it is told to lie, or to be dead. */
export class NodeProxy implements AsyncDisposable {
  readonly lies: Lie[] = []
  /** Paths, in the order that they came. */
  readonly seen: string[] = []
  isDead = false
  /** The node does what it is asked, and the answer is lost, for paths that begin so. */
  losesAnswersOf: string | null = null

  private constructor(
    readonly url: string,
    private readonly node: string,
    private readonly stop: () => Promise<void>,
  ) {}

  static async open(node: string): Promise<NodeProxy> {
    const server = createServer((request, response) => {
      void proxy.pass(request, response).catch(() => response.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const proxy = new NodeProxy(`http://127.0.0.1:${port}`, node, async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    })
    return proxy
  }

  /** As it was at the beginning. */
  heal(): void {
    this.lies.length = 0
    this.isDead = false
    this.losesAnswersOf = null
  }

  asked(path: string): number {
    return this.seen.filter((each) => each === path).length
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    const body = await read(request)
    if (this.isDead) return void response.destroy()
    this.seen.push(path)
    const init = request.method === 'POST' ? { body, headers: { 'content-type': 'application/json' } } : {}
    const answered = await fetch(`${this.node}${path}`, { method: request.method ?? 'GET', ...init })
    const text = await answered.text()
    const isLost = this.losesAnswersOf !== null && path.startsWith(this.losesAnswersOf)
    if (this.isDead || isLost) return void response.destroy()
    const type = answered.headers.get('content-type') ?? 'text/plain'
    const passing = { path, question: body === '' ? null : JSON.parse(body), status: answered.status }
    const told = type.includes('json') ? this.bend({ ...passing, answer: parseLosslessJson(text) }) : null
    response.writeHead(told?.status ?? answered.status, { 'content-type': type })
    response.end(told ? stringifyLosslessJson(told.answer) : text)
  }

  private bend(passing: Passing): Passing {
    for (const lie of this.lies) lie(passing)
    return passing
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
