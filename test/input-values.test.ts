import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALICE, good, inputsOf, invalid, notSignedIn, sendDeso } from './support/inputs.js'
import { type Json, openWorld, type World } from './support/world.js'

/** What the schema takes and the business refuses: data that names the field and the limit. */
let world: World
let token: string
const { run, userError, schemaErrors } = inputsOf(() => world)

beforeAll(async () => {
  world = await openWorld()
  token = await world.signIn(world.person('alice'))
})

afterAll(() => world[Symbol.asyncDispose]())

describe('a plan', () => {
  const title = 'A title is 1 to 256 bytes of UTF-8 without control characters.'
  const period = 'A period is 60 to 315360000 seconds, or 0: bought once, for good.'

  it.each([
    ['title', '', title],
    ['title', 'x'.repeat(257), title],
    ['title', 'é'.repeat(129), title],
    ['title', '\ud800', title],
    ['title', 'a\u0000b', title],
    ['priceNanos', '0', 'A price is at least 1 nano and below 2^64; what is free needs no plan.'],
    ['periodSeconds', 59, period],
    ['periodSeconds', 1, period],
    ['periodSeconds', -1, period],
    ['periodSeconds', 315_360_001, period],
    ['periodSeconds', 2 ** 31 - 1, period],
  ])('with %s %j is refused', async (field, value, message) => {
    expect(await userError('createPlan', { ...good.createPlan(), [field]: value })).toEqual(
      invalid(`input.${field}`, message),
    )
  })

  it.each([
    ['title', 'é'.repeat(128)],
    ['title', 'x'],
    ['priceNanos', String(2n ** 64n - 1n)],
    ['periodSeconds', 0],
    ['periodSeconds', 60],
    ['periodSeconds', 315_360_000],
  ])('with %s at its limit is drafted', async (field, value) => {
    const input = {
      ...good.createPlan(),
      [field]: value,
      idempotencyKey: `${field}-${String(value).length}-${typeof value === 'number' ? value : ''}`,
    }
    const { data } = await run('createPlan', input)
    expect(data.createPlan).toEqual({ draft: { kind: 'CREATE_PLAN' }, errors: [] })
  })

  it('of nobody cannot be closed', async () => {
    expect(await userError('closePlan', { ...good.closePlan(), slug: 'nothing' })).toMatchObject({
      __typename: 'PlanNotFound',
      code: 'PLAN_NOT_FOUND',
      path: ['input', 'slug'],
    })
  })
})

describe('a subscription', () => {
  it.each([0, -1, 1201, 2 ** 31 - 1])('for %d periods is refused', async (periods) => {
    expect(await userError('subscribe', { ...good.subscribe(), periods })).toEqual(
      invalid('input.periods', 'The number of periods is 1 to 1200.'),
    )
  })

  it('for more periods than an Int holds is refused by the schema', async () => {
    expect(await schemaErrors('subscribe', { ...good.subscribe(), periods: 2 ** 31 })).toEqual([
      expect.stringContaining('"input.periods"; Int cannot represent non 32-bit signed integer value'),
    ])
  })

  it('to no plan is refused, whatever version was seen', async () => {
    const notFound = {
      __typename: 'PlanNotFound',
      code: 'PLAN_NOT_FOUND',
      message: "This creator has no plan 'gold'.",
      path: ['input', 'plan'],
      retryable: false,
    }
    expect(await userError('subscribe', good.subscribe())).toEqual(notFound)
    expect(await userError('subscribe', { ...good.subscribe(), periods: null })).toEqual(notFound)
    const planVersion = 'ab'.repeat(32)
    expect(await userError('subscribe', { ...good.subscribe(), planVersion })).toEqual(notFound)
  })

  it('to oneself is not allowed', async () => {
    expect(await userError('subscribe', { ...good.subscribe(), creator: ALICE })).toMatchObject({
      __typename: 'NotAllowed',
      code: 'NOT_ALLOWED',
      path: ['input', 'creator'],
    })
  })

  it('that is none cannot be ended', async () => {
    expect(await userError('unsubscribe', good.unsubscribe())).toMatchObject({
      __typename: 'NotSubscribed',
      code: 'NOT_SUBSCRIBED',
      retryable: false,
    })
  })
})

