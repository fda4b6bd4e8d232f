import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at, Market } from './support/market.js'
import { type Json, type Person, signatureOf, type World } from './support/world.js'

/** The whole story of a creator, a fan and a stranger, once over GraphQL and once over REST. */
let market: Market
let world: World

beforeAll(async () => {
  market = await Market.open()
  world = market.world
})
afterAll(() => market[Symbol.asyncDispose]())

const FILM = randomBytes(300_000)
const PRICE = 2_500_000_000n

interface Cast {
  creator: Person
  fan: Person
  stranger: Person
}

async function cast(name: string): Promise<Cast> {
  const [creator, fan, stranger] = await Promise.all(
    ['creator', 'fan', 'stranger'].map((role) => market.person(`${role} of ${name}`)),
  )
  return { creator, fan, stranger } as Cast
}

function bearer(token?: string): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

/** Status, and the bytes or the JSON. */
async function fetchBytes(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers })
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
}

describe('the story over GraphQL', () => {
  it('goes from the plan to the bytes, the end, the renewal and the farewell', async () => {
    const { creator, fan, stranger } = await cast('GraphQL')
    const tokens = {
      creator: await world.signIn(creator),
      fan: await world.signIn(fan),
      stranger: await world.signIn(stranger),
    }
    const version = await market.plan(creator, 'films', { priceNanos: String(PRICE), periodSeconds: 86_400 })
    const published = await publish(creator, tokens.creator)
    const postHash = published.id

    const asked = await contentOf(postHash, tokens.stranger)
    expect(asked).toMatchObject({
      title: 'A film',
      teaser: 'Come and see',
      creator: { publicKey: creator.publicKey },
      policy: { text: 'PLAN:films' },
      viewerAccess: { granted: false, reason: 'NOT_SUBSCRIBED' },
      files: [{ name: 'film.mp4', mediaType: 'video/mp4', byteSize: '300000', isEncrypted: true, url: null }],
    })
    const route = `${world.url}/content/${postHash}/0`
    expect((await fetchBytes(route, bearer(tokens.stranger))).status).toBe(403)
    expect((await fetchBytes(route)).status).toBe(401)

    const before = { fan: await market.balance(fan), creator: await market.balance(creator) }
    const start = await market.pass(5)
    const payload = await market.payment(fan, creator, 'films', { planVersion: version.id })
    const fee = BigInt(payload.draft.preview.fee.nanos)
    expect(payload.draft.preview).toMatchObject({
      outputs: [{ to: { publicKey: creator.publicKey }, amount: { nanos: String(PRICE) } }],
      spend: { nanos: String(PRICE + fee) },
    })
    await market.execute(payload, fan)
    expect(await market.balance(fan)).toBe(before.fan - PRICE - fee)
    expect(await market.balance(creator)).toBe(before.creator + PRICE)

    const open = await contentOf(postHash, tokens.fan)
    expect(open.viewerAccess).toEqual({ granted: true, reason: 'SUBSCRIBED', expiresAt: at(start + 86_400) })
    const { url } = open.files[0]
    expect(await fetchBytes(url)).toEqual({ status: 200, bytes: FILM })
    expect(await fetchBytes(url, { range: 'bytes=131070-196610' })).toEqual({
      status: 206,
      bytes: FILM.subarray(131_070, 196_611),
    })

    await market.pass(86_400)
    expect((await contentOf(postHash, await world.signIn(fan))).viewerAccess).toEqual({
      granted: false,
      reason: 'EXPIRED',
      expiresAt: null,
    })
    expect((await fetchBytes(route, bearer(await world.signIn(fan)))).status).toBe(403)

    const again = await market.pass(1)
    await market.pay(fan, creator, 'films', { periods: 2 })
    expect(await market.subscription(fan, 'films')).toMatchObject({
      status: 'ACTIVE',
      startsAt: at(again),
      expiresAt: at(again + 2 * 86_400),
    })
    expect((await fetchBytes(route, bearer(await world.signIn(fan)))).bytes.equals(FILM)).toBe(true)

    const leave = { creator: creator.publicKey, plan: 'films', signer: fan.publicKey }
    await market.execute(await market.draft('unsubscribe', leave), fan)
    expect((await fetchBytes(route, bearer(await world.signIn(fan)))).status).toBe(403)
    expect(await market.balance(creator)).toBe(before.creator + 3n * PRICE)
  })

  async function publish(creator: Person, token: string) {
    const form = new FormData()
    const query = `mutation ($input: PublishContentInput!) { publishContent(input: $input) {
      draft { unsignedHex } errors { code message }
    } }`
    const input = {
      title: 'A film',
      teaser: 'Come and see',
      policy: 'PLAN:films',
      files: [{ upload: null }],
      idempotencyKey: market.newKey(),
    }
    form.append('operations', JSON.stringify({ query, variables: { input } }))
    form.append('map', JSON.stringify({ 0: ['variables.input.files.0.upload'] }))
    form.append('0', new Blob([FILM], { type: 'video/mp4' }), 'film.mp4')
    const headers = { 'apollo-require-preflight': '1', ...bearer(token) }
    const response = await fetch(`${world.url}/graphql`, { method: 'POST', headers, body: form })
    const { data } = (await response.json()) as Json
    return market.execute(data.publishContent, creator)
  }

  async function contentOf(postHash: string, token: string) {
    const { content } = await world.ask(
      `query ($postHash: TransactionId!) { content(postHash: $postHash) {
        title teaser creator { publicKey } policy { text }
        files { name mediaType byteSize isEncrypted url } viewerAccess { granted reason expiresAt }
      } }`,
      { postHash },
      token,
    )
    return content
  }
})

