import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearer, upload } from './support/library.js'
import { stranger } from './support/market.js'
import {
  begin,
  checksum,
  head,
  offsetOf,
  patch,
  publishUploads,
  TUS,
  terminate,
  uploadWhole,
} from './support/tus.js'
import { openWorld, type World } from './support/world.js'

const MAX_FILE_BYTES = 1_000_000
const MAX_UNPUBLISHED_BYTES = 2_500_000
const KEPT_SECONDS = 3_600

let world: World
let token: string
let endpoint: string

beforeAll(async () => {
  world = await openWorld({
    env: {
      MAX_FILE_BYTES: String(MAX_FILE_BYTES),
      MAX_UNPUBLISHED_BYTES: String(MAX_UNPUBLISHED_BYTES),
      MAX_OPEN_UPLOADS: '40',
      UPLOAD_SECONDS: String(KEPT_SECONDS),
    },
  })
  token = await world.signIn(world.person('alice'))
  endpoint = `${world.url}/uploads`
})
afterAll(() => world[Symbol.asyncDispose]())

/** Somebody with nothing uploaded yet. */
async function newcomer(name: string): Promise<string> {
  await world.chain.fund(stranger(name).publicKey, 1_000_000_000n)
  return world.signIn(stranger(name))
}

function post(headers: Record<string, string>, path = ''): Promise<Response> {
  return fetch(`${endpoint}${path}`, { method: 'POST', headers: { ...TUS, ...bearer(token), ...headers } })
}

describe('/uploads', () => {
  it('says to anybody what it speaks', async () => {
    const response = await fetch(endpoint, { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'tus-resumable': '1.0.0',
      'tus-version': '1.0.0',
      'tus-extension': 'creation,creation-with-upload,expiration,checksum,termination',
      'tus-max-size': String(MAX_FILE_BYTES),
      'tus-checksum-algorithm': 'sha1,sha256',
    })
  })

  it('lets pages of any origin in, without credentials, and shows them what a client needs', async () => {
    const origin = 'https://app.example'
    const preflight = await fetch(endpoint, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,tus-resumable,upload-offset,upload-checksum',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      'authorization,tus-resumable,upload-offset,upload-checksum',
    )
    const { headers } = await begin(endpoint, token, 1, {}, { origin })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(',')
    const needed = [
      'location',
      'upload-offset',
      'upload-length',
      'upload-expires',
      'tus-resumable',
      'upload-metadata',
    ]
    expect(needed.filter((name) => !exposed?.includes(name))).toEqual([])
  })

  it('is for those who are signed in', async () => {
    const { location } = await begin(endpoint, token, 10)
    expect((await begin(endpoint, undefined, 10)).status).toBe(401)
    expect((await begin(endpoint, 'no token', 10)).status).toBe(401)
    expect((await head(location, undefined)).status).toBe(401)
    expect((await patch(location, undefined, 0, new Uint8Array(1))).status).toBe(401)
    expect(await terminate(location, undefined)).toBe(401)
    expect(await offsetOf(location, token)).toBe(0)
  })

  it('shows an upload to its owner alone', async () => {
    const { location, id } = await begin(endpoint, token, 10)
    const other = await world.signIn(world.person('bob'))
    expect((await head(location, other)).status).toBe(404)
    expect((await patch(location, other, 0, new Uint8Array(1))).status).toBe(404)
    expect(await terminate(location, other)).toBe(404)
    const unknown = location.replace(id, '0'.repeat(32))
    expect((await head(unknown, token)).status).toBe(404)
    expect((await patch(unknown, token, 0, new Uint8Array(1))).status).toBe(404)
    expect((await head(`${endpoint}/..%2f..%2fetc`, token)).status).toBe(404)
    expect(await offsetOf(location, token)).toBe(0)
  })

  it.each(['GET', 'PUT', 'POST'])('has no %s of an upload', async (method) => {
    const { location } = await begin(endpoint, token, 10)
    expect((await fetch(location, { method, headers: { ...TUS, ...bearer(token) } })).status).toBe(405)
  })

  it('speaks version 1.0.0 alone', async () => {
    for (const version of ['0.2.2', undefined]) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { ...bearer(token), 'upload-length': '1', ...(version && { 'tus-resumable': version }) },
      })
      expect([response.status, response.headers.get('tus-version')]).toEqual([412, '1.0.0'])
    }
  })
})

