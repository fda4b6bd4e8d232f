import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../client.js'
import { ConnectionError, GraphQLRequestError } from '../errors.js'
import { PublishContentDocument } from '../generated.js'
import { type Upload, type UploadProgress, uploadRequest } from './upload-request.js'

const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server that answers each request as told, as soon as its head has come. */
async function serve(handle: (req: IncomingMessage, res: ServerResponse) => void): Promise<string> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of req) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('latin1')
}

/** Of buffers that somebody holds. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().arrayBuffers
}

function send(
  url: string,
  upload: Partial<Upload> & Pick<Upload, 'files'>,
  timeoutMs?: number,
): Promise<unknown> {
  const client = createClient({ url, accessToken: 'abc', ...(timeoutMs !== undefined && { timeoutMs }) })
  return uploadRequest(client, PublishContentDocument, { input: { title: 'T' }, ...upload })
}

async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size).fill(0x61)
}

describe('an upload', () => {
  it('is a GraphQL multipart request: operations, map, then the files in their order', async () => {
    const seen: { headers: IncomingMessage['headers']; body: string }[] = []
    const url = await serve(async (req, res) => {
      seen.push({ headers: req.headers, body: await bodyOf(req) })
      res.end('{"data":{"publishContent":"yes"}}')
    })
    const data = await send(url, {
      files: [
        { name: 'a "film".mp4', mediaType: 'video/mp4', data: chunks(3, 2), size: 5 },
        { name: 'ö.txt', data: new Blob(['hello'], { type: 'text/plain' }) },
        { name: 'empty', data: new Blob([]) },
      ],
    })
    expect(data).toEqual({ publishContent: 'yes' })
    const { headers = {}, body = '' } = seen[0] ?? {}
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(headers['content-type'] ?? '')?.[1]
    const operations = {
      query: PublishContentDocument.toString(),
      variables: {
        input: {
          title: 'T',
          files: [
            { name: 'a "film".mp4', mediaType: 'video/mp4', upload: null },
            { name: 'ö.txt', mediaType: 'text/plain', upload: null },
            { name: 'empty', mediaType: 'application/octet-stream', upload: null },
          ],
        },
      },
    }
    const part = (name: string, value: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const file = (name: string, value: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n${value}\r\n`
    expect(body).toBe(
      part('operations', Buffer.from(JSON.stringify(operations)).toString('latin1')) +
        part(
          'map',
          '{"0":["variables.input.files.0.upload"],"1":["variables.input.files.1.upload"],"2":["variables.input.files.2.upload"]}',
        ) +
        file('0', 'aaaaa') +
        file('1', 'hello') +
        file('2', '') +
        `--${boundary}--\r\n`,
    )
    expect(headers).toMatchObject({ authorization: 'Bearer abc', 'apollo-require-preflight': '1' })
  })

  it('tells of all files together how far it has come, and of its end once', async () => {
    const url = await serve(async (req, res) => {
      await bodyOf(req)
      res.end('{"data":{}}')
    })
    const told: UploadProgress[] = []
    const files = [
      { name: 'a', data: chunks(10, 20), size: 30 },
      { name: 'b', data: chunks(5), size: 5 },
    ]
    await send(url, { files, onProgress: (progress) => told.push(progress) })
    expect(told).toEqual([0, 10, 30, 35].map((sentBytes) => ({ sentBytes, totalBytes: 35 })))
  })

  it('asks for bytes only as fast as the gateway takes them', async () => {
    let made = 0
    async function* endless() {
      for (; made < 64; made += 1) yield new Uint8Array(1_048_576)
    }
    // Takes the head, and no byte of the body.
    const url = await serve((req) => req.pause())
    const sending = caught(send(url, { files: [{ name: 'a', data: endless(), size: 64 * 1_048_576 }] }, 300))
    expect(await sending).toBeInstanceOf(ConnectionError)
    expect(made).toBeLessThan(32)
  })

  it('keeps nothing of what was sent', async () => {
    const url = await serve(async (req, res) => {
      for await (const _part of req);
      res.end('{"data":{}}')
    })
    const before = liveBytes()
    let after = 0
    async function* large() {
      for (let piece = 0; piece < 400; piece += 1) yield new Uint8Array(262_144)
      after = liveBytes()
    }
    await send(url, { files: [{ name: 'a', data: large(), size: 400 * 262_144 }] })
    expect(after - before).toBeLessThan(30_000_000)
  })

  it('ends when nothing moves any more, and says so', async () => {
    const url = await serve((req) => req.pause())
    const thrown = await caught(send(url, { files: [{ name: 'a', data: chunks(10), size: 10 }] }, 100))
    expect(thrown).toBeInstanceOf(ConnectionError)
    expect((thrown as Error).message).toBe('Nothing moved for 100 ms.')
  })

  it('goes on for as long as something moves', async () => {
    const url = await serve(async (req, res) => {
      await bodyOf(req)
      res.end('{"data":{}}')
    })
    async function* slow() {
      for (let piece = 0; piece < 8; piece += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        yield new Uint8Array(1)
      }
    }
    expect(await send(url, { files: [{ name: 'a', data: slow(), size: 8 }] }, 300)).toEqual({})
  })

  it('reads the refusal of a gateway that does not want the rest, and closes the file', async () => {
    let isClosed = false
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(65_536)
      } finally {
        isClosed = true
      }
    }
    const url = await serve((_req, res) => {
      res.writeHead(401, { 'content-type': 'application/json' })
      res.end('{"errors":[{"message":"No.","extensions":{"code":"UNAUTHENTICATED"}}]}')
    })
    const thrown = await caught(send(url, { files: [{ name: 'a', data: endless(), size: 1e15 }] }))
    expect(thrown).toBeInstanceOf(GraphQLRequestError)
    expect(thrown).toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect.poll(() => isClosed).toBe(true)
  })

  it.each([
    ['fewer', [3], 'a was to have 5 bytes, and has 3'],
    ['more', [3, 3], 'a was to have 5 bytes, and has more'],
  ])('breaks off where %s bytes come than were said', async (_name, sizes, message) => {
    const bodies: Promise<unknown>[] = []
    const url = await serve((req) => bodies.push(caught(bodyOf(req))))
    const thrown = await caught(send(url, { files: [{ name: 'a', data: chunks(...sizes), size: 5 }] }))
    expect(thrown).toBeInstanceOf(RangeError)
    expect((thrown as Error).message).toBe(message)
    // The gateway never sees an end.
    for (const body of bodies) expect(await body).toBeInstanceOf(Error)
  })

  it('throws what reading a file throws', async () => {
    const reason = new Error('disk gone')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1)
      throw reason
    }
    const url = await serve((req) => void caught(bodyOf(req)))
    expect(await caught(send(url, { files: [{ name: 'a', data: broken(), size: 5 }] }))).toBe(reason)
  })

  it('ends with the caller’s reason when the caller goes', async () => {
    const controller = new AbortController()
    const reason = new Error('gone')
    async function* leaving() {
      yield new Uint8Array(1)
      controller.abort(reason)
      yield new Uint8Array(1)
    }
    const url = await serve((req) => void caught(bodyOf(req)))
    const upload = { files: [{ name: 'a', data: leaving(), size: 2 }], signal: controller.signal }
    expect(await caught(send(url, upload))).toBe(reason)
  })

  it('is a form in browsers, which tell of its beginning and its end', async () => {
    const bodies: string[] = []
    const url = await serve(async (req, res) => {
      bodies.push(await bodyOf(req))
      res.end('{"data":{"publishContent":"yes"}}')
    })
    const told: UploadProgress[] = []
    const files = [{ name: 'film.mp4', data: new Blob(['film'], { type: 'video/mp4' }) }]
    vi.stubGlobal('process', Object.create(process, { versions: { value: {} } }))
    const sending = send(url, { files, onProgress: (progress) => told.push(progress) })
    vi.unstubAllGlobals()
    expect(await sending).toEqual({ publishContent: 'yes' })
    expect(bodies[0]).toMatch(/name="0"; filename="0"\r\nContent-Type: video\/mp4\r\n\r\nfilm\r\n/)
    expect(told).toEqual([
      { sentBytes: 0, totalBytes: 4 },
      { sentBytes: 4, totalBytes: 4 },
    ])
  })
})
