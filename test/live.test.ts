import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LiveMarket } from './support/live-market.js'
import type { Market } from './support/market.js'
import { Samples } from './support/samples.js'
import type { Json } from './support/world.js'

/** Live operations as their clients meet them, over both transports, on a chain that moves when told. */
let live: LiveMarket
let market: Market

beforeAll(async () => {
  live = await LiveMarket.open({ MAX_REPLAY_BLOCKS: '20', LIVE_HEARTBEAT_SECONDS: '1' })
  market = live.market
})

afterAll(() => live[Symbol.asyncDispose]())

const TRANSACTION = `subscription ($id: TransactionId!) { transaction(id: $id) {
  transactionId kind status block { height } rejection { rule }
} }`
const CONTENTS = `subscription ($creator: PublicKey!, $fromHeight: Int) {
  contentPublished(creator: $creator, fromHeight: $fromHeight) {
    title teaser creator { publicKey } policy { text } viewerAccess { granted reason } files { name url }
  }
}`
const SUBSCRIPTIONS = `subscription ($creator: PublicKey, $fan: PublicKey, $fromHeight: Int) {
  subscriptionChanged(creator: $creator, fan: $fan, fromHeight: $fromHeight) {
    id status startsAt expiresAt fan { publicKey } creator { publicKey } plan { slug }
    payments { periods transaction { transactionId } }
  }
}`
const HEAD = 'subscription ($fromHeight: Int) { chainHead(fromHeight: $fromHeight) { height hash time } }'

