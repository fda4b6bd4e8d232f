import { get as httpGet, type IncomingMessage } from 'node:http'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keystreamBytes } from './support/bytes.js'
import { bearer, upload, view } from './support/library.js'
import { Market } from './support/market.js'
import type { Json, Person, World } from './support/world.js'

const FILM = keystreamBytes('for the entitled', 150_000)
const LINK_SECONDS = 3_000

let market: Market
let world: World
let creator: Person
let post: string
let other: string
let open: string

beforeAll(async () => {
  market = await Market.open({ LINK_SECONDS: String(LINK_SECONDS) })
  world = market.world
  creator = await market.person('the creator')
  for (const slug of ['gold', 'silver']) await market.plan(creator, slug)
  post = await publish('PLAN:gold')
  other = await publish('PLAN:gold')
  open = await publish('PUBLIC')
})
afterAll(() => market[Symbol.asyncDispose]())

async function publish(policy: string): Promise<string> {
  const files = [{ name: 'film.mp4', bytes: FILM, type: 'video/mp4' }]
  const payload = await upload(world, await world.signIn(creator), { policy, files })
  return (await market.execute(payload, creator)).id
}

interface Tried {
  status: number
  body: Buffer
}

/** By node:http, as fetch would normalise what is odd in an address. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Tried> {
  return new Promise((resolve, reject) => {
    const answer = async (response: IncomingMessage) =>
      resolve({ status: response.statusCode as number, body: Buffer.concat(await response.toArray()) })
    httpGet(
      `${world.url}${path}`,
      { headers, method, agent: false },
      (it) => void answer(it).catch(reject),
    ).on('error', reject)
  })
}

/** Every door to the bytes of a post, with its headers. */
function doors(
  hash: string,
  token: string | undefined,
  link?: string,
): [string, Record<string, string>, string][] {
  const headers = bearer(token)
  const query = link === undefined ? '' : `?link=${link}`
  const routes = [`/content/${hash}/0${query}`, `/content/${hash}/film.mp4${query}`]
  if (link === undefined) {
    routes.push(
      `/api/fetch-content?postHash=${hash}&file=0`,
      `/api/fetch-content?postHash=${hash}&file=film.mp4`,
    )
  }
  return routes.flatMap((route): [string, Record<string, string>, string][] => [
    [route, headers, 'GET'],
    [route, headers, 'HEAD'],
    [route, { ...headers, range: 'bytes=0-99' }, 'GET'],
    [route, { ...headers, range: 'bytes=-1' }, 'GET'],
    [route, { ...headers, range: 'bytes=999999-' }, 'GET'],
    [route, { ...headers, 'if-none-match': '*' }, 'GET'],
  ])
}

/** Through no door a byte, a length, a type or a validator: only this status. */
async function expectNothing(
  hash: string,
  as: { token?: string; link?: string },
  status: number,
): Promise<void> {
  for (const [route, headers, method] of doors(hash, as.token, as.link)) {
    const tried = await get(route, headers, method)
    expect([route, method, headers.range, tried.status]).toEqual([route, method, headers.range, status])
    expect(tried.body.length).toBeLessThan(1_000)
    for (let start = 0; start + 16 <= 200; start += 16) {
      expect(tried.body.includes(FILM.subarray(start, start + 16))).toBe(false)
    }
  }
}

async function expectAll(hash: string, as: { token?: string; link?: string }): Promise<void> {
  const [route, headers] = doors(hash, as.token, as.link)[0] as [string, Record<string, string>, string]
  const whole = await get(route, headers)
  expect([whole.status, whole.body.equals(FILM)]).toEqual([200, true])
  const part = await get(route, { ...headers, range: 'bytes=65480-65489' })
  expect([part.status, part.body]).toEqual([206, FILM.subarray(65_480, 65_490)])
}

