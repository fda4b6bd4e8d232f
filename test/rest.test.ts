import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, type HttpCall } from './support/http.js'
import { Market, stranger } from './support/market.js'
import { type Json, type Person, signatureOf } from './support/world.js'

/** Every REST endpoint: what it answers, and with which status. */
let market: Market
let creator: Person
let fan: Person
let version: string

beforeAll(async () => {
  market = await Market.open()
  creator = await market.person('the creator')
  fan = await market.person('the fan')
  version = (await market.plan(creator, 'gold')).id
  await market.plan(creator, 'closed')
  const closing = { slug: 'closed', signer: creator.publicKey }
  await market.execute(await market.draft('closePlan', closing), creator)
})

afterAll(() => market[Symbol.asyncDispose]())

const rest = (path: string, options?: HttpCall) => call(market.world, `/api${path}`, options)
const post = (path: string, body: unknown, token?: string) => rest(path, { body, token })

const payment = (changes: Record<string, unknown> = {}) => ({
  creator: creator.publicKey,
  plan: 'gold',
  signer: fan.publicKey,
  idempotencyKey: market.newKey(),
  ...changes,
})

/** What GraphQL's payload of the same document holds besides errors. */
const draftOf = (kind: string) => ({
  kind,
  unsignedHex: expect.stringMatching(/^[0-9a-f]+$/),
  signer: { id: expect.any(String), publicKey: fan.publicKey },
  expiresAtHeight: expect.any(Number),
  preview: {
    kind,
    summary: expect.any(String),
    outputs: expect.any(Array),
    fee: { nanos: expect.any(String), deso: expect.any(String), usdCents: null },
    spend: expect.any(Object),
  },
})

