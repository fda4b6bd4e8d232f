import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeGlobalId } from '../src/graphql/relay/global-id.js'
import { type CountingProxy, startCountingProxy } from './support/counting-proxy.js'
import { LiveMarket } from './support/live-market.js'
import { Market } from './support/market.js'
import type { Person } from './support/world.js'

/** While somebody watches the chain, each block is read as it comes: so what no block touches need not be read again. */
let proxy: CountingProxy
let live: LiveMarket
let market: Market
let creator: Person
let fan: Person
let other: Person
/** A content that the plan opens. */
let postHash: string

const RECORDS = '/api/v0/user-associations/query'

beforeAll(async () => {
  market = await Market.open(async (chainUrl) => {
    proxy = await startCountingProxy(chainUrl)
    return { DESO_NODE_URL: proxy.url }
  })
  live = await LiveMarket.around(market)
  creator = await market.person('creator')
  fan = await market.person('fan')
  other = await market.person('other')
  await market.plan(creator, 'gold')
  await market.plan(other, 'gold')
  await market.pay(fan, creator, 'gold', { periods: 100 })
  postHash = await live.announce(creator, 'Film', 'PLAN:gold')
  await market.commit()
  live.client('WebSocket').watch('subscription { chainHead { height } }')
  await live.settled()
})

afterAll(async () => {
  await live[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

async function verdict(): Promise<string> {
  const { access } = await market.world.ask(
    'query ($content: ID!, $account: PublicKey) { access(to: { content: $content }, account: $account) { reason } }',
    { content: encodeGlobalId('Content', postHash), account: fan.publicKey },
  )
  return access.reason
}

/** How many records one check asks the node for: one is the fan's, which every check asks for. */
async function recordsAskedFor(reason: string): Promise<number> {
  await live.settled()
  proxy.taken()
  expect(await verdict()).toBe(reason)
  return proxy.taken().filter((path) => path === RECORDS).length
}

describe('after a new block', () => {
  it('that touches neither party, what was judged before holds', async () => {
    await recordsAskedFor('SUBSCRIBED')
    await market.plan(other, 'silver')
    expect(await recordsAskedFor('SUBSCRIBED')).toBe(1)
    await market.commit()
    expect(await recordsAskedFor('SUBSCRIBED')).toBe(1)
  })

  it('with another version of the plan, all is read again', async () => {
    await recordsAskedFor('SUBSCRIBED')
    await market.plan(creator, 'gold', { priceNanos: '2000' })
    expect(await recordsAskedFor('SUBSCRIBED')).toBe(2)
    expect(await recordsAskedFor('SUBSCRIBED')).toBe(1)
  })

  it('or none, access ends as soon as the node shows no record, and when its time is over', async () => {
    await recordsAskedFor('SUBSCRIBED')
    const draft = await market.draft('unsubscribe', {
      creator: creator.publicKey,
      plan: 'gold',
      signer: fan.publicKey,
    })
    await market.send(draft, fan)
    expect(await verdict()).toBe('NOT_SUBSCRIBED')
    await market.commit()
    await market.pay(fan, creator, 'gold')
    expect(await recordsAskedFor('SUBSCRIBED')).toBeGreaterThan(0)
    await market.pass(601)
    expect(await verdict()).toBe('EXPIRED')
  })

  it('that nobody read, since nobody watched, all is read again', async () => {
    await market.pay(fan, creator, 'gold', { periods: 10 })
    await recordsAskedFor('SUBSCRIBED')
    await live.rested()
    await market.plan(other, 'bronze')
    proxy.taken()
    expect(await verdict()).toBe('SUBSCRIBED')
    expect(proxy.taken().filter((path) => path === RECORDS)).toHaveLength(2)
  })
})