describe('an upload', () => {
  it('begins at an address of its own, and says how long it is kept', async () => {
    const { status, location, headers } = await begin(endpoint, token, 1_000, {
      filename: 'Ä film.mp4',
      more: '',
    })
    expect(status).toBe(201)
    expect(location).toMatch(new RegExp(`^${endpoint}/[0-9a-f]{32}$`))
    expect(headers.get('tus-resumable')).toBe('1.0.0')
    const left = Date.parse(headers.get('upload-expires') ?? '') - world.clock.now()
    expect(left / 1000).toBeGreaterThan(KEPT_SECONDS - 10)
    expect(left / 1000).toBeLessThanOrEqual(KEPT_SECONDS)
    const { status: there, headers: said } = await head(location, token)
    expect(there).toBe(200)
    expect(said.get('upload-offset')).toBe('0')
    expect(said.get('upload-length')).toBe('1000')
    expect(said.get('cache-control')).toBe('no-store')
    const about = `filename ${Buffer.from('Ä film.mp4').toString('base64')},more`
    expect(said.get('upload-metadata')).toBe(about)
  })

  it('takes parts of any size, each where the last one ended', async () => {
    const { location } = await begin(endpoint, token, 131_072 + 7)
    let at = 0
    for (const size of [1, 65_479, 1, 3, 65_520, 75]) {
      const { status, offset } = await patch(location, token, at, randomBytes(size))
      at += size
      expect([status, offset]).toEqual([204, at])
      expect(await offsetOf(location, token)).toBe(at)
    }
    expect(at).toBe(131_079)
    expect((await patch(location, token, at, new Uint8Array(0))).status).toBe(204)
  })

  it('refuses a part of another place, and stays as it is', async () => {
    const { location } = await begin(endpoint, token, 100)
    await patch(location, token, 0, new Uint8Array(40))
    for (const offset of [0, 39, 41, 100]) {
      expect((await patch(location, token, offset, new Uint8Array(10))).status).toBe(409)
    }
    expect(await offsetOf(location, token)).toBe(40)
  })

  it('refuses more bytes than it has announced', async () => {
    const { location } = await begin(endpoint, token, 100)
    expect((await patch(location, token, 0, new Uint8Array(101))).status).toBe(413)
    expect(await offsetOf(location, token)).toBe(0)
    await patch(location, token, 0, new Uint8Array(100))
    expect((await patch(location, token, 100, new Uint8Array(1))).status).toBe(413)
  })

  it('refuses more bytes than announced also where the part does not say how many it has', async () => {
    const { location } = await begin(endpoint, token, 100_000)
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(60_000))
        controller.enqueue(new Uint8Array(60_000))
        controller.close()
      },
    })
    const headers = {
      ...TUS,
      ...bearer(token),
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    }
    const response = await fetch(location, { method: 'PATCH', headers, body, duplex: 'half' } as RequestInit)
    expect(response.status).toBe(413)
    expect(await offsetOf(location, token)).toBeLessThanOrEqual(100_000)
  })

  it('needs a part to be one', async () => {
    const { location } = await begin(endpoint, token, 100)
    const typed = (type: string) => patch(location, token, 0, new Uint8Array(1), { 'content-type': type })
    expect((await typed('text/plain')).status).toBe(400)
    const headers = { ...TUS, ...bearer(token), 'content-type': 'application/offset+octet-stream' }
    expect((await fetch(location, { method: 'PATCH', headers, body: 'x' })).status).toBe(403)
    for (const offset of ['-1', '1.5', '0x0', '']) {
      expect((await patch(location, token, 0, new Uint8Array(1), { 'upload-offset': offset })).status).toBe(
        400,
      )
    }
    expect(await offsetOf(location, token)).toBe(0)
  })

  it('may bring its first bytes along, and may be sent by POST', async () => {
    const bytes = { 'content-type': 'application/offset+octet-stream', 'upload-length': '5' }
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { ...TUS, ...bearer(token), ...bytes },
      body: 'abc',
    })
    expect([response.status, response.headers.get('upload-offset')]).toEqual([201, '3'])
    const location = response.headers.get('location') ?? ''
    const override = { ...TUS, ...bearer(token), 'x-http-method-override': 'PATCH', 'upload-offset': '3' }
    const rest = await fetch(location, {
      method: 'POST',
      headers: { ...override, 'content-type': 'application/offset+octet-stream' },
      body: 'de',
    })
    expect([rest.status, rest.headers.get('upload-offset')]).toEqual([204, '5'])
  })

  it('may be empty', async () => {
    const { status, location } = await begin(endpoint, token, 0)
    expect([status, await offsetOf(location, token)]).toEqual([201, 0])
  })

  it('says its length at once', async () => {
    expect((await post({ 'upload-defer-length': '1' })).status).toBe(501)
    expect((await post({})).status).toBe(400)
    for (const length of ['-1', '1.5', 'many'])
      expect((await post({ 'upload-length': length })).status).toBe(400)
    expect((await post({ 'upload-concat': 'partial', 'upload-length': '1' })).status).toBe(501)
    expect((await post({ 'upload-length': '1', 'upload-metadata': 'filename a film' })).status).toBe(400)
  })

  it('can be given up', async () => {
    const { location } = await begin(endpoint, token, 100)
    await patch(location, token, 0, new Uint8Array(10))
    expect(await terminate(location, token)).toBe(204)
    expect((await head(location, token)).status).toBe(404)
    expect((await patch(location, token, 10, new Uint8Array(1))).status).toBe(404)
    expect(await terminate(location, token)).toBe(404)
  })
})