describe('POST /api/subscribe, submit and unsubscribe', () => {
  it('answer the payloads of GraphQL, with 200', async () => {
    const subscribed = await post('/subscribe', payment({ planVersion: version }))
    expect(subscribed.status).toBe(200)
    expect(subscribed.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(subscribed.body).toEqual({ draft: draftOf('SUBSCRIBE'), errors: [] })

    const { unsignedHex } = subscribed.body.draft
    const signature = signatureOf(Buffer.from(unsignedHex, 'hex'), fan)
    const submitted = await post('/transaction/submit', { unsignedHex, signature })
    expect(submitted.status).toBe(200)
    expect(submitted.body).toMatchObject({
      transaction: { kind: 'SUBSCRIBE', status: 'PENDING', block: null, rejection: null },
      replayed: false,
      errors: [],
    })
    await market.commit()
    const again = await post('/transaction/submit', { unsignedHex, signature, wait: 'COMMITTED' })
    expect(again.body).toMatchObject({ transaction: { status: 'COMMITTED' }, replayed: true, errors: [] })

    const left = await post('/unsubscribe', { ...payment(), planVersion: undefined })
    expect([left.status, left.body]).toEqual([200, { draft: draftOf('UNSUBSCRIBE'), errors: [] }])
    await market.execute(left.body, fan)
  })

  it('take the session where no signer is given', async () => {
    const token = await market.world.signIn(fan)
    const { status, body } = await post('/subscribe', payment({ signer: undefined }), token)
    expect([status, body.draft.signer.publicKey]).toEqual([200, fan.publicKey])
  })
})

describe('POST /api/transaction/create', () => {
  it('drafts any other kind', async () => {
    const sendDeso = {
      to: creator.publicKey,
      amountNanos: '5',
      signer: fan.publicKey,
      idempotencyKey: market.newKey(),
    }
    const { status, body } = await post('/transaction/create', { sendDeso })
    expect([status, body]).toEqual([200, { draft: draftOf('SEND_DESO'), errors: [] }])
    const updateProfile = { username: 'fan', signer: fan.publicKey, idempotencyKey: market.newKey() }
    expect((await post('/transaction/create', { updateProfile })).body.draft.kind).toBe('UPDATE_PROFILE')
  })
})

describe('POST /api/sign-in', () => {
  it('gives a session for a signed challenge', async () => {
    const asked = await post('/sign-in/challenge', { publicKey: fan.publicKey })
    expect(asked.status).toBe(200)
    expect(asked.body).toEqual({
      challenge: expect.any(String),
      expiresAt: expect.stringMatching(/Z$/),
      errors: [],
    })
    const { challenge } = asked.body
    const signature = signatureOf(Buffer.from(challenge), fan)
    const signed = await post('/sign-in', { challenge: { challenge, signature } })
    expect(signed.status).toBe(200)
    expect(signed.body).toMatchObject({
      accessToken: expect.any(String),
      refreshToken: null,
      expiresAt: expect.stringMatching(/Z$/),
      viewer: { publicKey: fan.publicKey, username: null },
      errors: [],
    })
    const again = await post('/sign-in', { challenge: { challenge, signature } })
    expect([again.status, again.body.errors[0].code]).toEqual([400, 'INVALID_SIGNATURE'])
  })
})

describe('a refusal', () => {
  /** A payload whose first error chooses the status. */
  const refusals: [string, string, () => unknown, number, string][] = [
    [
      'of no money',
      '/subscribe',
      () => payment({ signer: stranger('poor').publicKey }),
      402,
      'INSUFFICIENT_FUNDS',
    ],
    ['of nobody signed in', '/subscribe', () => payment({ signer: undefined }), 401, 'NOT_SIGNED_IN'],
    ['of one’s own plan', '/subscribe', () => payment({ signer: creator.publicKey }), 403, 'NOT_ALLOWED'],
    ['of no such plan', '/subscribe', () => payment({ plan: 'nothing' }), 404, 'PLAN_NOT_FOUND'],
    ['of a closed plan', '/subscribe', () => payment({ plan: 'closed' }), 409, 'PLAN_CLOSED'],
    [
      'of another version',
      '/subscribe',
      () => payment({ planVersion: 'ab'.repeat(32) }),
      409,
      'PLAN_CHANGED',
    ],
    ['of too many periods', '/subscribe', () => payment({ periods: 1201 }), 400, 'INVALID_INPUT'],
    ['of a bad key', '/subscribe', () => payment({ idempotencyKey: '' }), 400, 'INVALID_INPUT'],
    [
      'of no subscription',
      '/unsubscribe',
      () => payment({ signer: stranger('x').publicKey }),
      409,
      'NOT_SUBSCRIBED',
    ],
    [
      'of bytes that are none',
      '/transaction/submit',
      () => ({ signedHex: 'ab' }),
      400,
      'MALFORMED_TRANSACTION',
    ],
    ['of neither form', '/transaction/submit', () => ({}), 400, 'INVALID_INPUT'],
    [
      'of a bad signature',
      '/sign-in',
      () => ({ challenge: { challenge: 'x', signature: 'ab' } }),
      400,
      'INVALID_SIGNATURE',
    ],
    [
      'of nothing to send',
      '/transaction/create',
      () => ({
        sendDeso: { to: fan.publicKey, amountNanos: '0', signer: fan.publicKey, idempotencyKey: 'k' },
      }),
      400,
      'INVALID_INPUT',
    ],
  ]

  it.each(refusals)('%s is its payload and a fitting status', async (_, path, body, status, code) => {
    const answer = await post(path, body())
    expect([answer.status, answer.body.errors]).toEqual([status, [expect.objectContaining({ code })]])
    const [error] = answer.body.errors
    expect(error).toMatchObject({
      __typename: expect.any(String),
      message: expect.any(String),
      retryable: false,
    })
    expect(Object.hasOwn(error, 'path')).toBe(true)
  })

  it('carries the numbers', async () => {
    const [poor] = (await post('/subscribe', payment({ signer: stranger('poor').publicKey }))).body.errors
    expect(poor).toMatchObject({ required: expect.stringMatching(/^\d+$/), available: '0' })
    const [changed] = (await post('/subscribe', payment({ planVersion: 'ab'.repeat(32) }))).body.errors
    expect(changed.plan).toMatchObject({ version, slug: 'gold', price: { nanos: '1000' } })
  })

  it('of a key used for something else is 409, of a record on its way 409 and retryable', async () => {
    const idempotencyKey = market.newKey()
    await post('/subscribe', payment({ idempotencyKey }))
    const other = await post('/subscribe', payment({ idempotencyKey, periods: 2 }))
    expect([other.status, other.body.errors[0].code]).toEqual([409, 'IDEMPOTENCY_CONFLICT'])

    const draft = await market.draft('createPlan', {
      slug: 'soon',
      title: 'Soon',
      priceNanos: '1',
      periodSeconds: 60,
      signer: creator.publicKey,
    })
    await market.send(draft, creator)
    const pending = await post('/subscribe', payment({ plan: 'soon' }))
    expect(pending.status).toBe(409)
    expect(pending.body.errors).toMatchObject([{ code: 'RECORD_PENDING', retryable: true }])
    await market.commit()
  })

  it.each([
    ['RuleErrorInsufficientBalance', 402, 'INSUFFICIENT_FUNDS'],
    ['RuleErrorNonceExpired', 409, 'DRAFT_EXPIRED'],
    ['RuleErrorSomethingNew', 400, 'TRANSACTION_REJECTED'],
  ])('of the chain, %s, has its status and the transaction beside it', async (rule, status, code) => {
    const sendDeso = {
      to: creator.publicKey,
      amountNanos: '5',
      signer: fan.publicKey,
      idempotencyKey: market.newKey(),
    }
    const { draft } = await market.draft('createTransaction', { sendDeso })
    const text = `SubmitTransaction: Problem processing transaction: ${rule}`
    await market.world.chain.faults({ path: '/api/v0/submit-transaction', kind: '500', times: 1, text })
    const signature = signatureOf(Buffer.from(draft.unsignedHex, 'hex'), fan)
    const answer = await post('/transaction/submit', { unsignedHex: draft.unsignedHex, signature })
    expect([answer.status, answer.body.errors[0].code]).toEqual([status, code])
    expect(answer.body.transaction).toMatchObject({ kind: 'SEND_DESO', signer: { publicKey: fan.publicKey } })
  })
})

describe('a request that is no input', () => {
  it.each([
    ['no JSON', '{', 400, 'BAD_REQUEST', 'The body is not JSON.'],
    ['a list', [], 400, 'BAD_REQUEST', 'The body must be one JSON object.'],
    ['null', 'null', 400, 'BAD_REQUEST', 'The body must be one JSON object.'],
    ['nothing given', {}, 400, 'BAD_USER_INPUT', expect.stringContaining('Field "creator" of required type')],
    ['an unknown member', { colour: 1 }, 400, 'BAD_USER_INPUT', expect.any(String)],
    [
      'a scalar that does not hold',
      { creator: 'x' },
      400,
      'BAD_USER_INPUT',
      expect.stringContaining('"input.creator"; PublicKey: '),
    ],
    [
      'a number for text',
      { idempotencyKey: 5 },
      400,
      'BAD_USER_INPUT',
      expect.stringContaining('"input.idempotencyKey"'),
    ],
  ])('is refused: %s', async (_, body, status, code, message) => {
    const answer = await post('/subscribe', body)
    expect(answer.status).toBe(status)
    expect(answer.body.errors.length).toBeGreaterThan(0)
    expect(answer.body.errors.map((error: Json) => error.message)).toContainEqual(message)
    for (const error of answer.body.errors) {
      expect(error).toEqual({
        code,
        message: expect.any(String),
        path: null,
        retryable: false,
        requestId: answer.headers.get('x-request-id'),
      })
    }
  })

  it('is refused above the limit, in another type, and in another charset', async () => {
    const large = await post('/subscribe', { idempotencyKey: 'x'.repeat(1_100_000) })
    expect([large.status, large.body.errors[0]]).toMatchObject([
      413,
      { code: 'LIMIT_EXCEEDED', message: 'A JSON body has at most 1048576 bytes.' },
    ])
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=latin1',
    ]) {
      const answer = await rest('/subscribe', { body: '{}', headers: { 'content-type': type } })
      expect([answer.status, answer.body.errors[0].code]).toEqual([415, 'BAD_REQUEST'])
    }
  })

  it('is refused by method with those that there are', async () => {
    for (const path of [
      '/subscribe',
      '/unsubscribe',
      '/sign-in',
      '/sign-in/challenge',
      '/upload-content',
      '/transaction/create',
      '/transaction/submit',
    ]) {
      const answer = await rest(path)
      expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, 'POST'])
      expect(answer.body.errors[0]).toMatchObject({
        code: 'BAD_REQUEST',
        message: 'This endpoint is for POST.',
      })
    }
    for (const path of ['/check-access', '/fetch-content']) {
      const answer = await post(path, {})
      expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, 'GET, HEAD'])
    }
  })
})
