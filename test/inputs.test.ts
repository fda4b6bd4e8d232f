import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './support/http.js'
import { ALICE, good, INPUTS, inputsOf, type Mutation, sendDeso } from './support/inputs.js'
import { openWorld, type World } from './support/world.js'

/** What the schema refuses: a typed error that names the field. Scalars have a file of their own. */
let world: World
let token: string
const { schemaErrors } = inputsOf(() => world)

beforeAll(async () => {
  world = await openWorld()
  token = await world.signIn(world.person('alice'))
})

afterAll(() => world[Symbol.asyncDispose]())

describe('a field', () => {
  const required: [Mutation, string, string][] = [
    ['createChallenge', 'publicKey', 'PublicKey!'],
    ['createPlan', 'slug', 'Slug!'],
    ['createPlan', 'title', 'String!'],
    ['createPlan', 'priceNanos', 'Nanos!'],
    ['createPlan', 'periodSeconds', 'Int!'],
    ['createPlan', 'idempotencyKey', 'String!'],
    ['closePlan', 'slug', 'Slug!'],
    ['closePlan', 'idempotencyKey', 'String!'],
    ['subscribe', 'creator', 'PublicKey!'],
    ['subscribe', 'plan', 'Slug!'],
    ['subscribe', 'idempotencyKey', 'String!'],
    ['unsubscribe', 'creator', 'PublicKey!'],
    ['unsubscribe', 'plan', 'Slug!'],
    ['unsubscribe', 'idempotencyKey', 'String!'],
    ['publishContent', 'title', 'String!'],
    ['publishContent', 'teaser', 'String!'],
    ['publishContent', 'files', '[PublishFile!]!'],
    ['publishContent', 'idempotencyKey', 'String!'],
  ]

  it.each(
    required,
  )('that %s needs, %s, is refused where it is missing or null', async (mutation, field, type) => {
    const { [field]: _, ...without } = good[mutation]() as Record<string, unknown>
    expect(await schemaErrors(mutation, without)).toEqual([
      expect.stringContaining(`Field "${field}" of required type "${type}" was not provided.`),
    ])
    expect(await schemaErrors(mutation, { ...without, [field]: null })).toEqual([
      `Variable "$input" got invalid value null at "input.${field}"; Expected non-nullable type "${type}" not to be null.`,
    ])
  })

  it.each(
    Object.keys(INPUTS) as Mutation[],
  )('that %s does not know is refused by its name', async (mutation) => {
    const errors = await schemaErrors(mutation, { ...(good[mutation]() as object), colour: 'red' })
    expect(errors[0]).toContain(`Field "colour" is not defined by type "${INPUTS[mutation][0]}".`)
  })

  it.each(Object.keys(INPUTS) as Mutation[])('cannot replace the input of %s', async (mutation) => {
    const type = INPUTS[mutation][0]
    expect(await schemaErrors(mutation, null)).toEqual([
      `Variable "$input" of non-null type "${type}!" must not be null.`,
    ])
    for (const input of ['text', 5, []]) {
      expect(await schemaErrors(mutation, input)).toEqual([
        expect.stringContaining(`Expected type "${type}" to be an object.`),
      ])
    }
  })

  it('of another type is refused by its name and type', async () => {
    const plan = good.createPlan()
    expect(await schemaErrors('createPlan', { ...plan, title: 5 })).toEqual([
      'Variable "$input" got invalid value 5 at "input.title"; String cannot represent a non string value: 5',
    ])
    expect(await schemaErrors('createPlan', { ...plan, periodSeconds: '60' })).toEqual([
      'Variable "$input" got invalid value "60" at "input.periodSeconds"; Int cannot represent non-integer value: "60"',
    ])
    expect(await schemaErrors('createPlan', { ...plan, priceNanos: 5 })).toEqual([
      'Variable "$input" got invalid value 5 at "input.priceNanos"; Nanos is a string, not a number.',
    ])
    expect(await schemaErrors('submitTransaction', { signedHex: 'ab', wait: 'NEVER' })).toEqual([
      'Variable "$input" got invalid value "NEVER" at "input.wait"; Value "NEVER" does not exist in "SubmitWait" enum.',
    ])
  })
})

