import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keystreamBytes } from './support/bytes.js'
import { bearer, filePart, newKey, send, upload, uploadParts } from './support/library.js'
import { Market } from './support/market.js'
import { multipart } from './support/multipart.js'
import { type RawAnswer, rawGet } from './support/raw-get.js'
import type { Json, Person, World } from './support/world.js'

const LINK_SECONDS = 3_000
const SEGMENT = keystreamBytes('a segment', 70_000)
const FILES = [
  { name: 'index.m3u8', bytes: 'the list of episodes', type: 'application/vnd.apple.mpegurl' },
  { name: 'episode-1/index.m3u8', bytes: 'the first episode', type: 'application/vnd.apple.mpegurl' },
  { name: 'episode-1/segment 0.ts', bytes: SEGMENT, type: 'video/mp2t' },
  { name: 'episode-1/Größe #1?.vtt', bytes: 'WEBVTT', type: 'text/vtt' },
  { name: 'episode-1/extra/page.html', bytes: '<p>', type: 'text/html' },
  { name: '~a.b.c/7', bytes: 'like a link', type: 'text/plain' },
  { name: '9', bytes: 'nine', type: 'text/plain' },
  { name: 'a\\b/c', bytes: 'a backslash', type: 'text/plain' },
  { name: '%2e%2e/%2f', bytes: 'percent signs', type: 'text/plain' },
  { name: 'film.mp4', bytes: 'the film', type: 'video/mp4' },
]

let market: Market
let world: World
let creator: Person
let token: string
let gated: string
let open: string

beforeAll(async () => {
  market = await Market.open({ LINK_SECONDS: String(LINK_SECONDS) })
  world = market.world
  creator = await market.person('the creator of folders')
  token = await world.signIn(creator)
  await market.plan(creator, 'gold')
  gated = await publish('PLAN:gold')
  open = await publish('PUBLIC')
})
afterAll(() => market[Symbol.asyncDispose]())

async function publish(policy: string, files = FILES): Promise<string> {
  return (await market.execute(await upload(world, token, { policy, files }), creator)).id
}

async function view(postHash: string, as?: string): Promise<Json> {
  const { content } = await world.ask(
    `query ($postHash: TransactionId!) { content(postHash: $postHash) { baseUrl files { name url } } }`,
    { postHash },
    as,
  )
  return content
}

const urlOf = async (postHash: string, name: string, as?: string): Promise<string | null> =>
  (await view(postHash, as)).files.find((file: Json) => file.name === name).url

const encoded = (name: string) => name.split('/').map(encodeURIComponent).join('/').replace(/^~/, '%7E')

function get(path: string, headers?: Record<string, string>, method?: string): Promise<RawAnswer> {
  return rawGet(world.url, path, headers, method)
}

const pathOf = (url: string) => url.slice(world.url.length)

