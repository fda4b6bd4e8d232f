import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { call } from './support/http.js'
import { type Json, openWorld, type World } from './support/world.js'

/** What nobody who calls can have caused: masked for them, told in full to the operator. */
let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterEach(() => {
  vi.restoreAllMocks()
})

afterAll(() => world[Symbol.asyncDispose]())

const SECRET = 'the secret of the seed'
const MASKED = 'Something went wrong here. The operator finds it in the log by the request id.'

function breakStorage() {
  const { app } = world.gateway
  vi.spyOn(app.ipfs, 'isHealthy').mockRejectedValue(new TypeError(SECRET))
  return vi.spyOn(app.log, 'error').mockImplementation(() => undefined)
}

describe('a fault', () => {
  it('nulls its field, and leads by the request’s id to the log, where all is told', async () => {
    const logged = breakStorage()
    const query = '{ gateway { network storage { isHealthy } } }'
    const answer = await call(world, '/graphql', { body: { query } })
    const requestId = answer.headers.get('x-request-id')
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      data: { gateway: { network: 'TESTNET', storage: null } },
      errors: [
        {
          message: MASKED,
          locations: [{ line: 1, column: 21 }],
          path: ['gateway', 'storage'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId },
        },
      ],
    })
    expect(answer.text).not.toContain(SECRET)
    expect(logged).toHaveBeenCalledExactlyOnceWith(
      { err: expect.objectContaining({ message: SECRET }), path: ['gateway', 'storage'], requestId },
      'resolver failed',
    )
  })

  it('in a mutation is no payload, and over REST 500', async () => {
    const { app } = world.gateway
    vi.spyOn(app.log, 'error').mockImplementation(() => undefined)
    vi.spyOn(app.state, 'get').mockRejectedValue(new TypeError(SECRET))
    const { publicKey } = world.person('alice')
    const sendDeso = {
      to: world.person('bob').publicKey,
      amountNanos: '1',
      signer: publicKey,
      idempotencyKey: 'k',
    }
    const { data, errors } = await world.query<Json>(
      'mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) { errors { message } } }',
      { input: { sendDeso } },
    )
    expect(data).toBeNull()
    expect(errors).toMatchObject([{ message: MASKED, extensions: { code: 'INTERNAL_SERVER_ERROR' } }])
    const rest = await call(world, '/api/transaction/create', { body: { sendDeso } })
    expect(rest.status).toBe(500)
    expect(rest.body.errors).toEqual([
      {
        code: 'INTERNAL_SERVER_ERROR',
        message: MASKED,
        path: null,
        retryable: false,
        requestId: rest.headers.get('x-request-id'),
      },
    ])
  })

  it('is nothing that a caller causes: those are not logged', async () => {
    const logged = breakStorage()
    const queries = [
      '{ nonsense }',
      '{',
      '{ node(id: "x") { id } }',
      '{ decodeTransaction(hex: "ab") { kind } }',
      'mutation { signIn(input: { challenge: { challenge: "x", signature: "ab" } }) { errors { code } } }',
      `{ contents(creator: "${world.person('alice').publicKey}", first: 101) { nodes { id } } }`,
      `{ contents(creator: "${world.person('alice').publicKey}", after: "x") { nodes { id } } }`,
    ]
    for (const query of queries) {
      const { errors, data } = await world.query<Json>(query)
      expect(errors ?? data.signIn.errors).toHaveLength(1)
    }
    expect(logged).not.toHaveBeenCalled()
  })
})
