import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './support/http.js'
import { openWorld, type World } from './support/world.js'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world[Symbol.asyncDispose]())

const query = '{ gateway { network } }'
const data = { gateway: { network: 'TESTNET' } }

const post = (body: unknown, headers: Record<string, string> = {}) =>
  call(world, '/graphql', { method: 'POST', body, headers })
const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  call(world, `/graphql?${new URLSearchParams(parameters)}`, { headers })

describe('POST /graphql', () => {
  it('answers JSON', async () => {
    const answer = await post({ query })
    expect(answer.body).toEqual({ data })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  it('answers in the media type of GraphQL over HTTP where that is asked for', async () => {
    const answer = await post({ query }, { accept: 'application/graphql-response+json' })
    expect(answer.body).toEqual({ data })
    expect(answer.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8')
  })

  it('takes variables, an operation name and unknown members', async () => {
    const document = `query A { __typename } query B($id: ID!) { node(id: $id) { id } }`
    const { body, status } = await post({
      query: document,
      operationName: 'B',
      variables: { id: 'bm90aGluZw' },
      extensions: {},
      more: 1,
    })
    expect(status).toBe(200)
    expect(body.errors[0]).toMatchObject({ path: ['node'], extensions: { code: 'BAD_USER_INPUT' } })
  })

  it.each([
    ['no JSON', '{"query": ', 400, 'BAD_REQUEST', 'The body is not JSON.'],
    ['an empty body', '', 400, 'BAD_REQUEST', 'The body is not JSON.'],
    ['a text', '"{ gateway { network } }"', 400, 'BAD_REQUEST', 'The body must be one JSON object.'],
    ['null', 'null', 400, 'BAD_REQUEST', 'The body must be one JSON object.'],
    ['a batch', [{ query }, { query }], 400, 'BAD_REQUEST', 'The body must be one JSON object.'],
    ['no query', {}, 400, 'BAD_REQUEST', expect.any(String)],
    ['an empty query', { query: '' }, 400, 'BAD_REQUEST', expect.stringContaining('non-empty `query`')],
    ['a query that is no text', { query: 5 }, 400, 'BAD_REQUEST', 'GraphQL queries must be strings.'],
    [
      'variables that are text',
      { query, variables: '{}' },
      400,
      'BAD_REQUEST',
      expect.stringContaining('`variables`'),
    ],
    [
      'variables that are a list',
      { query, variables: [] },
      400,
      'BAD_REQUEST',
      expect.stringContaining('`variables`'),
    ],
    [
      'an operation name that is no text',
      { query, operationName: 1 },
      400,
      'BAD_REQUEST',
      expect.stringContaining('`operationName`'),
    ],
    [
      'an unknown operation',
      { query: 'query A { __typename }', operationName: 'B' },
      400,
      'BAD_REQUEST',
      'Unknown operation named "B".',
    ],
    [
      'two operations and no name',
      { query: 'query A { __typename } query B { __typename }' },
      400,
      'BAD_REQUEST',
      expect.stringContaining('Must provide operation name'),
    ],
    [
      'a syntax error',
      { query: '{ gateway { network }' },
      400,
      'GRAPHQL_PARSE_FAILED',
      'Syntax Error: Expected Name, found <EOF>.',
    ],
    [
      'an unknown field',
      { query: '{ gateway { color } }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
      'Cannot query field "color" on type "Gateway".',
    ],
    [
      'a missing variable',
      { query: 'query ($id: ID!) { node(id: $id) { id } }' },
      400,
      'BAD_USER_INPUT',
      expect.stringContaining('"$id" of required type "ID!" was not provided'),
    ],
    [
      'a variable of the wrong type',
      { query: 'query ($id: ID!) { node(id: $id) { id } }', variables: { id: {} } },
      400,
      'BAD_USER_INPUT',
      expect.stringContaining('"$id"'),
    ],
  ])('refuses %s', async (_, body, status, code, message) => {
    const answer = await post(body)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(answer.body.errors).toHaveLength(1)
    expect(answer.body.errors[0]).toMatchObject({
      message,
      extensions: { code, retryable: false, requestId: answer.headers.get('x-request-id') },
    })
    expect(Object.keys(answer.body.errors[0].extensions).sort()).toEqual(['code', 'requestId', 'retryable'])
  })

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/graphql', 415],
    ['', 415],
    ['application/json; charset=latin1', 415],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=utf-8', 200],
    ['application/json;charset="UTF-8"', 200],
    ['APPLICATION/JSON', 200],
  ])('sent as "%s" is answered with %d', async (type, status) => {
    const answer = await post({ query }, { 'content-type': type })
    expect(answer.status).toBe(status)
    if (status !== 200) expect(answer.body.errors[0].extensions.code).toBe('BAD_REQUEST')
  })

  it('refuses compressed bodies, and bytes that are no UTF-8', async () => {
    expect((await post({ query }, { 'content-encoding': 'gzip' })).status).toBe(415)
    const latin1 = await post(Buffer.from(`{ "query": "{ gateway { network } } # \xe4" }`, 'latin1'))
    expect(latin1.status).toBe(400)
    expect(latin1.body.errors[0].message).toBe('The body is not UTF-8.')
  })

  it('refuses a body above the limit with the number, whether its length is told or not', async () => {
    const text = JSON.stringify({ query, more: 'x'.repeat(1_048_577) })
    const told = await post(text)
    expect(told.status).toBe(413)
    expect(told.body.errors[0]).toMatchObject({
      message: 'A JSON body has at most 1048576 bytes.',
      extensions: { code: 'LIMIT_EXCEEDED' },
    })
    const untold = await sendChunked(text)
    expect(untold).toMatch(/^HTTP\/1\.1 413 /)
    expect(untold).toContain('A JSON body has at most 1048576 bytes.')
  })
})

/** A body without Content-Length, as streams send it. */
function sendChunked(text: string): Promise<string> {
  const { hostname, port } = new URL(world.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
    socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n')
    socket.write(`Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`)
  })
}

describe('GET /graphql', () => {
  it('answers a query', async () => {
    expect((await get({ query })).body).toEqual({ data })
    const document = 'query A { __typename } query B($id: ID!) { node(id: $id) { id } }'
    const variables = JSON.stringify({ id: 'x' })
    const named = await get({ query: document, operationName: 'B', variables })
    expect(named.body.errors[0].path).toEqual(['node'])
  })

  it('never runs a mutation', async () => {
    const input = `{ publicKey: "${world.person('alice').publicKey}" }`
    const answer = await get({ query: `mutation { createChallenge(input: ${input}) { challenge } }` })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
    expect(answer.body).toEqual({
      errors: [
        {
          message: 'GET requests only support query operations, not mutation operations',
          extensions: {
            code: 'BAD_REQUEST',
            retryable: false,
            requestId: answer.headers.get('x-request-id'),
          },
        },
      ],
    })
  })

  it.each([
    ['no query', ''],
    ['two queries', 'query=a&query=b'],
    ['variables that are no JSON', `query=${encodeURIComponent(query)}&variables=x`],
  ])('refuses %s', async (_, search) => {
    const answer = await call(world, `/graphql?${search}`)
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0].extensions).toEqual({
      code: 'BAD_REQUEST',
      retryable: false,
      requestId: answer.headers.get('x-request-id'),
    })
  })
})

describe('/graphql', () => {
  it('has no other methods', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD']) {
      const answer = await call(world, '/graphql', { method })
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET, POST'])
    }
  })

  it('lets any origin call it, without credentials, and read what it needs', async () => {
    const origin = 'https://app.example'
    const answer = await post({ query }, { origin })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    const exposed = answer.headers.get('access-control-expose-headers')?.split(',')
    expect(exposed).toEqual(expect.arrayContaining(['Content-Range', 'Content-Length', 'ETag']))
    const preflight = await call(world, '/graphql', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,apollo-require-preflight',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,apollo-require-preflight',
    )
  })

  it('names every request, each by a name of its own', async () => {
    const [one, other] = [await post({ query }), await post({ query })]
    expect(one.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(one.headers.get('x-request-id')).not.toBe(other.headers.get('x-request-id'))
  })
})