/** The error of the first door. */
async function refusalOf(hash: string, token?: string): Promise<Json> {
  return JSON.parse((await get(`/content/${hash}/0`, bearer(token))).body.toString()).errors[0]
}

/** What is after `?link=` in the address that GraphQL gives this viewer. */
async function linkOf(hash: string, token: string): Promise<string> {
  const { url } = (await view(world, hash, token)).files[0]
  const [, address, link] = /^(.*)\?link=([\w.-]+)$/.exec(url) ?? []
  expect(address).toBe(`${world.url}/content/${hash}/0`)
  return link as string
}

async function subscriber(
  name: string,
  slug = 'gold',
): Promise<{ fan: Person; token: string; link: string }> {
  const fan = await market.person(name)
  await market.pay(fan, creator, slug)
  const token = await world.signIn(fan)
  return { fan, token, link: await linkOf(post, token) }
}

describe('the bytes of a gated file', () => {
  it('are the creator’s and the fan’s, by token or by link', async () => {
    const token = await world.signIn(creator)
    await expectAll(post, { token })
    await expectAll(post, { link: await linkOf(post, token) })
    const fan = await subscriber('a fan')
    await expectAll(post, { token: fan.token })
    await expectAll(post, { link: fan.link })
  })

  it('are not for the anonymous', async () => {
    await expectNothing(post, {}, 401)
    expect(await refusalOf(post)).toMatchObject({ code: 'NOT_SIGNED_IN', reason: 'NOT_SIGNED_IN' })
    expect((await view(world, post)).files[0].url).toBeNull()
  })

  it('are not for the stranger', async () => {
    const token = await world.signIn(await market.person('the stranger', 0n))
    await expectNothing(post, { token }, 403)
    expect(await refusalOf(post, token)).toMatchObject({ code: 'NOT_ALLOWED', reason: 'NOT_SUBSCRIBED' })
    expect((await view(world, post, token)).files[0].url).toBeNull()
  })

  it('are not for the subscriber of another plan', async () => {
    const fan = await market.person('of silver')
    await market.pay(fan, creator, 'silver')
    await expectNothing(post, { token: await world.signIn(fan) }, 403)
  })

  it('are not for whose payment is not committed', async () => {
    const fan = await market.person('in the mempool')
    await market.send(await market.payment(fan, creator, 'gold'), fan)
    const token = await world.signIn(fan)
    await expectNothing(post, { token }, 403)
    expect(await refusalOf(post, token)).toMatchObject({ code: 'NOT_ALLOWED', reason: 'NOT_COMMITTED' })
    await market.commit()
    await expectAll(post, { token })
  })

  it('are not for the expired fan, to the second, whatever was handed out before', async () => {
    await market.pass(1)
    const { token, link } = await subscriber('who expires')
    await market.pass(599)
    await expectAll(post, { token })
    await expectAll(post, { link })
    await market.pass(1)
    await expectNothing(post, { token }, 403)
    await expectNothing(post, { link }, 403)
    expect(await refusalOf(post, token)).toMatchObject({ code: 'NOT_ALLOWED', reason: 'EXPIRED' })
    expect((await view(world, post, token)).files[0].url).toBeNull()
  })

  it('are not for whoever has unsubscribed, whatever was handed out before', async () => {
    const { fan, token, link } = await subscriber('who leaves')
    await expectAll(post, { link })
    const leave = { creator: creator.publicKey, plan: 'gold', signer: fan.publicKey }
    await market.execute(await market.draft('unsubscribe', leave), fan)
    await expectNothing(post, { token }, 403)
    await expectNothing(post, { link }, 403)
    expect((await view(world, post, token)).files[0].url).toBeNull()
  })
})

