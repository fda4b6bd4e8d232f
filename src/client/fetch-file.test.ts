import { describe, expect, it } from 'vitest'
import { type Reply, startScriptedServer } from '../../test/support/scripted-server.js'
import { createClient } from './client.js'
import { ConnectionError, FileRefusedError } from './errors.js'
import { contentUrl, type FetchedFile, fetchFile } from './fetch-file.js'

const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)
const POST = 'ab'.repeat(32)
const FILM = Buffer.from('0123456789')

async function textOf({ chunks }: FetchedFile): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts).toString()
}

async function leaveEarly({ chunks }: FetchedFile): Promise<void> {
  for await (const _chunk of chunks) break
}

/** Bytes with these headers. */
function bytes(status: number, body: Uint8Array, headers: Record<string, string>): Reply {
  return (response) => {
    response.writeHead(status, {
      'content-type': 'video/mp4',
      'content-length': String(body.length),
      ...headers,
    })
    response.end(body)
  }
}

/** What headers a request would carry. */
async function headersFor(url: string, options: { range?: { offset: number; length?: number } } = {}) {
  let seen: unknown
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    seen = init?.headers
    throw new TypeError('enough')
  }
  const client = createClient({
    url: 'http://internal:4000',
    publicUrl: 'https://gateway.example',
    accessToken: 'abc',
    fetch,
  })
  await caught(fetchFile(client, url, options))
  return seen
}

