import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keystreamBytes } from './support/bytes.js'
import { bearer, makePlan, type PublishedContent, publish, view } from './support/library.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

/** Across segments of 65,536 bytes of ciphertext (the first holds 65,480 of plain file) and leaves of 1 MiB. */
const SIZE = 2_200_000
const FILM = keystreamBytes('film', SIZE)

const NAMES = [
  ['Größe – 影片.mp4', 'video/mp4'],
  ['page.html', 'text/html'],
  ['image.bin', 'image/svg+xml'],
  ['feed.xml', 'application/octet-stream'],
  ['odd.txt', 'text/plain'],
  ['7', 'text/plain'],
  ['a "quoted" \\ name; %41.txt', 'text/plain; charset=utf-8'],
  ['empty', 'application/x-empty'],
] as const

let world: World
let creator: Person
let token: string
let open: PublishedContent
let gated: PublishedContent

beforeAll(async () => {
  world = await openWorld()
  creator = world.person('alice')
  token = await world.signIn(creator)
  await makePlan(world, creator, 'gold')
  const films = [{ name: 'film.mp4', bytes: FILM, type: 'video/mp4' }]
  gated = await publish(world, creator, { policy: 'PLAN:gold', files: films })
  const others = NAMES.map(([name, type]) => ({
    name,
    type,
    bytes: name === 'empty' ? '' : `this is ${name}`,
  }))
  open = await publish(world, creator, { files: [...films, ...others] })
})
afterAll(() => world[Symbol.asyncDispose]())

interface Answer {
  status: number
  headers: Record<string, string>
  bytes: Buffer
}

async function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const response = await fetch(`${world.url}${path}`, { method, headers, redirect: 'error' })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: Object.fromEntries(response.headers), bytes }
}

/** Status and headers, but for those that are of this answer or connection alone. */
function lasting({ status, headers }: Answer): Record<string, unknown> {
  const passing = ['date', 'x-request-id', 'connection', 'keep-alive']
  return {
    status,
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !passing.includes(name))),
  }
}

/** The film, gated or not, with all that a client can add. */
function getFilm(
  which: 'gated' | 'open',
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  const { postHash } = which === 'gated' ? gated : open
  return get(`/content/${postHash}/0`, { ...bearer(token), ...headers }, method)
}

