import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { encodeGlobalId } from '../src/graphql/relay/global-id.js'
import { call, type HttpCall } from './support/http.js'
import { upload } from './support/library.js'
import { at, Market, stranger } from './support/market.js'
import type { Person } from './support/world.js'

/** The GET endpoints of REST, and what is true of all paths. */
let market: Market
let creator: Person
let fan: Person
let version: string
let postHash: string

beforeAll(async () => {
  market = await Market.open()
  creator = await market.person('the creator')
  fan = await market.person('the fan')
  version = (await market.plan(creator, 'gold')).id
  await market.plan(creator, 'closed')
  const closing = { slug: 'closed', signer: creator.publicKey }
  await market.execute(await market.draft('closePlan', closing), creator)
  const token = await market.world.signIn(creator)
  const payload = await upload(market.world, token, {
    title: 'Film',
    teaser: 'Look.',
    policy: 'PLAN:gold',
    files: [{ name: 'film.txt', bytes: 'twelve bytes', type: 'text/plain' }],
  })
  postHash = (await market.execute(payload, creator)).id
})

afterAll(() => market[Symbol.asyncDispose]())

const rest = (path: string, options?: HttpCall) => call(market.world, `/api${path}`, options)

describe('GET /api/check-access', () => {
  const get = (query: Record<string, string>, token?: string) =>
    rest(`/check-access?${new URLSearchParams(query)}`, { token })

  it('is 200 whatever it decides, by global ids and by natural keys, and answers the bare object', async () => {
    const member = await market.person('a member')
    const now = await market.pass(5)
    const paid = await market.pay(member, creator, 'gold')
    const targets: Record<string, string>[] = [
      { content: encodeGlobalId('Content', postHash) },
      { plan: encodeGlobalId('Plan', creator.publicKey, 'gold') },
      { postHash },
      { creator: creator.publicKey, slug: 'gold' },
    ]
    for (const target of targets) {
      const granted = await get({ ...target, account: member.publicKey })
      expect(granted.status).toBe(200)
      expect(granted.body).toEqual({
        granted: true,
        reason: 'SUBSCRIBED',
        expiresAt: at(now + 600),
        evidence: [
          {
            meaning: expect.any(String),
            transaction: expect.objectContaining({ transactionId: paid.id, status: 'COMMITTED' }),
          },
          {
            meaning: expect.any(String),
            transaction: expect.objectContaining({ transactionId: version, status: 'COMMITTED' }),
          },
        ],
        checkedAt: {
          height: expect.any(Number),
          hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          time: expect.any(String),
        },
      })
      const refused = await get(target)
      expect([refused.status, refused.body]).toMatchObject([
        200,
        { granted: false, reason: 'NOT_SIGNED_IN', expiresAt: null, evidence: [] },
      ])
      const own = await get(target, await market.world.signIn(creator))
      expect([own.status, own.body.granted, own.body.reason]).toEqual([200, true, 'CREATOR'])
    }
  })

  it.each([
    [{ postHash: 'ab'.repeat(32) }, 'CONTENT_NOT_FOUND', 'There is no such content.'],
    [
      { content: encodeGlobalId('Content', 'ab'.repeat(32)) },
      'CONTENT_NOT_FOUND',
      'There is no such content.',
    ],
    [{ slug: 'nothing' }, 'PLAN_NOT_FOUND', 'There is no such plan.'],
  ])('of nothing is 404: %j', async (query, code, message) => {
    const answer = await get('slug' in query ? { ...query, creator: creator.publicKey } : query)
    expect(answer.status).toBe(404)
    expect(answer.body.errors).toEqual([
      { code, message, path: null, retryable: false, requestId: answer.headers.get('x-request-id') },
    ])
  })

  it('of no one thing is 400, and says what is wrong', async () => {
    const one = 'Give exactly one of content, plan, postHash, or creator with slug.'
    const key = creator.publicKey
    const wrong: [string, string | RegExp][] = [
      ['', one],
      [`creator=${key}`, one],
      ['slug=gold', one],
      [`creator=${key}&slug=gold&postHash=${postHash}`, one],
      [`postHash=${postHash}&slug=gold`, one],
      ['content=a&plan=b', one],
      ['content=', 'Not an id of this gateway for Content: ""'],
      ['plan=garbage', 'Not an id of this gateway for Plan: "garbage"'],
      [
        `plan=${encodeGlobalId('Content', postHash)}`,
        'This is the id of a Content, where that of a Plan is wanted.',
      ],
      ['postHash=', 'postHash: write 64 lower-case hex digits.'],
      [`postHash=${postHash.toUpperCase()}`, 'postHash: write 64 lower-case hex digits.'],
      [`creator=x&slug=gold`, /^creator: This is no DeSo public key/],
      [`creator=${key}&slug=Gold`, 'slug: write 1 to 64 of the characters a-z, 0-9 and -.'],
      [`postHash=${postHash}&account=x`, /"\$account" got invalid value "x"; PublicKey: /],
      [`postHash=${postHash}&account=`, /"\$account" got invalid value ""; PublicKey: /],
      [`postHash=${postHash}&postHash=${postHash}`, 'postHash: give it once.'],
      [`postHash=${postHash}&account=a&account=b`, 'account: give it once.'],
      [`postHash[a]=b`, one],
    ]
    for (const [query, message] of wrong) {
      const answer = await rest(`/check-access?${query}`)
      expect([query, answer.status]).toEqual([query, 400])
      expect(answer.body.errors).toEqual([
        expect.objectContaining({ code: 'BAD_USER_INPUT', path: null, retryable: false }),
      ])
      expect(answer.body.errors[0].message).toMatch(message)
    }
  })
})