describe('fetching a file', () => {
  it('gives the whole of it', async () => {
    await using server = await startScriptedServer()
    server.script(bytes(200, FILM, { etag: '"e"' }))
    const file = await fetchFile(createClient({ url: server.url }), `${server.url}/content/x/0`)
    expect(file).toMatchObject({ byteSize: 10, offset: 0, length: 10, mediaType: 'video/mp4', etag: '"e"' })
    expect(await textOf(file)).toBe('0123456789')
  })

  it('gives the part that was asked for', async () => {
    await using server = await startScriptedServer()
    server.script(bytes(206, FILM.subarray(3, 7), { 'content-range': 'bytes 3-6/10' }))
    const client = createClient({ url: server.url })
    const file = await fetchFile(client, `${server.url}/content/x/0`, { range: { offset: 3, length: 4 } })
    expect(file).toMatchObject({ byteSize: 10, offset: 3, length: 4 })
    expect(await textOf(file)).toBe('3456')
  })

  it('asks for bytes by the first and the last of them, or from the first on', async () => {
    const url = 'https://elsewhere.example/film'
    expect(await headersFor(url, { range: { offset: 3, length: 4 } })).toEqual({ range: 'bytes=3-6' })
    expect(await headersFor(url, { range: { offset: 3 } })).toEqual({ range: 'bytes=3-' })
    expect(await headersFor(url)).toEqual({})
  })

  it('shows the session’s token to its own gateway alone', async () => {
    const own = { authorization: 'Bearer abc' }
    expect(await headersFor('http://internal:4000/content/x/0')).toEqual(own)
    expect(await headersFor('https://gateway.example/content/x/0')).toEqual(own)
    for (const foreign of [
      'https://gateway.example.evil.example/content/x/0',
      'https://gateway.example:8443/content/x/0',
      'http://gateway.example/content/x/0',
      'https://evil.example/https://gateway.example/',
    ]) {
      expect(await headersFor(foreign)).toEqual({})
    }
  })

  it.each<[string, Reply]>([
    ['the whole came', bytes(200, FILM, {})],
    ['another part came', bytes(206, FILM.subarray(0, 4), { 'content-range': 'bytes 0-3/10' })],
    ['the part does not say where it is', bytes(206, FILM.subarray(3, 7), {})],
    [
      'the part has another length than it says',
      bytes(206, FILM.subarray(3, 6), { 'content-range': 'bytes 3-6/10' }),
    ],
  ])('throws where %s instead of the part', async (_name, reply) => {
    await using server = await startScriptedServer()
    server.script(reply)
    const client = createClient({ url: server.url })
    const options = { range: { offset: 3, length: 4 } }
    expect(await caught(fetchFile(client, `${server.url}/content/x/0`, options))).toBeInstanceOf(
      ConnectionError,
    )
  })

  it('throws a refusal with its status, code, reason and request id', async () => {
    await using server = await startScriptedServer()
    const error = {
      code: 'NOT_ALLOWED',
      message: 'No access: EXPIRED.',
      reason: 'EXPIRED',
      requestId: 'r1',
      retryable: false,
    }
    server.script((response) => response.writeHead(403).end(JSON.stringify({ errors: [error] })))
    const thrown = await caught(fetchFile(createClient({ url: server.url }), `${server.url}/content/x/0`))
    expect(thrown).toBeInstanceOf(FileRefusedError)
    expect(thrown).toMatchObject({ status: 403, ...error })
  })

  it.each([
    [404, false],
    [429, true],
    [502, true],
  ])('tells HTTP %i without words, and whether to try again', async (status, retryable) => {
    await using server = await startScriptedServer()
    server.script((response) => response.writeHead(status).end('<h1>'))
    const thrown = await caught(fetchFile(createClient({ url: server.url }), `${server.url}/content/x/0`))
    expect(thrown).toMatchObject({
      name: 'FileRefusedError',
      status,
      code: `HTTP_${status}`,
      reason: null,
      retryable,
    })
  })

  it('throws while it is read when the bytes break off', async () => {
    await using server = await startScriptedServer()
    server.script((response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('01234', () => response.destroy())
    })
    const file = await fetchFile(createClient({ url: server.url }), `${server.url}/content/x/0`)
    expect(await caught(textOf(file))).toBeInstanceOf(ConnectionError)
  })

  it('ends when no byte comes any more', async () => {
    await using server = await startScriptedServer()
    server.script((response) => response.writeHead(200, { 'content-length': '10' }).write('01234'))
    const client = createClient({ url: server.url, timeoutMs: 100 })
    const file = await fetchFile(client, `${server.url}/content/x/0`)
    const thrown = await caught(textOf(file))
    expect(thrown).toBeInstanceOf(ConnectionError)
    expect((thrown as Error).message).toBe('Nothing moved for 100 ms.')
  })

  it('lets its reader take all the time that it wants', async () => {
    await using server = await startScriptedServer()
    server.script(bytes(200, FILM, {}))
    const client = createClient({ url: server.url, timeoutMs: 100 })
    const { chunks } = await fetchFile(client, `${server.url}/content/x/0`)
    const parts: Uint8Array[] = []
    for await (const chunk of chunks) {
      parts.push(chunk)
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    expect(Buffer.concat(parts).toString()).toBe('0123456789')
  })

  it.each<[string, (file: FetchedFile) => Promise<void>]>([
    ['leaves', leaveEarly],
    ['disposes of it', (file) => Promise.resolve(file[Symbol.asyncDispose]())],
  ])('ends the transfer when its reader %s', async (_name, leave) => {
    await using server = await startScriptedServer()
    const ended = new Promise<void>((resolve) => {
      server.script((response) => {
        response.once('close', resolve)
        response.writeHead(200, { 'content-length': '10' }).write('01234')
      })
    })
    await leave(await fetchFile(createClient({ url: server.url }), `${server.url}/content/x/0`))
    await ended
  })

  it('ends with the caller’s reason, before and while it is read', async () => {
    await using server = await startScriptedServer()
    server.script((response) => response.writeHead(200, { 'content-length': '10' }).write('01234'))
    const client = createClient({ url: server.url })
    const controller = new AbortController()
    const { signal } = controller
    const reason = new Error('gone')
    const file = await fetchFile(client, `${server.url}/content/x/0`, { signal })
    const read = caught(
      (async () => {
        for await (const _chunk of file.chunks) controller.abort(reason)
      })(),
    )
    expect(await read).toBe(reason)
    expect(await caught(fetchFile(client, `${server.url}/content/x/0`, { signal }))).toBe(reason)
  })

  it('finds a file by its place or its name', () => {
    const client = createClient({ url: 'https://gateway.example/' })
    expect(contentUrl(client, POST)).toBe(`https://gateway.example/content/${POST}/0`)
    expect(contentUrl(client, POST, 'a film?.mp4')).toBe(
      `https://gateway.example/content/${POST}/a%20film%3F.mp4`,
    )
  })
})