describe.each(['gated', 'open'] as const)('a file that is %s', (which) => {
  it('comes whole, with its type, length and name', async () => {
    const { status, headers, bytes } = await getFilm(which)
    expect(status).toBe(200)
    expect(bytes.equals(FILM)).toBe(true)
    expect(headers).toMatchObject({
      'accept-ranges': 'bytes',
      'content-type': 'video/mp4',
      'content-length': String(SIZE),
      'content-disposition': 'inline; filename="film.mp4"',
    })
    expect(headers['content-range']).toBeUndefined()
  })

  it.each([
    ['0-0', 0, 1],
    ['0-', 0, SIZE],
    ['0-65479', 0, 65_480],
    ['65479-65480', 65_479, 65_481],
    ['65480-131000', 65_480, 131_001],
    ['1048575-1048576', 1_048_575, 1_048_577],
    ['1048511-1048600', 1_048_511, 1_048_601],
    ['500000-1700000', 500_000, 1_700_001],
    ['2199999-2199999', SIZE - 1, SIZE],
    ['2199999-', SIZE - 1, SIZE],
    ['2100000-9999999', 2_100_000, SIZE],
    ['2100000-99999999999999999999', 2_100_000, SIZE],
    ['-1', SIZE - 1, SIZE],
    ['-70000', SIZE - 70_000, SIZE],
    ['-99999999', 0, SIZE],
  ])('comes in part: bytes=%s', async (range, start, end) => {
    const { status, headers, bytes } = await getFilm(which, { range: `bytes=${range}` })
    expect([status, headers['content-range'], headers['content-length']]).toEqual([
      206,
      `bytes ${start}-${end - 1}/${SIZE}`,
      String(end - start),
    ])
    expect(bytes.equals(FILM.subarray(start, end))).toBe(true)
    expect(headers['content-type']).toBe('video/mp4')
  })

  it('comes in any part as the slice of the whole', async () => {
    const offset = fc.nat(SIZE - 1)
    const length = fc.oneof(fc.integer({ min: 1, max: 70_000 }), fc.integer({ min: 1, max: SIZE }))
    await fc.assert(
      fc.asyncProperty(offset, length, async (start, count) => {
        const end = Math.min(SIZE, start + count)
        const { status, bytes } = await getFilm(which, { range: `bytes=${start}-${start + count - 1}` })
        expect(status).toBe(206)
        expect(bytes.equals(FILM.subarray(start, end))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it.each([
    'bytes=2200000-',
    'bytes=2200000-2200001',
    'bytes=-0',
    'bytes=99999999999999999999-',
  ])('has nothing at %s: 416 with its size', async (range) => {
    const { status, headers, bytes } = await getFilm(which, { range })
    expect([status, headers['content-range'], headers['content-length'], bytes.length]).toEqual([
      416,
      `bytes */${SIZE}`,
      '0',
      0,
    ])
  })

  it.each([
    'bytes=5-2',
    'bytes=-',
    'bytes=a-b',
    'items=0-1',
    'bytes=0-1,5-6',
    'bytes',
    'bytes=1.5-2',
    'bytes=-1-2',
  ])('comes whole for %s, which is ignored', async (range) => {
    const { status, headers } = await getFilm(which, { range }, 'HEAD')
    expect([status, headers['content-length'], headers['content-range']]).toEqual([
      200,
      String(SIZE),
      undefined,
    ])
  })

  it('answers HEAD with the headers of GET', async () => {
    const extras: Record<string, string>[] = [
      {},
      { range: 'bytes=10-19' },
      { range: 'bytes=-0' },
      { 'if-none-match': '*' },
    ]
    for (const extra of extras) {
      const head = await getFilm(which, extra, 'HEAD')
      expect(head.bytes).toHaveLength(0)
      expect(lasting(head)).toEqual(lasting(await getFilm(which, extra)))
    }
  })

  it('is not sent again to whom it is known', async () => {
    const { etag = '' } = (await getFilm(which, {}, 'HEAD')).headers
    for (const known of [etag, '*', `W/${etag}`, `"other", ${etag}`, `W/"other",W/${etag} , "more"`]) {
      const { status, headers, bytes } = await getFilm(which, { 'if-none-match': known, range: 'bytes=0-1' })
      expect([known, status, headers.etag, bytes.length]).toEqual([known, 304, etag, 0])
      expect(headers['content-length']).toBeUndefined()
    }
    for (const unknown of ['"other"', etag.slice(1, -1), `${etag.slice(0, -1)}x"`]) {
      expect((await getFilm(which, { 'if-none-match': unknown }, 'HEAD')).status).toBe(200)
    }
  })

  it('comes in part only of the bytes that If-Range names', async () => {
    const { etag = '' } = (await getFilm(which, {}, 'HEAD')).headers
    const range = 'bytes=0-9'
    expect((await getFilm(which, { range, 'if-range': etag })).status).toBe(206)
    for (const other of ['"other"', `W/${etag}`, 'Sat, 01 Jan 2028 00:00:00 GMT', '*', '']) {
      const { status, headers } = await getFilm(which, { range, 'if-range': other }, 'HEAD')
      expect([other, status, headers['content-length']]).toEqual([other, 200, String(SIZE)])
    }
  })

  it('can do nothing as a page, wherever it is shown', async () => {
    const { headers } = await getFilm(which, {}, 'HEAD')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'cross-origin',
    })
    const policy = headers['content-security-policy'] ?? ''
    expect(policy.split('; ').slice(0, 2)).toEqual(['sandbox', "default-src 'none'"])
    expect(policy).not.toMatch(/script|allow-/)
  })

  it('is there for any page elsewhere, which sees what it needs', async () => {
    const { postHash } = which === 'gated' ? gated : open
    const preflight = await get(
      `/content/${postHash}/0`,
      {
        origin: 'https://app.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization,range,if-none-match',
      },
      'OPTIONS',
    )
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined()
    expect(preflight.headers['access-control-allow-headers']).toBe('authorization,range,if-none-match')
    expect(preflight.headers['access-control-allow-methods']).toMatch(/\bGET\b.*\bHEAD\b/)
    const { headers } = await getFilm(which, { origin: 'https://app.example', range: 'bytes=0-1' })
    expect(headers['access-control-allow-origin']).toBe('*')
    const exposed = headers['access-control-expose-headers']?.split(',') ?? []
    expect(exposed).toEqual(expect.arrayContaining(['Content-Range', 'Content-Length', 'ETag']))
  })

  it('is not to be written to: 405', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const { status, headers } = await getFilm(which, {}, method)
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS'])
    }
  })
})

describe('caches', () => {
  it('may keep what is public, under its CID, and never what is gated', async () => {
    const shown = (await view(world, open.postHash)).files[0]
    const { headers: ofOpen } = await getFilm('open', {}, 'HEAD')
    expect(ofOpen['cache-control']).toMatch(/^public, max-age=\d+$/)
    expect(ofOpen.etag).toBe(`"${shown.cid}"`)
    const { headers: ofGated } = await getFilm('gated', {}, 'HEAD')
    const { cid } = (await view(world, gated.postHash)).files[0]
    expect(ofGated['cache-control']).toBe('private, no-store')
    expect(ofGated.vary?.toLowerCase()).toContain('authorization')
    expect(ofGated.etag).toMatch(/^"[^"]+"$/)
    expect(ofGated.etag).not.toBe(`"${cid}"`)
    expect(ofGated.etag).not.toBe(`"${shown.cid}"`)
    const refused = await get(`/content/${gated.postHash}/0`)
    expect([refused.status, refused.headers['cache-control']]).toEqual([401, 'no-store'])
  })
})

describe('a file', () => {
  const index = (name: string) => 1 + NAMES.findIndex(([other]) => other === name)

  it('is found by its index and by its name, whatever the name is made of', async () => {
    for (const [name] of NAMES.filter(([name]) => name !== '7')) {
      const expected = Buffer.from(name === 'empty' ? '' : `this is ${name}`)
      for (const key of [String(index(name)), encodeURIComponent(name)]) {
        const { status, bytes } = await get(`/content/${open.postHash}/${key}`)
        expect([key, status, bytes]).toEqual([key, 200, expected])
        const rest = await get(`/api/fetch-content?postHash=${open.postHash}&file=${key}`)
        expect([key, rest.status, rest.bytes]).toEqual([key, 200, expected])
      }
    }
  })

  it('named in digits is found by its index: digits are an index', async () => {
    expect((await get(`/content/${open.postHash}/${index('7')}`)).bytes.toString()).toBe('this is 7')
    expect((await get(`/content/${open.postHash}/7`)).bytes.toString()).toBe(`this is ${NAMES[6][0]}`)
  })

  it('that is unknown is 404, and so are its content and its post', async () => {
    const unknown = '0'.repeat(64)
    for (const path of [
      `/content/${open.postHash}/99`,
      `/content/${open.postHash}/99999999999999999999`,
      `/content/${open.postHash}/-1`,
      `/content/${open.postHash}/film`,
      `/content/${open.postHash}/FILM.MP4`,
      `/content/${open.postHash}/..%2f..%2fetc%2fpasswd`,
      `/content/${unknown}/0`,
      '/content/no-hash/0',
      `/content/${open.postHash.toUpperCase()}/0`,
      `/api/fetch-content?postHash=${open.postHash}&file=99`,
      `/api/fetch-content?postHash=${unknown}&file=0`,
      `/api/fetch-content?postHash=${unknown}`,
    ]) {
      const { status, headers, bytes } = await get(path)
      expect([path, status, headers['content-type']]).toEqual([path, 404, 'application/json; charset=utf-8'])
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(JSON.parse(bytes.toString()).errors).toMatchObject([{ retryable: false }])
    }
    expect((await get(`/content/${open.postHash}/%zz`)).status).toBe(400)
    expect((await get('/api/fetch-content')).status).toBe(400)
    expect((await get('/api/fetch-content?postHash=nonsense&file=0')).status).toBe(400)
  })

  it('of a type that a browser would run is only to be saved', async () => {
    const dispositions: Json = {}
    for (const [name] of NAMES) {
      const { headers } = await get(`/content/${open.postHash}/${index(name)}`)
      dispositions[name] = [headers['content-type'], headers['content-disposition']]
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
    expect(dispositions).toEqual({
      'Größe – 影片.mp4': [
        'video/mp4',
        'inline; filename="Gr??e ? ??.mp4"; filename*=UTF-8\'\'Gr%C3%B6%C3%9Fe%20%E2%80%93%20%E5%BD%B1%E7%89%87.mp4',
      ],
      'page.html': ['text/html', 'attachment; filename="page.html"'],
      'image.bin': ['image/svg+xml', 'attachment; filename="image.bin"'],
      'feed.xml': ['application/xml', 'attachment; filename="feed.xml"'],
      'odd.txt': ['text/plain', 'inline; filename="odd.txt"'],
      '7': ['text/plain', 'inline; filename="7"'],
      'a "quoted" \\ name; %41.txt': [
        'text/plain; charset=utf-8',
        expect.stringMatching(/^inline; filename=/),
      ],
      empty: ['application/x-empty', 'inline; filename="empty"'],
    })
  })

  it('without a byte is a whole answer, and has no ranges', async () => {
    const path = `/content/${open.postHash}/${index('empty')}`
    expect(await get(path)).toMatchObject({ status: 200, headers: { 'content-length': '0' } })
    for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=-1', 'bytes=-0']) {
      expect(await get(path, { range })).toMatchObject({
        status: 416,
        headers: { 'content-range': 'bytes */0' },
      })
    }
  })

  it('comes by REST just as by its address, ranges and headers included', async () => {
    const rest = await get(`/api/fetch-content?postHash=${gated.postHash}&file=film.mp4`, {
      ...bearer(token),
      range: 'bytes=65480-70000',
    })
    const route = await getFilm('gated', { range: 'bytes=65480-70000' })
    expect(rest.bytes.equals(FILM.subarray(65_480, 70_001))).toBe(true)
    expect(lasting(rest)).toEqual(lasting(route))
    const head = await get(`/api/fetch-content?postHash=${gated.postHash}&file=0`, bearer(token), 'HEAD')
    expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([200, String(SIZE), 0])
  })
})

describe('GET /api/fetch-content', () => {
  it('without a file is the content, with the addresses of its files', async () => {
    const { status, bytes } = await get(`/api/fetch-content?postHash=${gated.postHash}`, {
      ...bearer(token),
    })
    const shown = await view(world, gated.postHash, token)
    expect([status, JSON.parse(bytes.toString())]).toEqual([
      200,
      {
        id: shown.id,
        postHash: gated.postHash,
        creator: { id: expect.any(String), publicKey: creator.publicKey, username: null },
        title: 'Title',
        teaser: 'Teaser',
        publishedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        policy: { text: 'PLAN:gold' },
        manifestCid: gated.manifestCid,
        directoryCid: null,
        baseUrl: expect.stringContaining(`/content/${gated.postHash}/~`),
        files: [
          {
            ...shown.files[0],
            url: expect.stringContaining(`/content/${gated.postHash}/0?link=`),
            key: expect.stringMatching(/^[0-9a-f]+$/),
          },
        ],
        viewerAccess: { granted: true, reason: 'CREATOR', expiresAt: null },
      },
    ])
  })
})

describe('sizes around a segment and a leaf', () => {
  const sizes = [1, 65_479, 65_480, 65_481, 130_999, 131_000, 131_001, 1_048_576, 1_048_577]

  it('come back byte for byte, gated or not', async () => {
    const files = sizes.map((size) => ({ name: `f${size}`, bytes: keystreamBytes(`size ${size}`, size) }))
    for (const policy of ['PLAN:gold', 'PUBLIC']) {
      const { postHash } = await publish(world, creator, { policy, files })
      for (const [index, { bytes: expected }] of files.entries()) {
        const { headers, bytes } = await get(`/content/${postHash}/${index}`, bearer(token))
        expect([headers['content-length'], bytes.equals(expected)]).toEqual([String(expected.length), true])
        const last = await get(`/content/${postHash}/${index}`, { ...bearer(token), range: 'bytes=-1' })
        expect([last.status, last.bytes]).toEqual([206, expected.subarray(-1)])
      }
    }
  })
})
