import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CountingProxy, startCountingProxy } from './support/counting-proxy.js'
import { upload } from './support/library.js'
import { Market } from './support/market.js'
import type { Person } from './support/world.js'

/** What a page of contents asks of the node: it grows with the plans and with blocks not read yet, never with the contents. */
let market: Market
let proxy: CountingProxy
let fan: Person
let token: string
/** Creators of 20 contents each: all under one plan, and under four in turn. */
let one: Person
let four: Person

beforeAll(async () => {
  market = await Market.open(async (chainUrl) => {
    proxy = await startCountingProxy(chainUrl)
    // What a process asks that knows nothing: in a shared cache it would find what it knew before it was started anew.
    return { DESO_NODE_URL: proxy.url, SESSION_SECONDS: '2592000', CACHE_URL: 'memory:' }
  })
  fan = await market.person('the fan')
  token = await market.world.signIn(fan)
  one = await creatorWith(['gold'])
  four = await creatorWith(['a', 'b', 'c', 'd'])
}, 60_000)

afterAll(async () => {
  await market[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

const PAGE = `query ($creator: PublicKey!, $first: Int) { contents(creator: $creator, first: $first) { nodes {
  id title teaser publishedAt manifestCid
  creator { publicKey username balance { nanos usdCents } }
  policy { text rules { ... on PlanRule { plan { slug title price { nanos } viewerSubscription { status } } } } }
  viewerAccess { granted reason expiresAt checkedAt { height }
    evidence { meaning transaction { transactionId kind status block { height } } } }
  files { name byteSize cid url }
} } }`

/** A creator with these plans, and 20 contents that they open in turn; the fan has paid for all. */
async function creatorWith(slugs: readonly string[]): Promise<Person> {
  const creator = await market.person(`creator of ${slugs}`)
  for (const slug of slugs) await market.plan(creator, slug)
  const asCreator = await market.world.signIn(creator)
  for (let index = 0; index < 20; index += 1) {
    const policy = `PLAN:${slugs[index % slugs.length]}`
    market.world.clock.forward(1)
    const payload = await upload(market.world, asCreator, {
      title: `${index}`,
      policy,
      files: [{ name: 'a', bytes: `${index}` }],
    })
    await market.send(payload, creator)
  }
  for (const slug of slugs)
    await market.send(await market.payment(fan, creator, slug, { periods: 1000 }), fan)
  await market.commit()
  // What is awaited no longer asks for nothing.
  await market.world.gateway.app.pins.look()
  return creator
}

/** The requests that a page takes, with every row granted. */
async function requests(creator: Person, first: number): Promise<string[]> {
  proxy.taken()
  const { contents } = await market.world.ask(PAGE, { creator: creator.publicKey, first }, token)
  expect(contents.nodes).toHaveLength(first)
  for (const { viewerAccess, files, policy } of contents.nodes) {
    expect(viewerAccess).toMatchObject({ granted: true, reason: 'SUBSCRIBED' })
    expect(viewerAccess.evidence).toMatchObject([
      { transaction: { status: 'COMMITTED', kind: 'SUBSCRIBE' } },
      { transaction: { status: 'COMMITTED', kind: 'CREATE_PLAN' } },
    ])
    expect(policy.rules[0].plan.viewerSubscription.status).toBe('ACTIVE')
    expect(files[0].url).toContain('?link=')
  }
  return counted()
}

/** What was asked since, without what a gateway asks once when it has started. */
function counted(): string[] {
  return proxy.taken().filter((path) => !ONCE.includes(path))
}

const ONCE = ['/api/v0/get-app-state', '/api/v0/get-exchange-rate']
const TIP = '/api/v0/get-committed-tip-block-info'
const POSTS = '/api/v0/get-posts-for-public-key'
const USERS = '/api/v0/get-users-stateless'
const RECORDS = '/api/v0/user-associations/query'
const BLOCK = '/api/v1/block'

const times = (count: number, path: string) => Array.from({ length: count }, () => path)

describe('a page of contents with creator, plan, access, evidence and files', () => {
  it('of one plan asks the same for 5 rows as for 20', async () => {
    const expected = [TIP, POSTS, USERS, ...times(2, RECORDS)]
    await requests(one, 1)
    expect(await requests(one, 5)).toEqual(expected)
    expect(await requests(one, 20)).toEqual(expected)
  })

  it('of several plans asks for two records a plan, and nothing more', async () => {
    const expected = [TIP, POSTS, USERS, ...times(2 * 4, RECORDS)]
    await requests(four, 20)
    expect(await requests(four, 5)).toEqual(expected)
    expect(await requests(four, 20)).toEqual(expected)
    expect(await requests(four, 2)).toEqual([TIP, POSTS, USERS, ...times(2 * 2, RECORDS)])
  })

  it('reads the blocks of the plans and payments once, however many contents rest on them', async () => {
    for (const first of [5, 20]) {
      await market.world.restart()
      const asked = await requests(four, first)
      // Four plans, one block of payments, and the tip's for its time.
      expect(asked.filter((path) => path === BLOCK)).toHaveLength(6)
      expect(asked.filter((path) => path === RECORDS)).toHaveLength(8)
    }
  })

  it('says no twice before it is believed, once a plan', async () => {
    const other = await market.world.signIn(await market.person('no member'))
    const query = `query ($creator: PublicKey!) { contents(creator: $creator) { nodes { viewerAccess { reason } files { url } } } }`
    await market.world.ask(query, { creator: four.publicKey }, other)
    proxy.taken()
    const { contents } = await market.world.ask(query, { creator: four.publicKey }, other)
    expect(contents.nodes).toEqual(
      times(20, 'NOT_SUBSCRIBED').map((reason) => ({ viewerAccess: { reason }, files: [{ url: null }] })),
    )
    expect(counted()).toEqual([TIP, POSTS, ...times(2 * 4, RECORDS)])
  })

  it('asks nothing of records for whom they do not matter', async () => {
    const query = `query ($creator: PublicKey!) { contents(creator: $creator) { nodes { title viewerAccess { reason } files { name url } } } }`
    for (const viewer of [undefined, await market.world.signIn(four)]) {
      await market.world.ask(query, { creator: four.publicKey }, viewer)
      proxy.taken()
      await market.world.ask(query, { creator: four.publicKey }, viewer)
      expect(counted()).toEqual([TIP, POSTS])
    }
  })
})

describe('many contents by their ids', () => {
  it('are one request', async () => {
    const { contents } = await market.world.ask(
      'query ($creator: PublicKey!) { contents(creator: $creator) { nodes { id } } }',
      {
        creator: four.publicKey,
      },
    )
    const ids = contents.nodes.map(({ id }: { id: string }) => id)
    proxy.taken()
    const { nodes } = await market.world.ask(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Content { title creator { username balance { nanos } } } } }',
      { ids },
    )
    expect(nodes).toHaveLength(20)
    expect(counted()).toEqual(['/api/v0/get-posts-hashhexlist', USERS])
  })
})

describe('a segment of a gated stream', () => {
  it('asks for the tip, the post and the fan’s entry, and reads no block', async () => {
    const { contents } = await market.world.ask(
      'query ($creator: PublicKey!) { contents(creator: $creator, first: 1) { nodes { baseUrl } } }',
      { creator: one.publicKey },
      token,
    )
    const segment = `${contents.nodes[0].baseUrl}a`
    await fetch(segment)
    proxy.taken()
    expect((await fetch(segment)).status).toBe(200)
    expect(counted().sort()).toEqual([TIP, '/api/v0/get-posts-hashhexlist', RECORDS].sort())
  })
})