describe('a content whose files carry paths', () => {
  it.each(['PUBLIC', 'PLAN:gold'])('lists them as they were given, in their order: %s', async (policy) => {
    const { files } = await view(policy === 'PUBLIC' ? open : gated, token)
    expect(files.map(({ name }: Json) => name)).toEqual(FILES.map(({ name }) => name))
  })

  it('is a folder at its base address: the path of each file leads to its bytes', async () => {
    for (const hash of [open, gated]) {
      const { baseUrl } = await view(hash, token)
      for (const { name, bytes, type } of FILES.filter((file) => file.name !== '9')) {
        const { status, headers, body } = await get(pathOf(`${baseUrl}${encoded(name)}`))
        expect([name, status, headers['content-type']]).toEqual([name, 200, type])
        expect(body.equals(Buffer.from(bytes))).toBe(true)
      }
    }
  })

  it('has addresses from which relative links lead to the other files', async () => {
    for (const hash of [open, gated]) {
      const list = new URL((await urlOf(hash, 'index.m3u8', token)) as string)
      const episode = new URL('episode-1/index.m3u8?reload=1', list)
      expect(await (await fetch(episode)).text()).toBe('the first episode')
      const segment = new URL('segment%200.ts', episode)
      expect(Buffer.from(await (await fetch(segment)).arrayBuffer()).equals(SEGMENT)).toBe(true)
      expect(await (await fetch(new URL('../film.mp4', segment))).text()).toBe('the film')
      const subtitles = new URL('./Größe%20%231%3F.vtt', episode)
      expect(await (await fetch(subtitles)).text()).toBe('WEBVTT')
      expect(await (await fetch(new URL('/healthz', segment))).text()).not.toBe('the film')
    }
  })

  it('gives files their paths as addresses, but an index to a name of digits', async () => {
    const base = `${world.url}/content/${open}/`
    const { baseUrl, files } = await view(open)
    expect(baseUrl).toBe(base)
    const expected = FILES.map(({ name }, index) => {
      return { name, url: `${base}${name === '9' ? index : encoded(name)}` }
    })
    expect(files).toEqual(expected)
  })

  it('is asked by segments or by one with %2F, by name or by index', async () => {
    for (const path of [
      `/content/${open}/episode-1/segment%200.ts`,
      `/content/${open}/episode-1%2Fsegment%200.ts`,
      `/content/${open}/%65pisode-1%2fsegment%200.ts`,
      `/content/${open}/2`,
      `/api/fetch-content?postHash=${open}&file=episode-1/segment%200.ts`,
      `/api/fetch-content?postHash=${open}&file=episode-1%2Fsegment+0.ts`,
      `/api/fetch-content?postHash=${open}&file=2`,
    ]) {
      const { status, body } = await get(path)
      expect([path, status, body.equals(SEGMENT)]).toEqual([path, 200, true])
    }
    // Digits alone are an index.
    expect((await get(`/content/${open}/9`)).body.toString()).toBe('the film')
    expect((await get(`/content/${open}/6`)).body.toString()).toBe('nine')
  })

  it('tells browsers the last part of a path as the name, and shows no page', async () => {
    const { headers } = await get(`/content/${open}/episode-1/segment%200.ts`, {}, 'HEAD')
    expect(headers['content-disposition']).toBe('inline; filename="segment 0.ts"')
    const page = await get(`/content/${open}/episode-1/extra/page.html`)
    expect(page.headers).toMatchObject({
      'content-disposition': 'attachment; filename="page.html"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/),
    })
  })

  it('gives ranges, HEAD and validators by path as by index', async () => {
    for (const hash of [open, gated]) {
      const byPath = pathOf((await urlOf(hash, 'episode-1/segment 0.ts', token)) as string)
      const asked: Record<string, string>[] = [
        {},
        { range: 'bytes=65470-65500' },
        { range: 'bytes=-1' },
        { range: 'bytes=99999-' },
      ]
      for (const headers of asked) {
        for (const method of ['GET', 'HEAD']) {
          const one = await get(byPath, headers, method)
          const other = await get(`/content/${hash}/2`, { ...headers, ...bearer(token) }, method)
          expect([one.status, one.body]).toEqual([other.status, other.body])
          for (const name of ['etag', 'content-range', 'content-length', 'cache-control', 'content-type']) {
            expect([name, one.headers[name]]).toEqual([name, other.headers[name]])
          }
        }
      }
      const { etag = '' } = (await get(byPath, {}, 'HEAD')).headers
      expect((await get(byPath, { 'if-none-match': etag })).status).toBe(304)
      const { headers } = await get(byPath, { origin: 'https://player.example' })
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': hash === gated ? 'private, no-store' : 'public, max-age=300',
      })
      const preflight = await get(
        byPath,
        {
          origin: 'https://player.example',
          'access-control-request-headers': 'range',
          'access-control-request-method': 'GET',
        },
        'OPTIONS',
      )
      expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([204, 'range'])
      expect((await get(byPath, {}, 'POST')).status).toBe(405)
    }
  })
})

describe('what no file is named', () => {
  it.each([
    '',
    'episode-1',
    'episode-1/',
    'episode-1%2F',
    'episode-1/extra',
    'episode-1/index.m3u8/',
    'episode-1//index.m3u8',
    '/episode-1/index.m3u8',
    './episode-1/index.m3u8',
    'episode-1/./index.m3u8',
    'episode-1/../film.mp4',
    'episode-1/%2e%2e/film.mp4',
    'episode-1%2f..%2ffilm.mp4',
    '../film.mp4',
    '%2e%2e/%2e%2e/etc/passwd',
    '..%2f..%2f..%2fetc%2fpasswd',
    '..\\..\\film.mp4',
    'episode-1\\index.m3u8',
    'episode-1%5Cindex.m3u8',
    'film.mp4%00',
    'film.mp4%00.txt',
    'Episode-1/index.m3u8',
    'index.m3u8/0',
    '0/0',
    '0/',
    '-1',
    '0x0',
    '1e0',
    '+1',
    '%2030',
    '~/film.mp4',
    '~a.b/film.mp4',
    'x'.repeat(5_000),
    'a/'.repeat(3_000),
    '%2e%2e/%2f',
  ])('is not found, and no page lists a folder: %j', async (path) => {
    for (const prefix of [`/content/${open}/`, pathOf((await view(gated, token)).baseUrl)]) {
      const { status, headers, body } = await get(`${prefix}${path}`)
      expect([status, headers['content-type']]).toEqual([404, 'application/json; charset=utf-8'])
      expect(JSON.parse(body.toString()).errors[0].code).toBe('CONTENT_NOT_FOUND')
    }
  })

  it('is 400 where the path is malformed, and 404 without a content', async () => {
    for (const bad of ['%zz', 'episode-1/%', '%c3%28/x', 'a/%ff']) {
      expect((await get(`/content/${open}/${bad}`)).status).toBe(400)
    }
    for (const path of [
      '/content',
      '/content/',
      `/content/${'0'.repeat(64)}/a/b`,
      '/content/x/a/b',
      `/content//${open}/0`,
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 404])
    }
  })

  it('is told to nobody without access: 401 and 403 come first', async () => {
    const stranger = await world.signIn(await market.person('a stranger to folders', 0n))
    for (const path of ['episode-1/index.m3u8', 'episode-1', 'nothing/here', '']) {
      expect((await get(`/content/${gated}/${path}`)).status).toBe(401)
      expect((await get(`/content/${gated}/${path}`, bearer(stranger))).status).toBe(403)
    }
  })
})