describe('a link', () => {
  it('serves the rights of its viewer, whatever token comes along', async () => {
    await market.pass(1)
    const fan = await subscriber('who lends')
    const stranger = await world.signIn(await market.person('who borrows', 0n))
    for (const token of [stranger, 'nonsense', await world.signIn(creator)]) {
      await expectAll(post, { token, link: fan.link })
    }
    // A link of no rights gives none to whoever has them.
    await market.pass(600)
    const entitled = await subscriber('who is entitled')
    await expectNothing(post, { token: entitled.token, link: fan.link }, 403)
    await expectNothing(post, { token: await world.signIn(creator), link: fan.link }, 403)
  })

  it('is of one content, and no other', async () => {
    const { link } = await subscriber('of one content')
    await expectNothing(other, { link }, 401)
    await expectNothing(other, { link, token: await world.signIn(creator) }, 401)
  })

  it('dies by the gateway’s clock', async () => {
    const token = await world.signIn(creator)
    const link = await linkOf(post, token)
    await world.chain.forward(LINK_SECONDS)
    await expectAll(post, { link })
    world.clock.forward(LINK_SECONDS - 1)
    await expectAll(post, { link })
    world.clock.forward(1)
    await expectNothing(post, { link }, 401)
    const { body } = await get(`/content/${post}/0?link=${link}`)
    expect(JSON.parse(body.toString()).errors[0]).toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('cannot be made up, bent, or used for something else', async () => {
    const token = await world.signIn(creator)
    const link = await linkOf(post, token)
    const [header, payload, signature] = link.split('.') as [string, string, string]
    const claims = { sub: creator.publicKey, aud: `content:${post}`, exp: 9_999_999_999 }
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const forged = [
      '',
      'nonsense',
      token,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${header}.${encode({ ...claims, sub: creator.publicKey })}.${signature}`,
      `${encode({ alg: 'none' })}.${encode(claims)}.`,
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32)),
      `${link}&link=${link}`,
    ]
    for (const bad of forged) await expectNothing(post, { link: bad }, 401)
    // It opens nothing but bytes.
    for (const path of [`/api/fetch-content?postHash=${post}`, `/content/${post}/0`]) {
      expect((await get(path, bearer(link))).status).toBe(401)
    }
    const asToken = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(link) },
      body: '{"query": "{ viewer { id } }"}',
    })
    expect(asToken.status).toBe(401)
  })

  it('is not needed for what is public, and names nobody there', async () => {
    const token = await world.signIn(creator)
    for (const as of [token, undefined]) {
      expect((await view(world, open, as)).files[0].url).toBe(`${world.url}/content/${open}/0`)
    }
    await expectAll(open, {})
  })

  it('is the same for the files of an answer, and another one for each viewer', async () => {
    const [a, b] = [await subscriber('viewer a'), await subscriber('viewer b')]
    expect(a.link).not.toBe(b.link)
    const payload = JSON.parse(Buffer.from(a.link.split('.')[1] as string, 'base64url').toString())
    expect(payload.sub).toBe(a.fan.publicKey)
  })
})

describe('a bearer token that is bad', () => {
  it('is a 401 at every door, of public files too', async () => {
    const session = await world.signIn(creator)
    const bent = `${session.slice(0, -4)}AAAA`
    for (const hash of [post, open]) {
      await expectNothing(hash, { token: bent }, 401)
      await expectNothing(hash, { token: 'nonsense' }, 401)
      for (const authorization of [
        '',
        'Bearer',
        'Bearer ',
        'Basic YTpi',
        session,
        `Bearer ${session} more`,
      ]) {
        const { status, body } = await get(`/content/${hash}/0`, { authorization })
        expect([authorization, status]).toEqual([authorization, 401])
        expect(JSON.parse(body.toString()).errors[0].code).toBe('UNAUTHENTICATED')
      }
    }
  })

  it('is one that has expired, by the gateway’s clock', async () => {
    const token = await world.signIn(creator)
    await expectAll(post, { token })
    world.clock.forward(86_400)
    await expectNothing(post, { token }, 401)
    expect(await refusalOf(post, token)).toMatchObject({ code: 'UNAUTHENTICATED', retryable: false })
  })
})