describe.each(['WebSocket', 'SSE'] as const)('live over %s', (transport) => {
  const watch = (query: string, variables?: Record<string, unknown>, token?: string) =>
    live.client(transport, token).watch(query, variables)
  const person = (name: string) => market.person(`${name} of ${transport}`)

  describe('chainHead', () => {
    it('tells of the head, then of each block, none left out', async () => {
      const heads = watch(HEAD)
      const { data, extensions } = await heads.at(0)
      await market.world.chain.mine(5)
      await heads.at(5)
      const first = data.chainHead.height
      expect(extensions).toEqual({ height: first })
      expect(heads.all.map((each) => each.data.chainHead.height)).toEqual(
        [0, 1, 2, 3, 4, 5].map((more) => first + more),
      )
      const { gateway } = await market.world.ask('{ gateway { committedTip { height hash time } } }')
      expect(heads.all[5]?.data.chainHead).toEqual(gateway.committedTip)
      heads.stop()
    })
  })

  describe('transaction', () => {
    it('tells how it stands, each change, and completes when it is committed', async () => {
      const [payer, payee] = [await person('payer'), await person('payee')]
      const sendDeso = {
        to: payee.publicKey,
        amountNanos: '7',
        signer: payer.publicKey,
        idempotencyKey: market.newKey(),
      }
      const payload = await market.draft('createTransaction', { sendDeso })
      const id = await market.send(payload, payer)
      const changes = watch(TRANSACTION, { id })
      expect((await changes.at(0)).data.transaction).toEqual({
        transactionId: id,
        kind: 'SEND_DESO',
        status: 'PENDING',
        block: null,
        rejection: null,
      })
      const height = await market.commit()
      await changes.end()
      expect(changes.all.map(({ data }) => data.transaction.status)).toEqual(['PENDING', 'COMMITTED'])
      expect(changes.all[1]?.data.transaction.block.height).toBeLessThanOrEqual(height)
      expect(changes.all[1]?.extensions).toEqual(changes.all[1]?.data.transaction.block)
    })
  })

  describe('contentPublished', () => {
    it('tells each viewer what that one may have', async () => {
      const [creator, fan, stranger] = [await person('seller'), await person('buyer'), await person('passer')]
      await market.plan(creator, 'gold')
      await market.pay(fan, creator, 'gold')
      const variables = { creator: creator.publicKey }
      const [ofFan, ofStranger, ofNobody] = [
        watch(CONTENTS, variables, await market.world.signIn(fan)),
        watch(CONTENTS, variables, await market.world.signIn(stranger)),
        watch(CONTENTS, variables),
      ]
      await live.settled()
      await live.announce(creator, 'For members', 'PLAN:gold')
      await market.commit()
      const seen = await Promise.all([ofFan, ofStranger, ofNobody].map((contents) => contents.at(0)))
      expect(seen.map(({ data }) => data.contentPublished.viewerAccess)).toEqual([
        { granted: true, reason: 'SUBSCRIBED' },
        { granted: false, reason: 'NOT_SUBSCRIBED' },
        { granted: false, reason: 'NOT_SIGNED_IN' },
      ])
      expect(seen.map(({ data }) => data.contentPublished.files[0].url !== null)).toEqual([
        true,
        false,
        false,
      ])
    })
  })

  describe('what is refused', () => {
    /** The errors of an operation that must not begin. */
    const refusal = async (query: string, variables?: Record<string, unknown>): Promise<Json[]> => {
      const answers = watch(query, variables)
      await answers.end()
      const errors = answers.error ?? answers.all[0]?.errors
      expect(answers.all.every(({ data }) => data == null)).toBe(true)
      return errors as Json[]
    }

    it.each([
      ['a query', '{ gateway { version } }'],
      ['introspection', '{ __schema { types { name } } }'],
      ['a mutation', 'mutation { createChallenge(input: { publicKey: "x" }) { challenge } }'],
    ])('is %s', async (_, query) => {
      expect(await refusal(query)).toMatchObject([
        {
          message: 'Only live operations (subscription) go this way: send queries and mutations by POST.',
          extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) },
        },
      ])
    })

    it.each([
      ['a syntax error', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
      ['a field that there is not', 'subscription { chainHead { depth } }', 'GRAPHQL_VALIDATION_FAILED'],
      [
        'introspection in disguise',
        'subscription { __schema { types { name } } }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        'two fields at once',
        'subscription { chainHead { height } transaction(id: "x") { id } }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['a negative height', 'subscription { chainHead(fromHeight: -1) { height } }', 'BAD_USER_INPUT'],
      ['a malformed id', 'subscription { transaction(id: "x") { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ])('is %s', async (_, query, code) => {
      expect((await refusal(query))[0]).toMatchObject({ extensions: { code } })
    })

    it('is a variable of another kind', async () => {
      expect(await refusal(HEAD, { fromHeight: 'high' })).toMatchObject([
        { message: expect.stringContaining('$fromHeight'), extensions: { code: 'BAD_USER_INPUT' } },
      ])
    })

    it('is what is too deep, too wide, too costly or too long', async () => {
      const id = '00'.repeat(32)
      const transaction = (selection: string) => `subscription { transaction(id: "${id}") { ${selection} } }`
      const deep = 'plan { creator { plan(slug: "a") { creator { '
      const tooDeep = `signer { ${'plan(slug: "a") { creator { '.repeat(8)} id ${'} }'.repeat(8)} }`
      expect(deep).toContain('plan')
      const tooWide = Array.from({ length: 31 }, (_, n) => `a${n}: id`).join(' ')
      const tooCostly =
        'signer { subscribers(first: 100) { nodes { creator { subscribers(first: 100) { nodes { id } } } } } }'
      const tooLong = 'id '.repeat(2_100)
      for (const selection of [tooDeep, tooWide, tooCostly, tooLong]) {
        expect(await refusal(transaction(selection))).toMatchObject([
          { extensions: { code: 'LIMIT_EXCEEDED' } },
        ])
      }
    })
  })

  it('ends with the session', async () => {
    const viewer = await person('sleeper')
    const heads = watch(HEAD, {}, await market.world.signIn(viewer))
    await heads.at(0)
    await market.pass(86_400)
    await heads.end()
    if (transport === 'WebSocket') expect(heads.error).toMatchObject({ code: 4403 })
    else {
      expect(heads.all.at(-1)?.errors).toMatchObject([
        { message: 'The session has expired: sign in again.', extensions: { code: 'UNAUTHENTICATED' } },
      ])
    }
  })
})

describe('the follower', () => {
  /** Requests of any kind that the gateway has made, and those for blocks. */
  const requests = async () => {
    const samples = await Samples.of(market.world)
    const blocks = samples.sum('gateway_node_requests_total', { endpoint: '/api/v1/block' })
    return { all: samples.sum('gateway_node_requests_total'), blocks }
  }

  it('reads each block once, however many watch', async () => {
    await live.rested()
    const client = live.client('WebSocket')
    const creator = await market.person('watched')
    const variables = { creator: creator.publicKey }
    const heads = Array.from({ length: 20 }, () => client.watch(HEAD))
    for (let watches = 0; watches < 20; watches++) {
      client.watch(CONTENTS, variables)
      client.watch(SUBSCRIPTIONS, variables)
    }
    await Promise.all(heads.map((each) => each.at(0)))
    await live.settled()
    // Drafts of other tests are looked for in blocks, too.
    await market.world.gateway.app.pins.look()
    const before = await requests()
    await market.world.chain.mine(10)
    await Promise.all(heads.map((each) => each.at(10)))
    expect((await requests()).blocks - before.blocks).toBe(10)
    expect((await Samples.of(market.world)).sum('gateway_live_watches')).toBe(60)
    await client.close()
  })

  it('rests when nobody watches: no request, and nothing left behind', async () => {
    await live.rested()
    const before = await requests()
    await market.world.chain.mine(2)
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(await requests()).toEqual(before)
    const samples = await Samples.of(market.world)
    expect(samples.sum('gateway_live_connections')).toBe(0)
    expect(samples.sum('gateway_live_watches')).toBe(0)
    expect(samples.sum('gateway_follower_lag_blocks')).toBe(0)
  })
})
