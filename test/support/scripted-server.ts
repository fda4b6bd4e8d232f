import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface SeenRequest {
  method: string
  path: string
  contentType: string | undefined
  body: string
}

/** What the server does with one request; it may answer, drop the connection, or never come back. */
export type Reply = (response: ServerResponse, request: SeenRequest) => void

export interface ScriptedServer extends AsyncDisposable {
  url: string
  seen: SeenRequest[]
  /** The next requests meet these replies, one each, then the last for ever. */
  script(...replies: Reply[]): void
  openConnections(): Promise<number>
}

/** An HTTP server on the loopback interface that does as told: for tests of what a broken node may do. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const seen: SeenRequest[] = []
  let replies: Reply[] = []
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { method = '', url: path = '' } = request
      const arrived = { method, path, contentType: request.headers['content-type'], body }
      seen.push(arrived)
      const reply = replies.length > 1 ? replies.shift() : replies[0]
      reply?.(response, arrived)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    script: (...next) => {
      replies = next
    },
    openConnections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

export function answer(status: number, contentType: string, body: string): Reply {
  return (response) => response.writeHead(status, { 'content-type': contentType }).end(body)
}

export function json(body: unknown, status = 200): Reply {
  return answer(status, 'application/json', JSON.stringify(body))
}

export const hang: Reply = () => undefined

export const reset: Reply = (response) => {
  response.socket?.destroy()
}

/** Headers and the first bytes, then the connection is cut. */
export function cut(body: string): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length * 2 })
    response.write(body, () => response.socket?.destroy())
  }
}

/** Headers and the first bytes, then nothing. */
export function stall(body: string): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write(body)
  }
}