describe('one of several', () => {
  const two = () => ({ sendDeso: sendDeso(), updateProfile: { username: 'alice', idempotencyKey: 'key' } })

  it('must be exactly one', async () => {
    const exactlyOne = (type: string) => `Exactly one key must be specified for OneOf type "${type}".`
    expect(await schemaErrors('createTransaction', {})).toEqual([
      `Variable "$input" got invalid value {}; ${exactlyOne('CreateTransactionInput')}`,
    ])
    expect((await schemaErrors('createTransaction', two()))[0]).toContain(
      exactlyOne('CreateTransactionInput'),
    )
    expect((await schemaErrors('createTransaction', { ...two(), sendDeso: null }))[0]).toContain(
      exactlyOne('CreateTransactionInput'),
    )
    expect(await schemaErrors('createTransaction', { sendDeso: null })).toEqual([
      'Variable "$input" got invalid value null at "input.sendDeso"; Field "sendDeso" must be non-null.',
    ])
    expect((await schemaErrors('signIn', {}))[0]).toContain(exactlyOne('SignInInput'))
    expect((await schemaErrors('createTransaction', { tip: {} }))[0]).toContain('Field "tip" is not defined')
  })

  it.each([
    ['{ account(by: {}) { id } }', 'by: OneOf Input Object "AccountBy" must specify exactly one key.'],
    [
      '{ account(by: { publicKey: "KEY", username: "x" }) { id } }',
      'by: OneOf Input Object "AccountBy" must specify exactly one key.',
    ],
    ['{ account(by: { publicKey: null }) { id } }', 'by: Field "AccountBy.publicKey" must be non-null.'],
    ['{ account(by: null) { id } }', 'by: Expected value of type "AccountBy!", found null.'],
    [
      '{ account { id } }',
      'Field "account" argument "by" of type "AccountBy!" is required, but it was not provided.',
    ],
    ['{ access(to: {}) { granted } }', 'to: OneOf Input Object "AccessTarget" must specify exactly one key.'],
    [
      '{ access(to: { content: "a", plan: "b" }) { granted } }',
      'to: OneOf Input Object "AccessTarget" must specify exactly one key.',
    ],
    ['{ nodes(ids: null) { id } }', 'ids: Expected value of type "[ID!]!", found null.'],
    [
      '{ nodes(ids: ["a", null]) { id } }',
      expect.stringContaining('Expected value of type "ID!", found null.'),
    ],
    [
      '{ contents(creator: "KEY", first: "5") { nodes { id } } }',
      'first: Int cannot represent non-integer value: "5"',
    ],
    [
      '{ contents(creator: "KEY", first: 2147483648) { nodes { id } } }',
      'first: Int cannot represent non 32-bit signed integer value: 2147483648',
    ],
    [
      '{ contents(creator: "KEY", after: 5) { nodes { id } } }',
      'after: String cannot represent a non string value: 5',
    ],
  ])('%s is refused by the schema', async (query, message) => {
    const { data, errors } = await world.query(query.replace('KEY', ALICE))
    expect(data).toBeUndefined()
    expect(errors).toMatchObject([{ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }])
  })

  it('of two arguments of content must be given', async () => {
    const hash = 'ab'.repeat(32)
    for (const given of ['', '(id: null)', `(id: "x", postHash: "${hash}")`, '(id: null, postHash: null)']) {
      const { data, errors } = await world.query(`{ content${given} { id } }`)
      expect(data).toEqual({ content: null })
      expect(errors).toMatchObject([
        { message: 'content: give exactly one of id and postHash.', extensions: { code: 'BAD_USER_INPUT' } },
      ])
    }
  })
})

describe('faults without end', () => {
  it('are told up to a limit', async () => {
    const files = Array.from({ length: 1_000 }, () => 5)
    const { body, status } = await call(world, '/graphql', {
      body: {
        query: 'mutation ($input: PublishContentInput!) { publishContent(input: $input) { manifestCid } }',
        variables: { input: { ...good.publishContent(), files } },
      },
    })
    expect([status, body.errors.length]).toEqual([400, 51])
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT')
    expect(body.errors.at(-1)).toMatchObject({
      message: 'Too many errors processing variables, error limit reached. Execution aborted.',
      extensions: { code: 'LIMIT_EXCEEDED' },
    })
  })
})

describe('whatever comes', () => {
  it('is never a fault of the gateway, and never answered with a stack', async () => {
    const odd = [
      null,
      0,
      -1,
      1.5,
      true,
      '',
      '\u0000',
      'x'.repeat(5_000),
      [],
      {},
      [null],
      '9'.repeat(400),
      '__proto__',
    ]
    const fields = new Set(Object.values(good).flatMap((input) => Object.keys(input() as object)))
    for (const mutation of Object.keys(INPUTS) as Mutation[]) {
      const input = good[mutation]() as Record<string, unknown>
      const bodies = Object.keys(input).flatMap((field) => odd.map((value) => ({ ...input, [field]: value })))
      const [type, selection] = INPUTS[mutation]
      const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${selection} errors { code } } }`
      const answers = await Promise.all(
        bodies.map((body) => call(world, '/graphql', { body: { query, variables: { input: body } }, token })),
      )
      for (const [index, { status, text }] of answers.entries()) {
        expect([200, 400], `${mutation} ${JSON.stringify(bodies[index])} ${text}`).toContain(status)
        expect(text).not.toMatch(/INTERNAL_SERVER_ERROR|\bat \S+ \(|node_modules|\.[jt]s:\d/)
      }
    }
    expect(fields.size).toBeGreaterThan(10)
  })
})

describe('a variable that may be null', () => {
  it.each([
    [
      'a member of @oneOf',
      'query ($it: String) { account(by: { username: $it }) { id } }',
      '"by" has invalid value',
    ],
    [
      'the target of access',
      'query ($it: ID) { access(to: { content: $it }) { granted } }',
      '"to" has invalid value',
    ],
    [
      'an argument',
      'query ($it: [ID!] = ["x"]) { nodes(ids: $it) { id } }',
      '"ids" of non-null type "[ID!]!"',
    ],
    [
      'a directive’s',
      'query ($it: Boolean = true) { gateway @include(if: $it) { version } }',
      '"if" of non-null type "Boolean!"',
    ],
    [
      'a way to sign in',
      'mutation ($it: SignedChallenge) { signIn(input: { challenge: $it }) { accessToken } }',
      '"input" has invalid value',
    ],
  ])('is refused where it is null and must not be, as %s', async (_where, query, reason) => {
    // The third time a query would be compiled.
    for (let time = 0; time < 4; time += 1) {
      const { errors } = await world.query(query, { it: null })
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining(`Argument ${reason}`),
          extensions: { code: 'BAD_USER_INPUT', retryable: false },
        },
      ])
    }
  })
})
