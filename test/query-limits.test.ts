import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Json, openWorld, type World } from './support/world.js'

let world: World
let key: string

beforeAll(async () => {
  world = await openWorld()
  key = world.person('alice').publicKey
})

afterAll(() => world[Symbol.asyncDispose]())

const ok = (answer: Answer<Json>) => expect(answer.errors).toBeUndefined()

function refused({ data, errors }: Answer<Json>, message: string) {
  expect(data ?? null).toBeNull()
  expect(errors).toEqual([
    { message, extensions: { code: 'LIMIT_EXCEEDED', retryable: false, requestId: expect.any(String) } },
  ])
}

describe('depth', () => {
  /** `account`, then a plan and its creator in turn, down to `levels`. */
  const nested = (levels: number) => {
    const steps = Array.from({ length: levels - 2 }, (_, index) =>
      index % 2 ? 'creator' : 'plan(slug: "gold")',
    )
    return `{ account(by: { publicKey: "${key}" }) { ${steps.join(' { ')} { id ${'} '.repeat(levels - 1)} }`
  }

  it('of 15 levels is answered, of 16 refused with the number', async () => {
    ok(await world.query(nested(15)))
    refused(await world.query(nested(16)), 'This operation has 16 levels; at most 15 are allowed.')
  })

  it('is measured through fragments, named and inline', async () => {
    const deep = `query { node(id: "x") { ... on Plan { ...A } } }
      fragment A on Plan { creator { plan(slug: "a") { creator { plan(slug: "a") { ...B } } } } }
      fragment B on Plan { creator { plan(slug: "a") { creator { plan(slug: "a") { creator { plan(slug: "a") {
        creator { plan(slug: "a") { ...C } } } } } } } } }
      fragment C on Plan { creator { plan(slug: "a") { creator { id } } } }`
    refused(await world.query(deep), 'This operation has 17 levels; at most 15 are allowed.')
  })
})

describe('tokens', () => {
  // Twelve tokens are not ids.
  const document = (tokens: number) => `{ nodes(ids: [${'"x" '.repeat(tokens - 12)}]) { id } }`

  it('are at most 2,000', async () => {
    expect((await world.query(document(2_000))).errors?.[0]?.message).toBe('ids: at most 100, not 1988.')
    const { data, errors } = await world.query(document(2_001))
    expect(data ?? null).toBeNull()
    expect(errors).toMatchObject([
      {
        message: 'This document has too many tokens; at most 2000 are allowed.',
        extensions: { code: 'LIMIT_EXCEEDED', retryable: false },
      },
    ])
  })

  it('that ask for one field over and over are refused as too many', async () => {
    refused(
      await world.query(`{${' __typename'.repeat(1_900)} }`),
      'This document asks for the same fields too often.',
    )
  })
})

describe('aliases', () => {
  const aliased = (count: number) =>
    Array.from({ length: count }, (_, index) => `a${index}: gateway { version }`).join(' ')

  it('are at most 30', async () => {
    ok(await world.query(`{ ${aliased(30)} }`))
    refused(await world.query(`{ ${aliased(31)} }`), 'This operation has 31 aliases; at most 30 are allowed.')
  })

  it('are counted wherever a fragment repeats them, introspection too', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `v${index}: version`).join(' ')
    refused(
      await world.query(
        `{ a: gateway { ...F } b: gateway { ...F } c: gateway { ...F } } fragment F on Gateway { ${names} }`,
      ),
      'This operation has 36 aliases; at most 30 are allowed.',
    )
    const types = Array.from(
      { length: 16 },
      (_, index) => `t${index}: __type(name: "Plan") { n: name }`,
    ).join(' ')
    refused(await world.query(`{ ${types} }`), 'This operation has 32 aliases; at most 30 are allowed.')
  })
})

