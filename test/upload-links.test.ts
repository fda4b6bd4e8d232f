import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { announce, bearer, view } from './support/library.js'
import { begin, head, offsetOf, patch, publishUploads, terminate } from './support/tus.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

let world: World
let alice: Person
let token: string

beforeAll(async () => {
  world = await openWorld()
  alice = world.person('alice')
  token = await world.signIn(alice)
})
afterAll(() => world[Symbol.asyncDispose]())

async function create(input: Record<string, unknown>, as: string | undefined = token): Promise<Json> {
  const { createUploadLink } = await world.ask(
    `mutation ($input: CreateUploadLinkInput!) { createUploadLink(input: $input) {
      url uploadId expiresAt errors { __typename code message path ... on UploadTooLarge { limit } } } }`,
    { input },
    as,
  )
  return createUploadLink
}

async function link(input: Record<string, unknown> = {}): Promise<{ url: string; uploadId: string }> {
  const { errors, ...payload } = await create({ byteSize: '100000', ...input })
  expect(errors).toEqual([])
  return payload
}

async function put(url: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Json> {
  const response = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) })
  return { status: response.status, body: await response.json(), location: response.headers.get('location') }
}

describe('an upload link', () => {
  it('is made by who is signed in, of what a file may be', async () => {
    const now = world.clock.now()
    const { url, uploadId, expiresAt } = await create({ byteSize: '10', expiresInSeconds: 60 })
    expect(url).toMatch(new RegExp(`^${world.url}/uploads\\?link=`))
    expect(uploadId).toMatch(/^[0-9a-f]{32}$/)
    expect(Math.abs(Date.parse(expiresAt) - now - 60_000)).toBeLessThan(5_000)
    const { data } = await world.query(
      'mutation { createUploadLink(input: { byteSize: "1" }) { url uploadId expiresAt errors { code } } }',
    )
    const nothing = { url: null, uploadId: null, expiresAt: null }
    expect(data?.createUploadLink).toEqual({ ...nothing, errors: [{ code: 'NOT_SIGNED_IN' }] })
    const refusals = await Promise.all(
      [
        { byteSize: '5368709121' },
        { byteSize: '1', expiresInSeconds: 0 },
        { byteSize: '1', expiresInSeconds: 604_801 },
        { byteSize: '1', mediaType: 'film' },
        { byteSize: '1', name: '' },
      ].map(async (input) => (await create(input)).errors[0]),
    )
    expect(refusals.map(({ code, path }) => [code, path.at(-1)])).toEqual([
      ['UPLOAD_TOO_LARGE', 'byteSize'],
      ['INVALID_INPUT', 'expiresInSeconds'],
      ['INVALID_INPUT', 'expiresInSeconds'],
      ['INVALID_INPUT', 'mediaType'],
      ['INVALID_INPUT', 'name'],
    ])
  })

  it('is an endpoint for tus, without a session, for the account that made it', async () => {
    const bytes = randomBytes(90_000)
    const { url, uploadId } = await link({ mediaType: 'video/mp4', name: 'film.mp4' })
    const { status, location, id } = await begin(url, undefined, bytes.length)
    expect([status, id]).toEqual([201, uploadId])
    expect(new URL(location).search).toBe(new URL(url).search)
    await patch(location, undefined, 0, bytes.subarray(0, 70_000))
    expect(await offsetOf(location, undefined)).toBe(70_000)
    const own = `${world.url}/uploads/${uploadId}`
    expect(await offsetOf(own, token)).toBe(70_000)
    expect((await head(own, undefined)).status).toBe(401)
    expect((await head(own, await world.signIn(world.person('bob')))).status).toBe(404)
    await patch(location, undefined, 70_000, bytes.subarray(70_000))
    const payload = await publishUploads(world, token, [{ uploadId }])
    expect(payload.errors).toEqual([])
    const { postHash } = await announce(world, alice, payload)
    const [file] = (await view(world, postHash)).files
    expect(file).toMatchObject({ name: 'film.mp4', mediaType: 'video/mp4', byteSize: '90000' })
    expect(Buffer.from(await (await fetch(file.url)).arrayBuffer()).equals(bytes)).toBe(true)
  })

  it('takes a whole file by PUT, and again what broke off', async () => {
    const bytes = randomBytes(80_000)
    const { url, uploadId } = await link()
    const broken = request(url, { method: 'PUT', headers: { 'content-length': bytes.length } })
    broken.on('error', () => {})
    broken.write(bytes.subarray(0, 50_000))
    const { uploads } = world.gateway.app
    for (let i = 0; i < 100 && !uploads.get(uploadId); i++)
      await new Promise((resolve) => setTimeout(resolve, 20))
    broken.destroy()
    expect(await put(url, bytes, { 'content-type': 'image/png' })).toEqual({
      status: 201,
      body: { uploadId, byteSize: '80000' },
      location: `${world.url}/uploads/${uploadId}${new URL(url).search}`,
    })
    const { files, errors } = await publishUploads(world, token, [{ uploadId, name: 'put.png' }])
    expect([errors, files]).toMatchObject([
      [],
      [{ name: 'put.png', mediaType: 'image/png', byteSize: '80000' }],
    ])
    expect((await put(url, bytes)).status).toBe(403)
  })

  it('takes no more bytes, and no other type, than it says', async () => {
    const { url } = await link({ byteSize: '1000', mediaType: 'image/png' })
    expect((await begin(url, undefined, 1_001)).status).toBe(413)
    expect((await put(url, new Uint8Array(1_001))).status).toBe(413)
    expect((await begin(url, undefined, 1_000, { filetype: 'text/html' })).status).toBe(400)
    expect((await put(url, new Uint8Array(10), { 'content-type': 'text/html' })).status).toBe(400)
    expect((await begin(url, undefined, 1_000, { filetype: 'image/png' })).status).toBe(201)
  })

  it('begins one upload, which a lost answer makes no second', async () => {
    const { url, uploadId } = await link()
    const first = await begin(url, undefined, 100)
    expect((await begin(url, undefined, 100)).location).toBe(first.location)
    expect((await begin(url, undefined, 99)).status).toBe(403)
    await patch(first.location, undefined, 0, new Uint8Array(50))
    expect((await begin(url, undefined, 100)).status).toBe(403)
    expect(await offsetOf(first.location, undefined)).toBe(50)
    expect(await terminate(first.location, undefined)).toBe(204)
    expect((await begin(url, undefined, 100)).status).toBe(403)
    expect(world.gateway.app.uploads.get(uploadId)).toBeNull()
  })

  it('opens nothing else', async () => {
    const { url } = await link()
    const query = new URL(url).search
    const other = await begin(`${world.url}/uploads`, token, 10)
    expect((await head(`${other.location}${query}`, undefined)).status).toBe(404)
    expect((await patch(`${other.location}${query}`, undefined, 0, new Uint8Array(1))).status).toBe(404)
    expect(await terminate(`${other.location}${query}`, undefined)).toBe(404)
    const linkToken = query.slice('?link='.length)
    expect((await begin(`${world.url}/uploads`, linkToken, 10)).status).toBe(401)
    const body = JSON.stringify({ query: '{ viewer { publicKey } }' })
    const asked = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(linkToken) },
      body,
    })
    expect(asked.status).toBe(401)
  })

  it('cannot be made up or changed, nor made of another kind of token', async () => {
    const { url } = await link()
    const [head, payload, mac] = new URL(url).search.slice('?link='.length).split('.') as [
      string,
      string,
      string,
    ]
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const changed = Buffer.from(JSON.stringify({ ...claims, max: 1e12 })).toString('base64url')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const forged of [`${head}.${changed}.${mac}`, `${none}.${payload}.`, token, 'nothing', '']) {
      expect((await begin(`${world.url}/uploads?link=${forged}`, undefined, 10)).status).toBe(401)
    }
  })

  it('is over when it says, and then lets what it has begun be finished', async () => {
    const [late, begun] = [await link({ expiresInSeconds: 600 }), await link({ expiresInSeconds: 600 })]
    const { location } = await begin(begun.url, undefined, 10)
    world.clock.forward(601)
    expect((await begin(late.url, undefined, 10)).status).toBe(403)
    expect((await put(late.url, new Uint8Array(10))).status).toBe(403)
    expect((await patch(location, undefined, 0, new Uint8Array(10))).status).toBe(204)
  })
})