describe('a checksum', () => {
  const bytes = randomBytes(200_000)

  it.each(['sha1', 'sha256'] as const)('by %s lets a part in that it fits', async (algorithm) => {
    const { location } = await begin(endpoint, token, bytes.length)
    const part = bytes.subarray(0, 150_000)
    expect(await patch(location, token, 0, part, checksum(algorithm, part))).toMatchObject({
      status: 204,
      offset: 150_000,
    })
  })

  it('keeps nothing of a part that it does not fit, which can be sent again', async () => {
    const { location } = await begin(endpoint, token, bytes.length)
    await patch(location, token, 0, bytes.subarray(0, 10))
    const wrong = checksum('sha256', Buffer.from('other bytes'))
    expect((await patch(location, token, 10, bytes.subarray(10), wrong)).status).toBe(460)
    expect(await offsetOf(location, token)).toBe(10)
    const rest = bytes.subarray(10)
    expect((await patch(location, token, 10, rest, checksum('sha1', rest))).status).toBe(204)
    expect(await offsetOf(location, token)).toBe(bytes.length)
  })

  it.each([
    'md5 1B2M2Y8AsgTpgAmY7PhCfg==',
    'sha1',
    'sha1 !',
    'sha256 1B2M2Y8AsgTpgAmY7PhCfg==',
    '',
  ])('of another form is refused: %j', async (text) => {
    const { location } = await begin(endpoint, token, 10)
    const { status } = await patch(location, token, 0, new Uint8Array(10), { 'upload-checksum': text })
    expect([status, await offsetOf(location, token)]).toEqual([400, 0])
  })
})