describe('cost', () => {
  const pages = (outer: string, inner: string, head = '') => `${head} { account(by: { publicKey: "${key}" }) {
    plans(first: ${outer}) { nodes { creator { plans(first: ${inner}) { nodes { slug } } } } } } }`
  const tooCostly = 'This operation has 10103 fields at these page sizes; at most 10000 are allowed.'

  it('is what the page sizes asked for can make of a query', async () => {
    // account + plans + nodes + 100 × (creator + plans + nodes + rows)
    ok(await world.query(pages('100', '96')))
    refused(await world.query(pages('100', '98')), tooCostly)
  })

  it('is the same where sizes come as variables, or as their defaults', async () => {
    const head = 'query ($outer: Int, $inner: Int = 98)'
    refused(await world.query(pages('$outer', '$inner', head), { outer: 100 }), tooCostly)
    ok(await world.query(pages('$outer', '$inner', head), { outer: 100, inner: 1 }))
  })

  it('takes 20 rows where no number is given', async () => {
    const connection = (inner: string) => `subscriptions { edges { node { creator { ${inner} } } } }`
    const query = `{ account(by: { publicKey: "${key}" }) { ${connection(connection(connection('id')))} } }`
    refused(
      await world.query(query),
      'This operation has 25683 fields at these page sizes; at most 10000 are allowed.',
    )
  })

  it('counts a list without pages as several rows, one of ids by its length', async () => {
    const plan = 'plan { creator { contents(first: 100) { nodes { policy { rules { __typename } } } } } }'
    refused(
      await world.query(`query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Subscription { ${plan} } } }`, {
        ids: Array.from({ length: 20 }, () => 'x'),
      }),
      'This operation has 14081 fields at these page sizes; at most 10000 are allowed.',
    )
  })

  it('is found at once in a document that fans out without end', async () => {
    const fragments = Array.from(
      { length: 40 },
      (_, index) => `fragment F${index} on Gateway { ...F${index + 1} ...F${index + 1} }`,
    )
    const start = performance.now()
    const answer = await world.query(
      `{ gateway { ...F0 } } ${fragments.join(' ')} fragment F40 on Gateway { version }`,
    )
    expect(answer.errors?.[0]?.extensions.code).toBe('LIMIT_EXCEEDED')
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

describe('introspection', () => {
  it('is answered in full', async () => {
    const query = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    })
    const data = await world.ask(query)
    expect(data.__schema.queryType).toEqual({ name: 'Query', kind: 'OBJECT' })
    expect(data.__schema.types.length).toBeGreaterThan(90)
  })

  it('is refused where it nests without end', async () => {
    const { errors } = await world.query(
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    )
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }])
  })
})

describe('a subscription operation', () => {
  it('sent as a query is refused, with where it belongs', async () => {
    const response = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'subscription { chainHead { height } }' }),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      errors: [
        {
          message:
            'Live operations come over a WebSocket (subprotocol graphql-transport-ws), or as server-sent events (Accept: text/event-stream).',
          extensions: { code: 'BAD_REQUEST', retryable: false, requestId: expect.any(String) },
        },
      ],
    })
  })
})

describe('the published limits', () => {
  it('are those that hold', async () => {
    const { gateway } =
      await world.ask(`{ gateway { network version tipHeight committedTip { height hash time }
      storage { kind isHealthy } limits {
      maxPageSize maxFileBytes maxFilesPerContent maxQueryDepth maxQueryCost maxQueryTokens maxQueryAliases commitWaitSeconds maxReplayBlocks
    } } }`)
    expect(gateway).toEqual({
      network: 'TESTNET',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      tipHeight: expect.any(Number),
      committedTip: {
        height: expect.any(Number),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
      },
      storage: { kind: 'embedded', isHealthy: true },
      limits: {
        maxPageSize: 100,
        maxFileBytes: '5368709120',
        maxFilesPerContent: 10_000,
        maxQueryDepth: 15,
        maxQueryCost: 10_000,
        maxQueryTokens: 2_000,
        maxQueryAliases: 30,
        commitWaitSeconds: 30,
        maxReplayBlocks: 1000,
      },
    })
  })
})
