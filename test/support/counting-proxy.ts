import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before a node, hands every request on, and remembers which there were. */
export interface CountingProxy extends AsyncDisposable {
  url: string
  /** Paths of the requests since it was last asked, sorted. */
  taken(): string[]
}

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  let paths: string[] = []
  const server = createServer(async (request, response) => {
    paths.push((request.url ?? '').replace(/\?.*/, ''))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const type = request.headers['content-type']
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { ...(type !== undefined && { 'content-type': type }) },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    })
    const body = Buffer.from(await answer.arrayBuffer())
    const contentType = answer.headers.get('content-type')
    response.writeHead(answer.status, { ...(contentType !== null && { 'content-type': contentType }) })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken() {
      const before = paths.sort()
      paths = []
      return before
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