describe('the limits of an account', () => {
  it('are the size of a file', async () => {
    expect((await begin(endpoint, token, MAX_FILE_BYTES + 1)).status).toBe(413)
    const its = await newcomer('largest')
    expect((await begin(endpoint, its, MAX_FILE_BYTES)).status).toBe(201)
  })

  it('are the bytes that it has not published: an upload counts whole from its beginning', async () => {
    const its = await newcomer('hoarder')
    const first = await begin(endpoint, its, MAX_FILE_BYTES)
    expect((await begin(endpoint, its, MAX_FILE_BYTES)).status).toBe(201)
    const refused = await fetch(endpoint, {
      method: 'POST',
      headers: { ...TUS, ...bearer(its), 'upload-length': '500001' },
    })
    expect([refused.status, await refused.json()]).toMatchObject([
      413,
      { errors: [{ code: 'UPLOAD_TOO_LARGE', limit: String(MAX_UNPUBLISHED_BYTES) }] },
    ])
    expect((await begin(endpoint, its, 500_000)).status).toBe(201)
    expect((await begin(endpoint, its, 1)).status).toBe(413)
    await terminate(first.location, its)
    const atOnce = await Promise.all([1, 2, 3].map(() => begin(endpoint, its, MAX_FILE_BYTES)))
    expect(atOnce.map(({ status }) => status).sort()).toEqual([201, 413, 413])
  })

  it('are the same for what is uploaded directly', async () => {
    const its = await newcomer('both ways')
    await begin(endpoint, its, MAX_FILE_BYTES)
    await begin(endpoint, its, MAX_FILE_BYTES)
    const given = { files: [{ name: 'direct', bytes: randomBytes(500_001) }] }
    const { errors } = await upload(world, its, given)
    expect(errors).toMatchObject([{ __typename: 'UploadTooLarge', limit: String(MAX_UNPUBLISHED_BYTES) }])
  })

  it('count an upload that is drafted once, until its post shows', async () => {
    const its = await newcomer('drafter')
    const id = await uploadWhole(world, its, randomBytes(MAX_FILE_BYTES), { filename: 'f' })
    expect((await begin(endpoint, its, MAX_FILE_BYTES)).status).toBe(201)
    expect((await publishUploads(world, its, [{ uploadId: id }])).errors).toEqual([])
    expect((await begin(endpoint, its, 500_001)).status).toBe(413)
    expect((await begin(endpoint, its, 500_000)).status).toBe(201)
  })

  it('are its open uploads', async () => {
    const its = await newcomer('collector')
    const begun = await Promise.all(Array.from({ length: 45 }, () => begin(endpoint, its, 1)))
    expect(begun.filter(({ status }) => status === 201)).toHaveLength(40)
    const [first] = begun.filter(({ status }) => status === 201)
    await terminate(first?.location ?? '', its)
    expect((await begin(endpoint, its, 1)).status).toBe(201)
    expect((await begin(endpoint, its, 1)).status).toBe(413)
  })

  it('are the time since the last byte', async () => {
    const its = await newcomer('late')
    const idle = await begin(endpoint, its, MAX_FILE_BYTES)
    const busy = await begin(endpoint, its, MAX_FILE_BYTES)
    world.clock.forward(KEPT_SECONDS - 60)
    const { headers } = await patch(busy.location, its, 0, new Uint8Array(10))
    const left = Date.parse(headers.get('upload-expires') ?? '') - world.clock.now()
    expect(Math.abs(left / 1000 - KEPT_SECONDS)).toBeLessThan(10)
    world.clock.forward(60)
    expect((await head(idle.location, its)).status).toBe(410)
    expect((await patch(idle.location, its, 0, new Uint8Array(1))).status).toBe(410)
    expect(await offsetOf(busy.location, its)).toBe(10)
    // What is over takes no room, and goes when another begins.
    expect((await begin(endpoint, its, MAX_FILE_BYTES)).status).toBe(201)
    expect((await head(idle.location, its)).status).toBe(404)
  })
})
