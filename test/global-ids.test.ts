import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicKeyFromBytes, publicKeyToBytes, ZERO_KEY } from '../src/deso/keys.js'
import { upload } from './support/library.js'
import { Market, stranger } from './support/market.js'
import type { Json, Person } from './support/world.js'

/** Ids of nodes: opaque to clients, who may send anything all the same. */
let market: Market
let creator: Person
let fan: Person
let ids: Record<'Account' | 'Plan' | 'Subscription' | 'Content' | 'Transaction', string>
let postHash: string

beforeAll(async () => {
  market = await Market.open()
  creator = await market.person('the creator')
  fan = await market.person('the fan')
  await market.plan(creator, 'gold')
  await market.pay(fan, creator, 'gold')
  const token = await market.world.signIn(creator)
  const file = { name: 'a.txt', bytes: 'bytes' }
  postHash = (await market.execute(await upload(market.world, token, { files: [file] }), creator)).id
  const { account, content, transaction } = await market.world.ask(
    `query ($key: PublicKey!, $hash: TransactionId!) {
      account(by: { publicKey: $key }) { id plan(slug: "gold") { id } subscribers { nodes { id } } }
      content(postHash: $hash) { id }
      transaction(id: $hash) { id }
    }`,
    { key: creator.publicKey, hash: postHash },
  )
  ids = {
    Account: account.id,
    Plan: account.plan.id,
    Subscription: account.subscribers.nodes[0].id,
    Content: content.id,
    Transaction: transaction.id,
  }
})

afterAll(() => market[Symbol.asyncDispose]())

const idOf = (...parts: string[]) => Buffer.from(parts.join(':')).toString('base64url')
const node = (id: string) =>
  market.world.query<Json>('query ($id: ID!) { node(id: $id) { __typename id } }', { id })

describe('a node', () => {
  it('of each type is found by its id', async () => {
    expect(new Set(Object.values(ids)).size).toBe(5)
    for (const [type, id] of Object.entries(ids)) {
      expect(await node(id)).toEqual({ data: { node: { __typename: type, id } } })
    }
  })

  it('is the same object that its own query gives', async () => {
    const answer = await market.world.ask(
      `query ($plan: ID!, $subscription: ID!, $content: ID!, $transaction: ID!, $account: ID!) {
        plan: node(id: $plan) { ... on Plan { slug title creator { id } } }
        subscription: node(id: $subscription) { ... on Subscription { status fan { publicKey } plan { id } } }
        content: node(id: $content) { ... on Content { postHash title } }
        transaction: node(id: $transaction) { ... on Transaction { transactionId kind status } }
        account: node(id: $account) { ... on Account { publicKey } }
        byId: content(id: $content) { postHash }
      }`,
      {
        plan: ids.Plan,
        subscription: ids.Subscription,
        content: ids.Content,
        transaction: ids.Transaction,
        account: ids.Account,
      },
    )
    expect(answer).toEqual({
      plan: { slug: 'gold', title: 'Gold', creator: { id: ids.Account } },
      subscription: { status: 'ACTIVE', fan: { publicKey: fan.publicKey }, plan: { id: ids.Plan } },
      content: { postHash, title: 'Title' },
      transaction: { transactionId: postHash, kind: 'PUBLISH_CONTENT', status: 'COMMITTED' },
      account: { publicKey: creator.publicKey },
      byId: { postHash },
    })
  })

  it('of a well-formed id that stands for nothing is null', async () => {
    const nothing = 'ab'.repeat(32)
    const forged = [
      idOf('v1', 'Plan', creator.publicKey, 'nothing'),
      idOf('v1', 'Subscription', creator.publicKey, fan.publicKey, 'gold'),
      idOf('v1', 'Subscription', fan.publicKey, creator.publicKey, 'nothing'),
      idOf('v1', 'Content', nothing),
      idOf('v1', 'Transaction', nothing),
    ]
    for (const id of forged) expect(await node(id)).toEqual({ data: { node: null } })
    const content = await market.world.ask('query ($id: ID!) { content(id: $id) { id } }', {
      id: idOf('v1', 'Content', nothing),
    })
    expect(content).toEqual({ content: null })
  })

  it('of any valid key is an account', async () => {
    const id = idOf('v1', 'Account', stranger('nobody has seen this one').publicKey)
    expect(await node(id)).toEqual({ data: { node: { __typename: 'Account', id } } })
  })
})