describe('GET /api/fetch-content', () => {
  it('answers the bare content with its files and the viewer’s access', async () => {
    const answer = await rest(`/fetch-content?postHash=${postHash}`, {
      token: await market.world.signIn(creator),
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      id: encodeGlobalId('Content', postHash),
      postHash,
      creator: { id: expect.any(String), publicKey: creator.publicKey, username: null },
      title: 'Film',
      teaser: 'Look.',
      publishedAt: expect.stringMatching(/Z$/),
      policy: { text: 'PLAN:gold' },
      manifestCid: expect.stringMatching(/^bafy/),
      directoryCid: null,
      baseUrl: expect.stringContaining(`/content/${postHash}/~`),
      files: [
        {
          name: 'film.txt',
          mediaType: 'text/plain',
          byteSize: '12',
          cid: expect.stringMatching(/^baf/),
          isEncrypted: true,
          url: expect.stringContaining(`/content/${postHash}/0?link=`),
          key: expect.stringMatching(/^04[0-9a-f]{418}$/),
        },
      ],
      viewerAccess: { granted: true, reason: 'CREATOR', expiresAt: null },
    })
    const anonymous = await rest(`/fetch-content?postHash=${postHash}`)
    expect(anonymous.status).toBe(200)
    expect(anonymous.body).toMatchObject({
      viewerAccess: { granted: false, reason: 'NOT_SIGNED_IN' },
      files: [{ url: null, key: null }],
    })
  })

  it('streams the bytes to who may have them, and tells others why not', async () => {
    const path = `/fetch-content?postHash=${postHash}&file=`
    const token = await market.world.signIn(creator)
    for (const file of ['0', 'film.txt']) {
      const answer = await rest(path + file, { token })
      expect([answer.status, answer.text]).toEqual([200, 'twelve bytes'])
    }
    const part = await rest(`${path}0`, { token, headers: { range: 'bytes=0-5' } })
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([
      206,
      'twelve',
      'bytes 0-5/12',
    ])
    const anonymous = await rest(`${path}0`)
    expect([anonymous.status, anonymous.body.errors[0]]).toMatchObject([401, { code: 'NOT_SIGNED_IN' }])
    const denied = await rest(`${path}0`, { token: await market.world.signIn(stranger('no member')) })
    expect([denied.status, denied.body.errors[0]]).toMatchObject([
      403,
      { code: 'NOT_ALLOWED', reason: 'NOT_SUBSCRIBED' },
    ])
    const missing = await rest(`${path}1`, { token })
    expect([missing.status, missing.body.errors[0].code]).toEqual([404, 'CONTENT_NOT_FOUND'])
  })

  it('of nothing is 404, of no hash 400', async () => {
    const nothing = await rest(`/fetch-content?postHash=${'ab'.repeat(32)}`)
    expect([nothing.status, nothing.body.errors[0]]).toMatchObject([
      404,
      { code: 'CONTENT_NOT_FOUND', message: 'There is no such content.', path: null, retryable: false },
    ])
    const file = await rest(`/fetch-content?postHash=${'ab'.repeat(32)}&file=0`)
    expect([file.status, file.body.errors[0].code]).toEqual([404, 'CONTENT_NOT_FOUND'])
    for (const [query, message] of [
      ['', 'postHash: give it.'],
      ['?postHash=', 'postHash: write 64 lower-case hex digits.'],
      ['?postHash=x&file=0', 'postHash: write 64 lower-case hex digits.'],
      [`?postHash=${postHash}&postHash=${postHash}`, 'postHash: give it once.'],
      [`?postHash=${postHash}&file=0&file=1`, 'file: give it once.'],
    ]) {
      const answer = await rest(`/fetch-content${query}`)
      expect([answer.status, answer.body.errors[0]]).toMatchObject([400, { code: 'BAD_USER_INPUT', message }])
    }
  })
})