describe('the story over REST', () => {
  it('goes from sign-in to the bytes, the end, the renewal and the farewell; its plan made by GraphQL', async () => {
    const { creator, fan, stranger } = await cast('REST')
    const tokens = {
      creator: await signIn(creator),
      fan: await signIn(fan),
      stranger: await signIn(stranger),
    }
    const version = await market.plan(creator, 'songs', { priceNanos: String(PRICE), periodSeconds: 86_400 })

    const form = new FormData()
    const fields = { title: 'Songs', teaser: 'La la', policy: 'PLAN:songs', idempotencyKey: market.newKey() }
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', new Blob([FILM], { type: 'audio/flac' }), 'one.flac')
    form.append('file', new Blob(['la la'], { type: 'text/plain' }), 'words.txt')
    const headers = bearer(tokens.creator)
    const uploaded = await fetch(`${world.url}/api/upload-content`, { method: 'POST', headers, body: form })
    expect(uploaded.status).toBe(200)
    const postHash = await submit(await uploaded.json(), creator)

    const metadata = await get(`/api/fetch-content?postHash=${postHash}`)
    expect(metadata).toMatchObject({
      status: 200,
      body: {
        title: 'Songs',
        policy: { text: 'PLAN:songs' },
        files: [
          { name: 'one.flac', byteSize: '300000', url: null },
          { name: 'words.txt', byteSize: '5', url: null },
        ],
        viewerAccess: { granted: false, reason: 'NOT_SIGNED_IN' },
      },
    })
    const bytes = `/api/fetch-content?postHash=${postHash}&file=`
    expect(await get(`${bytes}0`, tokens.stranger)).toMatchObject({ status: 403 })
    expect(await get(`${bytes}0`)).toMatchObject({ status: 401 })
    const check = `/api/check-access?account=${fan.publicKey}&creator=${creator.publicKey}&slug=songs`
    expect(await get(check)).toMatchObject({
      status: 200,
      body: { granted: false, reason: 'NOT_SUBSCRIBED', expiresAt: null, evidence: [] },
    })

    const order = { creator: creator.publicKey, plan: 'songs' }
    expect(await post('/api/subscribe', { ...order, idempotencyKey: 'x' })).toMatchObject({
      status: 401,
      body: { draft: null, errors: [{ code: 'NOT_SIGNED_IN' }] },
    })
    const start = await market.pass(5)
    const seen = { ...order, planVersion: version.id, idempotencyKey: market.newKey() }
    const payment = await post('/api/subscribe', seen, tokens.fan)
    expect(payment).toMatchObject({
      status: 200,
      body: {
        draft: {
          kind: 'SUBSCRIBE',
          signer: { publicKey: fan.publicKey },
          preview: {
            outputs: [
              { to: { publicKey: creator.publicKey }, amount: { nanos: String(PRICE), deso: '2.5' } },
            ],
          },
        },
        errors: [],
      },
    })
    const paid = await submit(payment.body, fan)
    expect(await get(check)).toMatchObject({
      status: 200,
      body: {
        granted: true,
        reason: 'SUBSCRIBED',
        expiresAt: at(start + 86_400),
        checkedAt: { time: at(start) },
        evidence: [
          {
            transaction: {
              transactionId: paid,
              status: 'COMMITTED',
              signer: { publicKey: fan.publicKey },
              outputs: [{ to: { publicKey: creator.publicKey }, amount: { nanos: String(PRICE) } }],
            },
          },
          { transaction: { transactionId: version.id, kind: 'CREATE_PLAN', status: 'COMMITTED' } },
        ],
      },
    })
    expect(await fetchBytes(`${world.url}${bytes}one.flac`, bearer(tokens.fan))).toEqual({
      status: 200,
      bytes: FILM,
    })
    const headersOfRange = { ...bearer(tokens.fan), range: 'bytes=-3' }
    expect(await fetchBytes(`${world.url}${bytes}1`, headersOfRange)).toEqual({
      status: 206,
      bytes: Buffer.from(' la'),
    })

    await market.pass(86_400)
    expect((await get(check)).body).toMatchObject({ granted: false, reason: 'EXPIRED' })
    expect(await get(`${bytes}0`, await signIn(fan))).toMatchObject({
      status: 403,
      body: { errors: [{ code: 'NOT_ALLOWED', reason: 'EXPIRED' }] },
    })
    const token = await signIn(fan)
    const renewal = { ...order, periods: 3, idempotencyKey: market.newKey() }
    await submit((await post('/api/subscribe', renewal, token)).body, fan)
    expect((await get(check)).body).toMatchObject({ granted: true })

    const leaving = { ...order, idempotencyKey: market.newKey() }
    await submit((await post('/api/unsubscribe', leaving, token)).body, fan)
    expect((await get(check)).body).toMatchObject({ granted: false, reason: 'NOT_SUBSCRIBED' })
    expect(
      await post('/api/unsubscribe', { ...leaving, idempotencyKey: market.newKey() }, token),
    ).toMatchObject({ status: 409, body: { draft: null, errors: [{ code: 'NOT_SUBSCRIBED' }] } })
    const rest = await market.balance(fan)
    const dear = { to: creator.publicKey, amountNanos: String(rest), idempotencyKey: market.newKey() }
    expect(await post('/api/transaction/create', { sendDeso: dear }, token)).toMatchObject({
      status: 402,
      body: { errors: [{ code: 'INSUFFICIENT_FUNDS', available: String(rest) }] },
    })
  })

  async function signIn(person: Person): Promise<string> {
    const { body } = await post('/api/sign-in/challenge', { publicKey: person.publicKey })
    const { challenge } = body
    const signature = signatureOf(Buffer.from(challenge, 'utf8'), person)
    const signedIn = await post('/api/sign-in', { challenge: { challenge, signature } })
    expect(signedIn).toMatchObject({ status: 200, body: { viewer: { publicKey: person.publicKey } } })
    return signedIn.body.accessToken
  }

  /** Signs and submits by REST, and commits; the id. */
  async function submit({ draft, errors }: Json, signer: Person): Promise<string> {
    expect(errors).toEqual([])
    const { unsignedHex } = draft
    const signature = signatureOf(Buffer.from(unsignedHex, 'hex'), signer)
    const { status, body } = await post('/api/transaction/submit', { unsignedHex, signature })
    expect({ status, errors: body.errors, replayed: body.replayed }).toEqual({
      status: 200,
      errors: [],
      replayed: false,
    })
    await market.commit()
    return body.transaction.transactionId
  }

  async function post(path: string, input: unknown, token?: string): Promise<{ status: number; body: Json }> {
    const response = await fetch(`${world.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(token) },
      body: JSON.stringify(input),
    })
    return { status: response.status, body: await response.json() }
  }

  async function get(path: string, token?: string): Promise<{ status: number; body: Json }> {
    const response = await fetch(`${world.url}${path}`, { headers: bearer(token) })
    return { status: response.status, body: await response.json() }
  }
})