describe('the signed base address', () => {
  const segment = encoded('episode-1/segment 0.ts')

  async function fan(name: string): Promise<{ fan: Person; token: string; base: string }> {
    const person = await market.person(name)
    await market.pay(person, creator, 'gold')
    const asFan = await world.signIn(person)
    return { fan: person, token: asFan, base: (await view(gated, asFan)).baseUrl }
  }

  async function expectRefused(
    base: string,
    status: number,
    headers: Record<string, string> = {},
  ): Promise<void> {
    for (const [method, extra] of [
      ['GET', {}],
      ['HEAD', {}],
      ['GET', { range: 'bytes=0-99' }],
      ['GET', { 'if-none-match': '*' }],
    ] as const) {
      const tried = await get(pathOf(`${base}${segment}`), { ...headers, ...extra }, method)
      expect([method, tried.status]).toEqual([method, status])
      expect(tried.body.length).toBeLessThan(1_000)
      expect(tried.headers.etag).toBeUndefined()
      for (let at = 0; at < 200; at += 16)
        expect(tried.body.includes(SEGMENT.subarray(at, at + 16))).toBe(false)
    }
  }

  async function expectServed(base: string, headers: Record<string, string> = {}): Promise<void> {
    const { status, body } = await get(pathOf(`${base}${segment}`), headers)
    expect([status, body.equals(SEGMENT)]).toEqual([200, true])
  }

  it('names its viewer: whatever token comes along, it serves the viewer’s rights', async () => {
    const one = await fan('who shows the film')
    const stranger = await world.signIn(await market.person('who looks on', 0n))
    for (const headers of [{}, bearer(stranger), bearer(token), { authorization: 'nonsense' }]) {
      await expectServed(one.base, headers)
    }
    expect((await view(gated, stranger)).baseUrl).toBeNull()
    expect((await view(gated)).baseUrl).toBeNull()
    const other = await fan('another fan')
    expect(other.base).not.toBe(one.base)
  })

  it('ends with the subscription, in the middle of playing', async () => {
    await market.pass(1)
    const { base, token: asFan } = await fan('whose time ends')
    await market.pass(599)
    await expectServed(base)
    await market.pass(1)
    await expectRefused(base, 403)
    await expectRefused(base, 403, bearer(token))
    expect(await view(gated, asFan)).toMatchObject({ baseUrl: null, files: FILES.map(() => ({ url: null })) })
  })

  it('ends with the entry that the fan deletes', async () => {
    const { fan: person, base } = await fan('who leaves the cinema')
    await expectServed(base)
    const leave = { creator: creator.publicKey, plan: 'gold', signer: person.publicKey }
    await market.execute(await market.draft('unsubscribe', leave), person)
    await expectRefused(base, 403)
  })

  it('is of one content: with another one’s hash it is nothing', async () => {
    const second = await publish('PLAN:gold')
    const { base } = await fan('of one folder')
    await expectRefused(base.replace(gated, second), 401)
    await expectRefused(base.replace(gated, second), 401, bearer(token))
  })

  it('dies after LINK_SECONDS by the gateway’s clock', async () => {
    const asCreator = await world.signIn(creator)
    const { baseUrl } = await view(gated, asCreator)
    world.clock.forward(LINK_SECONDS - 1)
    await expectServed(baseUrl)
    world.clock.forward(1)
    await expectRefused(baseUrl, 401)
    token = await world.signIn(creator)
  })

  it('cannot be made up or bent', async () => {
    const { baseUrl } = await view(gated, token)
    const [, link = ''] = /\/~([^/]+)\/$/.exec(baseUrl) ?? []
    const [header, payload, signature] = link.split('.') as [string, string, string]
    const claims = { sub: creator.publicKey, aud: `content:${gated}`, exp: 9_999_999_999 }
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    for (const bad of [
      token,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${header}.${encode(claims)}.${signature}`,
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32)),
      'a.b.c',
    ]) {
      await expectRefused(`${world.url}/content/${gated}/~${bad}/`, 401)
    }
    for (const noLink of [`${encode({ alg: 'none' })}.${encode(claims)}.`, `${header}.${payload}`, 'x', '']) {
      await expectRefused(`${world.url}/content/${gated}/~${noLink}/`, 401)
      // Not a link, but a path of no file: who has the rights by token is told so.
      expect((await get(`/content/${gated}/~${noLink}/${segment}`, bearer(token))).status).toBe(404)
    }
    // It opens nothing but bytes, and is no bearer token.
    expect((await get(`/content/${gated}/0`, bearer(link))).status).toBe(401)
    expect((await get(`/content/${gated}/0?link=${link}`)).status).toBe(200)
  })

  it('is that of streams without folders, too', async () => {
    const flat = await publish('PLAN:gold', [
      { name: 'main.M3U8', bytes: 'segment0.ts', type: 'application/octet-stream' },
      { name: 'segment0.ts', bytes: 'the segment', type: 'video/mp2t' },
      { name: 'manifest', bytes: '<MPD/>', type: 'application/dash+xml' },
    ])
    const { baseUrl, files } = await view(flat, token)
    expect(files.map(({ url }: Json) => url)).toEqual([
      `${baseUrl}main.M3U8`,
      `${baseUrl}segment0.ts`,
      `${baseUrl}manifest`,
    ])
    for (const list of [files[0].url, files[2].url]) {
      expect(await (await fetch(new URL('segment0.ts', list))).text()).toBe('the segment')
    }
  })
})

describe('uploads of folders', () => {
  it('by REST take paths from the names of their parts', async () => {
    const names = ['a/b/c.txt', 'a/b/d.txt', 'a/é.txt', 'z']
    const files = names.map((name) => ({ name, bytes: name }))
    const { status, body } = await send(
      `${world.url}/api/upload-content`,
      multipart(uploadParts({ files })),
      token,
    )
    expect([status, body.files.map(({ name }: Json) => name)]).toEqual([200, names])
  })

  it('by GraphQL take paths from the input, else from the parts', async () => {
    const query = `mutation ($i: PublishContentInput!) { publishContent(input: $i) { files { name byteSize } errors { message } } }`
    const files = [{ upload: null }, { upload: null, name: 'c/d' }]
    const variables = { i: { title: 'T', teaser: '', idempotencyKey: newKey(), files } }
    const map = { 0: ['variables.i.files.0.upload'], 1: ['variables.i.files.1.upload'] }
    const parts = [
      { name: 'operations', value: JSON.stringify({ query, variables }) },
      { name: 'map', value: JSON.stringify(map) },
      filePart('0', { name: 'a/b', bytes: 'one' }),
      filePart('1', { name: 'x', bytes: 'three' }),
    ]
    const { body } = await send(`${world.url}/graphql`, multipart(parts), token)
    expect(body.data.publishContent).toEqual({
      files: [
        { name: 'a/b', byteSize: '3' },
        { name: 'c/d', byteSize: '5' },
      ],
      errors: [],
    })
  })

  it.each([
    [['a', 'a/b'], 1, 'a/b: a file cannot be a folder of another.'],
    [['a/b/c', 'a/b'], 1, 'a/b: a file cannot be a folder of another.'],
    [['x', 'a/b', 'a/b'], 2, 'Two files are named a/b.'],
  ])('refuse %j', async (names, position, message) => {
    const files = names.map((name) => ({ name, bytes: name }))
    const expected = [{ code: 'INVALID_INPUT', message, path: ['input', 'files', String(position), 'name'] }]
    expect((await upload(world, token, { files })).errors).toMatchObject(expected)
    const rest = await send(`${world.url}/api/upload-content`, multipart(uploadParts({ files })), token)
    expect([rest.status, rest.body.errors]).toMatchObject([400, expected])
  })

  it.each([
    '/a',
    'a/',
    'a//b',
    '../a',
    'a/../b',
    'a/.',
    `${'x'.repeat(256)}/a`,
    'a/'.repeat(32).concat('b'),
  ])('refuse the name %j', async (name) => {
    const { errors } = await upload(world, token, { files: [{ name, bytes: 'x' }] })
    expect(errors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'files', '0', 'name'] }])
  })
})