describe('an idempotency key', () => {
  const fault = 'An idempotency key is 1 to 128 visible ASCII characters, without spaces.'
  const wrong = ['', 'x'.repeat(129), 'a b', ' ', 'key\n', 'schlüssel', '\u007f', '🔑']

  it.each([
    'createPlan',
    'closePlan',
    'subscribe',
    'unsubscribe',
    'publishContent',
  ] as const)('of %s is refused where it does not hold', async (mutation) => {
    for (const idempotencyKey of wrong) {
      const input = { ...(good[mutation]() as object), idempotencyKey }
      expect(await userError(mutation, input, token)).toEqual(invalid('input.idempotencyKey', fault))
    }
  })

  it('of createTransaction is refused where it does not hold', async () => {
    for (const idempotencyKey of wrong) {
      expect(await userError('createTransaction', { sendDeso: sendDeso({ idempotencyKey }) })).toEqual(
        invalid('input.sendDeso.idempotencyKey', fault),
      )
    }
  })

  it('of 128 characters of any kind is taken', async () => {
    const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 33 + index))
    for (const idempotencyKey of ['!', visible, 'x'.repeat(128)]) {
      const { data } = await run('createTransaction', { sendDeso: sendDeso({ idempotencyKey }) })
      expect(data.createTransaction.errors).toEqual([])
    }
  })
})

describe('a payment', () => {
  it('of nothing is refused', async () => {
    expect(await userError('createTransaction', { sendDeso: sendDeso({ amountNanos: '0' }) })).toEqual(
      invalid('input.sendDeso.amountNanos', 'The amount is at least 1 nano.'),
    )
  })

  it('of more than there is names both sums', async () => {
    const { createTransaction } = await world.ask(
      `mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) {
        draft { kind } errors { __typename code retryable ... on InsufficientFunds { required available } } } }`,
      { input: { sendDeso: sendDeso({ amountNanos: '18446744073709551615' }) } },
    )
    expect(createTransaction).toEqual({
      draft: null,
      errors: [
        {
          __typename: 'InsufficientFunds',
          code: 'INSUFFICIENT_FUNDS',
          retryable: false,
          // Amount and fee are more than Nanos can say.
          required: '18446744073709551615',
          available: expect.stringMatching(/^[1-9]\d+$/),
        },
      ],
    })
  })
})

describe('a profile', () => {
  const update = (fields: Record<string, unknown>) => ({
    updateProfile: { signer: ALICE, idempotencyKey: 'profile', ...fields },
  })
  const username = 'A username is 1 to 25 of a-z, A-Z, 0-9 and _.'
  const picture = 'A picture is a data URL of an image in base64, at most 20000 characters.'

  it.each([
    ['username', '', username],
    ['username', 'a'.repeat(26), username],
    ['username', 'a b', username],
    ['username', 'a-b', username],
    ['username', 'é', username],
    ['username', 'tBCname', 'A username does not begin like a public key: tBC.'],
    ['description', 'x'.repeat(20_001), 'A description is at most 20000 bytes of UTF-8.'],
    ['description', 'é'.repeat(10_001), 'A description is at most 20000 bytes of UTF-8.'],
    ['picture', '', picture],
    ['picture', 'https://example.org/me.png', picture],
    ['picture', 'data:text/html;base64,AAAA', picture],
    ['picture', 'data:image/png,AAAA', picture],
    ['picture', 'data:image/png;base64,', picture],
    ['picture', 'data:image/png;base64,A*A', picture],
    ['picture', `data:image/png;base64,${'A'.repeat(20_000)}`, picture],
  ])('with %s %j is refused', async (field, value, message) => {
    expect(await userError('createTransaction', update({ username: 'alice', [field]: value }))).toEqual(
      invalid(`input.updateProfile.${field}`, message),
    )
  })

  it('of nothing, or without a first name, is refused', async () => {
    const nothing = { username: null, description: null, picture: null }
    const message = 'Give a username, a description or a picture.'
    expect(await userError('createTransaction', update({}))).toEqual(invalid('input.updateProfile', message))
    expect(await userError('createTransaction', update(nothing))).toEqual(
      invalid('input.updateProfile', message),
    )
    expect(await userError('createTransaction', update({ description: 'A painter.' }))).toEqual(
      invalid('input.updateProfile.username', 'A first profile needs a username.'),
    )
  })
})