describe('a malformed id', () => {
  const otherNetwork = (person: Person) => publicKeyFromBytes(publicKeyToBytes(person.publicKey), 'mainnet')

  it('is refused, wherever it comes, and named', async () => {
    const hash = 'ab'.repeat(32)
    const key = creator.publicKey
    const malformed = [
      '',
      ' ',
      'garbage',
      '5',
      postHash,
      key,
      `${ids.Plan}=`,
      `${ids.Plan}A`,
      ids.Plan.slice(0, -1),
      ` ${ids.Plan}`,
      Buffer.from(`v1:Plan:${key}:gold?>`).toString('base64'),
      'x'.repeat(100_000),
      idOf('v2', 'Account', key),
      idOf('v1', 'account', key),
      idOf('v1', 'Money', key),
      idOf('v1', 'constructor', key),
      idOf('v1', 'Account'),
      idOf('v1', 'Account', ''),
      idOf('v1', 'Account', key, key),
      idOf('v1', 'Account', key.toLowerCase()),
      idOf('v1', 'Account', otherNetwork(creator)),
      idOf('v1', 'Account', publicKeyFromBytes(ZERO_KEY, 'testnet')),
      idOf('v1', 'Plan', key),
      idOf('v1', 'Plan', key, ''),
      idOf('v1', 'Plan', key, 'Gold'),
      idOf('v1', 'Plan', key, 'a'.repeat(65)),
      idOf('v1', 'Plan', otherNetwork(creator), 'gold'),
      idOf('v1', 'Subscription', fan.publicKey, key),
      idOf('v1', 'Subscription', fan.publicKey, otherNetwork(creator), 'gold'),
      idOf('v1', 'Content', hash.toUpperCase()),
      idOf('v1', 'Content', hash.slice(1)),
      idOf('v1', 'Transaction', `${hash}00`),
      idOf('v1', 'Transaction', ''),
    ]
    for (const id of malformed) {
      const { data, errors } = await node(id)
      expect([id, data], id).toEqual([id, { node: null }])
      expect(errors, id).toMatchObject([
        {
          message: expect.stringContaining('Not an id of this gateway'),
          path: ['node'],
          extensions: { code: 'BAD_USER_INPUT', retryable: false },
        },
      ])
    }
  })

  it('or one of another type is refused where one type is wanted', async () => {
    const ask = (query: string) => market.world.query<Json>(query)
    const wrong = [
      [
        `{ content(id: "${ids.Plan}") { id } }`,
        'This is the id of a Plan, where that of a Content is wanted.',
      ],
      [
        `{ content(id: "${ids.Transaction}") { id } }`,
        'This is the id of a Transaction, where that of a Content is wanted.',
      ],
      [
        `{ access(to: { content: "${ids.Plan}" }) { granted } }`,
        'This is the id of a Plan, where that of a Content is wanted.',
      ],
      [
        `{ access(to: { plan: "${ids.Content}" }) { granted } }`,
        'This is the id of a Content, where that of a Plan is wanted.',
      ],
      [
        `{ access(to: { plan: "${ids.Subscription}" }) { granted } }`,
        'This is the id of a Subscription, where that of a Plan is wanted.',
      ],
      ['{ content(id: "garbage") { id } }', 'Not an id of this gateway for Content: "garbage"'],
      ['{ access(to: { plan: "" }) { granted } }', 'Not an id of this gateway for Plan: ""'],
      ['{ access(to: { content: "" }) { granted } }', 'Not an id of this gateway for Content: ""'],
    ]
    for (const [query = '', message = ''] of wrong) {
      const { data, errors } = await ask(query)
      expect(Object.values(data)).toEqual([null])
      expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }])
    }
  })
})

describe('nodes', () => {
  const nodes = (list: readonly string[]) =>
    market.world.query<Json>('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids: list })

  it('come in the order of their ids, repeated ones repeated', async () => {
    const asked = [
      ids.Content,
      ids.Account,
      idOf('v1', 'Content', 'ab'.repeat(32)),
      ids.Plan,
      ids.Account,
      ids.Subscription,
    ]
    const { data, errors } = await nodes(asked)
    expect(errors).toBeUndefined()
    expect(data.nodes.map((one: Json) => one?.id ?? null)).toEqual(
      asked.map((id, index) => (index === 2 ? null : id)),
    )
  })

  it('of malformed ids are null with an error each, and leave the others alone', async () => {
    const { data, errors } = await nodes([ids.Plan, 'garbage', ids.Account, ''])
    expect(data.nodes.map((one: Json) => one?.id ?? null)).toEqual([ids.Plan, null, ids.Account, null])
    expect(errors).toMatchObject([
      { path: ['nodes', 1], extensions: { code: 'BAD_USER_INPUT' } },
      { path: ['nodes', 3], extensions: { code: 'BAD_USER_INPUT' } },
    ])
  })

  it('are as many as a page may have, and none for none', async () => {
    expect((await nodes([])).data).toEqual({ nodes: [] })
    const { data, errors } = await nodes(Array.from({ length: 100 }, () => ids.Account))
    expect(errors).toBeUndefined()
    expect(data.nodes).toHaveLength(100)
    const tooMany = await nodes(Array.from({ length: 101 }, () => ids.Account))
    expect(tooMany.data).toBeNull()
    expect(tooMany.errors).toMatchObject([
      { message: 'ids: at most 100, not 101.', extensions: { code: 'BAD_USER_INPUT' } },
    ])
  })
})