describe('a node that does not answer', () => {
  const spoil = async (path: string) => {
    await fetch(`${market.world.chain.url}/dev/faults`, { method: 'DELETE' })
    await market.world.chain.faults({ path, kind: 'reset', times: 1_000 })
  }

  afterEach(async () => {
    await fetch(`${market.world.chain.url}/dev/faults`, { method: 'DELETE' })
  })

  it('is 502, retryable, and never half an object', async () => {
    const unavailable = { code: 'NODE_UNAVAILABLE', path: null, retryable: true }
    await spoil('/api/v0/get-posts-hashhexlist')
    const content = await rest(`/fetch-content?postHash=${postHash}`)
    expect([content.status, content.body.errors]).toMatchObject([502, [unavailable]])
    await spoil('/api/v0/get-users-stateless')
    const partial = await rest(`/fetch-content?postHash=${postHash}`)
    expect([partial.status, Object.keys(partial.body)]).toEqual([502, ['errors']])
    const input = {
      creator: creator.publicKey,
      plan: 'gold',
      signer: fan.publicKey,
      idempotencyKey: 'unavailable',
    }
    const draft = await rest('/subscribe', { body: input })
    expect([draft.status, draft.body]).toMatchObject([502, { draft: null, errors: [unavailable] }])
    await spoil('/api/v0/user-associations/query')
    const access = await rest(`/check-access?postHash=${postHash}&account=${fan.publicKey}`)
    expect([access.status, access.body.errors]).toMatchObject([502, [unavailable]])
    const bytes = await rest(`/fetch-content?postHash=${postHash}&file=0`, {
      token: await market.world.signIn(fan),
    })
    expect([bytes.status, bytes.body.errors]).toMatchObject([502, [unavailable]])
  })

  it('is told by /readyz, and leaves /healthz alone', async () => {
    await spoil('*')
    const ready = await call(market.world, '/readyz')
    expect([ready.status, ready.body]).toEqual([
      503,
      { ready: false, node: false, storage: true, nodes: ['down'] },
    ])
    expect((await call(market.world, '/healthz')).status).toBe(200)
  })
})

describe('what is not there', () => {
  it('is 404 as JSON, and the explorer is where one looks first', async () => {
    for (const path of [
      '/nothing',
      '/api',
      '/api/nothing',
      '/api/subscribe/more',
      '/graphql/nothing',
      '/index.html',
      '/content',
    ]) {
      const answer = await call(market.world, path)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/json; charset=utf-8',
      ])
      expect(answer.body.errors).toEqual([
        {
          code: 'NOT_FOUND',
          message: `There is nothing at ${path}.`,
          path: null,
          retryable: false,
          requestId: answer.headers.get('x-request-id'),
        },
      ])
    }
    const root = await call(market.world, '/')
    expect([root.status, root.headers.get('location')]).toEqual([302, '/graphql'])
  })

  it('is never an HTML page with a stack', async () => {
    for (const path of [
      '/api/check-access?%',
      '/content/%E0%A4%A/0',
      '/%',
      '/api/fetch-content?postHash=%E0%A4%A',
    ]) {
      const answer = await call(market.world, path)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(answer.text).not.toMatch(/\bat \S+ \(|node_modules/)
    }
  })
})

describe('health', () => {
  it('tells that the process lives, and that node and storage answer', async () => {
    const alive = await call(market.world, '/healthz')
    expect([alive.status, alive.body]).toEqual([200, { status: 'ok' }])
    const ready = await call(market.world, '/readyz')
    expect([ready.status, ready.body]).toEqual([
      200,
      { ready: true, node: true, storage: true, nodes: ['ready'] },
    ])
  })
})

describe('cross-origin', () => {
  it('any page may call, without credentials', async () => {
    const headers = { origin: 'https://app.example' }
    const answer = await rest(`/check-access?postHash=${postHash}`, { headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    const preflight = await rest('/subscribe', {
      method: 'OPTIONS',
      headers: {
        ...headers,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'authorization',
    ])
  })
})
