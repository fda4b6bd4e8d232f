import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { upload } from './support/library.js'
import { Market } from './support/market.js'
import type { Json, Person } from './support/world.js'

/** Lists from their end, over GraphQL: the same rows under the same cursors as from their start. */
let market: Market
/** Sells two plans to the other two, and publishes. */
let creator: Person
let fan: Person

beforeAll(async () => {
  market = await Market.open()
  creator = await market.person('creator of lists')
  fan = await market.person('fan of lists')
  const other = await market.person('another fan of lists')
  for (const slug of ['bronze', 'gold', 'silver', 'tin']) await market.plan(creator, slug)
  for (const person of [fan, other]) {
    for (const slug of ['silver', 'gold', 'tin'])
      await market.send(await market.payment(person, creator, slug), person)
  }
  await market.commit()
  const token = await market.world.signIn(creator)
  for (const title of ['1', '2', '3', '4']) {
    await market.pass(1)
    const payload = await upload(market.world, token, { title, files: [{ name: 'a', bytes: title }] })
    await market.send(payload, creator)
  }
  await market.commit()
})

afterAll(() => market[Symbol.asyncDispose]())

type List = 'plans' | 'contents' | 'subscriptions' | 'subscribers'
const LISTS: [List, number][] = [
  ['plans', 4],
  ['contents', 4],
  ['subscribers', 6],
  ['subscriptions', 3],
]

async function ask(list: List, args: Record<string, unknown>): Promise<Json> {
  const account = list === 'subscriptions' ? fan : creator
  return market.world.query<Json>(
    `query ($key: PublicKey!, $first: Int, $after: String, $last: Int, $before: String) {
      account(by: { publicKey: $key }) {
        page: ${list}(first: $first, after: $after, last: $last, before: $before) {
          edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }`,
    { key: account.publicKey, ...args },
  )
}

async function pageOf(list: List, args: Record<string, unknown>): Promise<Json> {
  const { data, errors } = await ask(list, args)
  expect(errors).toBeUndefined()
  const { edges, nodes, pageInfo } = data.account.page
  expect(nodes).toEqual(edges.map(({ node }: Json) => node))
  expect(pageInfo).toMatchObject({
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  })
  return { edges, ...pageInfo }
}

describe.each(LISTS)('%s', (list, count) => {
  it('read from the end are those read from the start, by pages of any size', async () => {
    const { edges: all } = await pageOf(list, { first: 100 })
    expect(all).toHaveLength(count)
    for (const last of [1, 2, count, 100]) {
      const rows: Json[] = []
      let before: string | null = null
      for (let hasMore = true; hasMore; ) {
        const page = await pageOf(list, { last, before })
        expect(page.hasNextPage).toBe(before !== null)
        rows.unshift(...page.edges)
        hasMore = page.hasPreviousPage
        before = page.startCursor
      }
      expect(rows).toEqual(all)
    }
  })

  it('before a cursor are the rows right before it, or with first the first ones', async () => {
    const { edges: all } = await pageOf(list, {})
    const before = all.at(-1).cursor
    expect((await pageOf(list, { before })).edges).toEqual(all.slice(0, -1))
    const first = await pageOf(list, { before, first: 1 })
    expect(first.edges).toEqual(all.slice(0, 1))
    expect(first).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    const last = await pageOf(list, { after: all[0].cursor, last: 100 })
    expect(last.edges).toEqual(all.slice(1))
    expect(last).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  })

  it('are an empty page for 0', async () => {
    expect(await pageOf(list, { last: 0 })).toMatchObject({ edges: [], hasNextPage: false })
  })

  it.each([
    [{ first: 1, last: 1 }, 'first, last: give one of them; each asks for 0 to 100 rows.'],
    [{ last: 101 }, 'last: ask for 0 to 100 rows, not 101.'],
    [{ last: -1 }, 'last: ask for 0 to 100 rows, not -1.'],
    [{ last: 1, before: 'nonsense' }, 'before: not a cursor of this list.'],
    [{ last: 1, before: 'x'.repeat(2_000) }, 'before: not a cursor of this list.'],
  ])('are refused for %j', async (args, message) => {
    const { errors } = await ask(list, args)
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }])
  })
})

describe('contents', () => {
  it('of the query are those of the account', async () => {
    const { edges: all } = await pageOf('contents', {})
    const { contents } = await market.world.ask(
      'query ($key: PublicKey!) { contents(creator: $key, last: 2) { edges { cursor node { id } } pageInfo { hasPreviousPage } } }',
      { key: creator.publicKey },
    )
    expect(contents).toEqual({ edges: all.slice(-2), pageInfo: { hasPreviousPage: true } })
  })

  it('go on before a cursor whose post was hidden', async () => {
    const { edges: all } = await pageOf('contents', {})
    const page = await pageOf('contents', { last: 1 })
    const postHash = Buffer.from(page.edges[0].node.id, 'base64url').toString().split(':')[2] as string
    await market.sendOwn(creator, {
      metadata: {
        type: 'SUBMIT_POST',
        postHashToModify: Buffer.from(postHash, 'hex'),
        parentStakeId: new Uint8Array(),
        body: Buffer.from('{"Body":"Gone"}'),
        creatorBasisPoints: 1_000n,
        stakeMultipleBasisPoints: 12_500n,
        timestampNanos: 1n,
        isHidden: true,
      },
    })
    await market.commit()
    const rest = await pageOf('contents', { last: 2, before: page.startCursor })
    expect(rest.edges).toEqual(all.slice(1, 3))
  })
})

describe('the cost of a page', () => {
  it('is reckoned by last as by first', async () => {
    const { errors } = await market.world.query(
      `query ($key: PublicKey!) { account(by: { publicKey: $key }) { subscribers(last: 100) { nodes {
        fan { subscriptions(last: 100) { nodes { id } } } } } } }`,
      { key: creator.publicKey },
    )
    expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }])
  })
})