describe('a content', () => {
  const policy = 'policy: write PUBLIC, or rules such as PLAN:gold joined by commas without spaces.'
  const publish = (changes: Record<string, unknown>) => ({ ...good.publishContent(), ...changes })

  it.each([
    ['title', '', 'title: 1 to 256 bytes of UTF-8, not 0.'],
    ['title', 'x'.repeat(257), 'title: 1 to 256 bytes of UTF-8, not 257.'],
    ['title', 'é'.repeat(129), 'title: 1 to 256 bytes of UTF-8, not 258.'],
    ['teaser', 'x'.repeat(15_001), 'teaser: 0 to 15000 bytes of UTF-8, not 15001.'],
    ['policy', '', policy],
    ['policy', 'PUBLIC,PLAN:gold', policy],
    ['policy', 'PLAN:gold,PUBLIC', policy],
    ['policy', 'PLAN:gold,', policy],
    ['policy', 'PLAN:gold, PLAN:silver', policy],
    ['policy', 'PLAN:', policy],
    ['policy', 'PLAN:Gold', policy],
    ['policy', 'public', policy],
    ['files', [], 'Give at least one file.'],
  ])('with %s %j is refused', async (field, value, message) => {
    expect(await userError('publishContent', publish({ [field]: value }), token)).toEqual(
      invalid(`input.${field}`, message),
    )
  })

  it.each([
    'FOLLOW',
    'COIN:1',
    'PLAN:gold,FOLLOW',
    'NEW:rule',
  ])('under the policy %s is refused as one that cannot be enforced', async (text) => {
    const error = await userError('publishContent', publish({ policy: text }), token)
    expect(error).toMatchObject({
      __typename: 'UnsupportedPolicy',
      code: 'UNSUPPORTED_POLICY',
      path: ['input', 'policy'],
      message: expect.stringContaining(text.split(',').at(-1)?.split(':')[0] ?? ''),
    })
  })

  it('under a plan that the creator does not have is refused', async () => {
    expect(await userError('publishContent', publish({ policy: 'PLAN:nothing' }), token)).toMatchObject({
      __typename: 'PlanNotFound',
      code: 'PLAN_NOT_FOUND',
      path: ['input', 'policy'],
    })
  })

  it('of too many files names the number', async () => {
    const files = Array.from({ length: 10_001 }, () => ({}))
    expect(await userError('publishContent', publish({ files }), token)).toMatchObject({
      __typename: 'UploadTooLarge',
      code: 'UPLOAD_TOO_LARGE',
      message: expect.stringContaining('10000'),
      path: ['input', 'files'],
    })
  })

  it('whose file has no bytes is refused', async () => {
    expect(await userError('publishContent', publish({}), token)).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'files', '0', 'upload'],
    })
  })
})

describe('without a session', () => {
  it.each([
    'createPlan',
    'closePlan',
    'subscribe',
    'unsubscribe',
  ] as const)('%s needs a signer', async (mutation) => {
    const { signer, ...without } = good[mutation]()
    expect(signer).toBe(ALICE)
    expect(await userError(mutation, without)).toEqual(notSignedIn)
    expect(await userError(mutation, { ...without, signer: null })).toEqual(notSignedIn)
  })

  it('createTransaction needs a signer, and publishContent a session', async () => {
    expect(await userError('createTransaction', { sendDeso: sendDeso({ signer: undefined }) })).toEqual(
      notSignedIn,
    )
    const profile = { username: 'alice', idempotencyKey: 'key' }
    expect(await userError('createTransaction', { updateProfile: profile })).toEqual(notSignedIn)
    expect(await userError('publishContent', good.publishContent())).toEqual(notSignedIn)
  })
})

describe('a submit', () => {
  const forms = 'Give signedHex alone, or unsignedHex and signature.'

  it.each([
    [{}],
    [{ signedHex: null }],
    [{ signedHex: 'ab', unsignedHex: 'ab' }],
    [{ signedHex: 'ab', signature: 'ab' }],
    [{ signedHex: 'ab', unsignedHex: 'ab', signature: 'ab' }],
    [{ unsignedHex: 'ab' }],
    [{ signature: 'ab' }],
  ])('of %j is neither of the two forms', async (input) => {
    expect(await userError('submitTransaction', input)).toEqual(invalid('input', forms))
  })

  it.each([
    [{ signedHex: '' }],
    [{ signedHex: 'ab' }],
    [{ signedHex: '00'.repeat(65_536) }],
    [{ unsignedHex: '', signature: '' }],
    [{ unsignedHex: 'ab', signature: 'cd', signedHex: null }],
  ])('of bytes that are no transaction is malformed', async (input) => {
    expect(await userError('submitTransaction', input)).toMatchObject({
      __typename: 'MalformedTransaction',
      code: 'MALFORMED_TRANSACTION',
      message: expect.stringMatching(/^Not a well-formed DeSo transaction: .* at byte \d+\.$/),
      retryable: false,
    })
  })

  it('of an unsigned draft is refused, with the transaction beside it', async () => {
    const { data } = await world.query(
      `mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) { draft { unsignedHex } } }`,
      { input: { sendDeso: sendDeso({ idempotencyKey: 'unsigned' }) } },
    )
    const signedHex = (data as Json).createTransaction.draft.unsignedHex
    const answer = await run('submitTransaction', { signedHex })
    expect(answer.data.submitTransaction).toMatchObject({
      errors: [{ __typename: 'InvalidSignature', code: 'INVALID_SIGNATURE', retryable: false }],
    })
  })
})
