import { describe, expect, it } from 'vitest'
import { type Reply, startScriptedServer } from '../../test/support/scripted-server.js'
import { createClient } from './client.js'
import { ConnectionError, GraphQLRequestError } from './errors.js'
import { GetGatewayDocument, ViewerDocument } from './generated.js'

const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

function json(status: number, body: unknown): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
}

describe('a request', () => {
  it('posts the document and its variables, and gives the data', async () => {
    await using server = await startScriptedServer()
    server.script(json(200, { data: { viewer: null } }))
    const client = createClient({ url: `${server.url}/` })
    expect(await client.request(ViewerDocument, {})).toEqual({ viewer: null })
    expect(server.seen).toHaveLength(1)
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      path: '/graphql',
      contentType: 'application/json',
    })
    const body = JSON.parse(server.seen[0]?.body ?? '')
    expect(body).toEqual({ query: ViewerDocument.toString(), variables: {} })
    expect(body.query).toMatch(/^\s*query Viewer \{[\s\S]*fragment AccountFields on Account/)
  })

  it('carries the session’s token, and the header that makes it no simple request', async () => {
    const headers: unknown[] = []
    const fetch: typeof globalThis.fetch = async (_url, init) => {
      headers.push(init?.headers)
      return Response.json({ data: { viewer: null } })
    }
    await createClient({ url: 'http://x', fetch }).request(ViewerDocument, {})
    await createClient({ url: 'http://x', fetch, accessToken: 'abc' }).request(ViewerDocument, {})
    const common = {
      accept: 'application/json',
      'apollo-require-preflight': '1',
      'content-type': 'application/json',
    }
    expect(headers).toEqual([common, { ...common, authorization: 'Bearer abc' }])
  })

  it('throws top-level errors with code, request id and what could be answered', async () => {
    await using server = await startScriptedServer()
    const errors = [
      { message: 'No token.', extensions: { code: 'UNAUTHENTICATED', requestId: 'r1', retryable: false } },
      { message: 'And more.' },
    ]
    server.script(json(401, { data: { viewer: null }, errors }))
    const thrown = await caught(createClient({ url: server.url }).request(ViewerDocument, {}))
    expect(thrown).toBeInstanceOf(GraphQLRequestError)
    expect(thrown).toMatchObject({
      name: 'GraphQLRequestError',
      message: 'No token. And more.',
      code: 'UNAUTHENTICATED',
      requestId: 'r1',
      retryable: false,
      status: 401,
      errors,
      data: { viewer: null },
    })
  })

  it.each<[string, Reply]>([
    [
      'HTML',
      (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'),
    ],
    ['half a JSON', (response) => response.writeHead(200).end('{"data":')],
    ['JSON of something else', json(200, 'hello')],
    ['no data', json(200, { data: null })],
    ['a broken connection', (response) => response.destroy()],
    [
      'half a body',
      (response) =>
        response.writeHead(200, { 'content-length': '100' }).write('{"da', () => response.destroy()),
    ],
  ])('throws ConnectionError for %s', async (_name, reply) => {
    await using server = await startScriptedServer()
    server.script(reply)
    const thrown = await caught(createClient({ url: server.url }).request(GetGatewayDocument, {}))
    expect(thrown).toBeInstanceOf(ConnectionError)
    expect(thrown).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true })
  })

  it('throws ConnectionError for a gateway that is not there, and says why', async () => {
    const client = createClient({ url: 'http://127.0.0.1:9' })
    await expect(client.request(GetGatewayDocument, {})).rejects.toThrow(/^The gateway was not reached: .+/)
  })

  it('gives up on a gateway that never answers', async () => {
    await using server = await startScriptedServer()
    server.script(() => {})
    const client = createClient({ url: server.url, timeoutMs: 50 })
    const thrown = await caught(client.request(GetGatewayDocument, {}))
    expect(thrown).toBeInstanceOf(ConnectionError)
    expect((thrown as Error).message).toBe('The gateway gave no answer within 50 ms.')
  })

  it('ends with the caller’s own reason when the caller has gone', async () => {
    await using server = await startScriptedServer()
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    server.script(() => controller.abort(reason))
    const client = createClient({ url: server.url })
    expect(await caught(client.request(GetGatewayDocument, {}, { signal: controller.signal }))).toBe(reason)
    expect(await caught(client.request(GetGatewayDocument, {}, { signal: controller.signal }))).toBe(reason)
    expect(server.seen).toHaveLength(1)
  })

  it('reads no answer without end', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1_048_576)),
    })
    const client = createClient({ url: 'http://x', fetch: async () => new Response(endless) })
    await expect(client.request(GetGatewayDocument, {})).rejects.toThrow(
      'The answer is longer than 16777216 bytes.',
    )
  })
})
