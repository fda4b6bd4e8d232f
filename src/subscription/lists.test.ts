import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CREATOR as CREATOR_BYTES,
  FAN as FAN_BYTES,
  planTransaction,
  subscriptionTransaction,
} from '../../test/support/plan-story.js'
import { key } from '../../test/support/record-chain.js'
import { publicKey, RecordWorld } from '../../test/support/record-world.js'
import { InvalidInputError, NodeUnavailableError } from '../errors.js'
import type { Page, PageRequest } from '../page.js'
import { listPlans } from './list-plans.js'
import { listSubscribers } from './list-subscribers.js'
import { listSubscriptions } from './list-subscriptions.js'

const CREATOR = publicKey(CREATOR_BYTES)
const FAN = publicKey(FAN_BYTES)

function slugsOf(page: Page<{ slug: string }>): string[] {
  return page.edges.map(({ node }) => node.slug)
}

function worldOfPlans(...slugs: string[]): RecordWorld {
  const world = new RecordWorld()
  for (const slug of slugs) world.record(1_000, planTransaction({ slug }))
  return world
}

/** All pages, each of its own request; `between` happens after each. */
async function slugsOfAllPages(
  read: (page: PageRequest) => Promise<Page<{ slug: string }>>,
  first: number,
  between: (slugs: string[]) => void = () => {},
): Promise<string[]> {
  const slugs: string[] = []
  let page = await read({ first })
  for (let pages = 0; pages < 100; pages++) {
    slugs.push(...slugsOf(page))
    between(slugs)
    const after = page.endCursor ?? page.edges.at(-1)?.cursor
    if (!page.hasNextPage || after === undefined) return slugs
    page = await read({ first, after })
  }
  throw new Error('no end')
}

describe('listPlans', () => {
  it('gives plans by slug, with what stands in their newest committed version', async () => {
    const world = worldOfPlans('silver', 'bronze', 'gold', 'a', 'a-b')
    const page = await listPlans(world.context(), CREATOR, { first: 2 })
    expect(slugsOf(page)).toEqual(['a', 'a-b'])
    expect(page).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    expect(page.edges[0]?.node).toEqual({
      creator: CREATOR,
      slug: 'a',
      title: 'Gold',
      priceNanos: 100n,
      periodSeconds: 600,
      state: 'OPEN',
      version: (4).toString(16).padStart(64, '0'),
    })
  })

  it('gives what follows a cursor, and says where the list ends', async () => {
    const world = worldOfPlans('a', 'b', 'c')
    const { edges } = await listPlans(world.context(), CREATOR, { first: 2 })
    const rest = await listPlans(world.context(), CREATOR, { first: 2, after: edges[1]?.cursor ?? '' })
    expect(slugsOf(rest)).toEqual(['c'])
    expect(rest).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
    const nothing = await listPlans(world.context(), CREATOR, { after: rest.edges[0]?.cursor ?? '' })
    expect(nothing).toEqual({ edges: [], hasNextPage: false, hasPreviousPage: true })
  })

  it('reads for a page no more than its rows and one', async () => {
    const world = worldOfPlans(...Array.from({ length: 50 }, (_, n) => `p${String(n).padStart(2, '0')}`))
    await listPlans(world.context(), CREATOR, { first: 2 })
    expect(world.asked).toEqual(['tip', 'query 3', 'block 1', 'block 2', 'block 3'])
  })

  it('gives an empty page for 0, and says whether there is anything', async () => {
    expect(await listPlans(worldOfPlans('a').context(), CREATOR, { first: 0 })).toMatchObject({
      edges: [],
      hasNextPage: true,
    })
    expect(await listPlans(worldOfPlans().context(), CREATOR, { first: 0 })).toEqual({
      edges: [],
      hasNextPage: false,
      hasPreviousPage: false,
    })
  })

  it('leaves out what is no plan', async () => {
    const world = worldOfPlans('a', 'c')
    world.record(1_000, planTransaction({ slug: 'b', extra: { STATE: 'AJAR' } }))
    const withApp = planTransaction({ slug: 'd' })
    world.record(1_000, {
      ...withApp,
      metadata: { ...withApp.metadata, appPublicKey: key(9) } as typeof withApp.metadata,
    })
    const oddly = planTransaction({ slug: 'e' })
    world.record(1_000, {
      ...oddly,
      metadata: { ...oddly.metadata, associationValue: Buffer.from('B b') } as typeof oddly.metadata,
    })
    world.recordUncommitted(planTransaction({ slug: 'f' }))
    expect(slugsOf(await listPlans(world.context(), CREATOR, {}))).toEqual(['a', 'c'])
  })

  it('refuses more rows than a page may have, naming the limit', () => {
    const world = worldOfPlans('a')
    return expect(listPlans(world.context(), CREATOR, { first: 101 })).rejects.toThrow(
      'first: ask for 0 to 100 rows, not 101.',
    )
  })

  it('refuses cursors that are made up, or of another list', async () => {
    const world = worldOfPlans('a')
    const plan = await listPlans(world.context(), CREATOR, {})
    const cursor = plan.edges[0]?.cursor ?? ''
    for (const after of ['', 'nonsense', `${cursor}A`]) {
      await expect(listPlans(world.context(), CREATOR, { after })).rejects.toBeInstanceOf(InvalidInputError)
    }
    await expect(listPlans(world.context(), FAN, { after: cursor })).rejects.toBeInstanceOf(InvalidInputError)
    await expect(
      listSubscriptions(world.context(), CREATOR, { page: { after: cursor } }),
    ).rejects.toBeInstanceOf(InvalidInputError)
  })

  it('throws what the node throws', async () => {
    const world = worldOfPlans('a')
    const error = new NodeUnavailableError('No DeSo node answers.')
    world.failure = { on: /query/, error }
    await expect(listPlans(world.context(), CREATOR, {})).rejects.toBe(error)
  })
})

describe('a list that changes between its pages', () => {
  const pagesOf = (world: RecordWorld) => (page: PageRequest) => listPlans(world.context(), CREATOR, page)

  it('goes on behind the row at the cursor when that was replaced', async () => {
    const world = worldOfPlans('a', 'b', 'c', 'd')
    const slugs = await slugsOfAllPages(pagesOf(world), 2, (seen) => {
      if (seen.length === 2) world.record(2_000, planTransaction({ slug: 'b', title: 'new' }))
    })
    expect(slugs).toEqual(['a', 'b', 'c', 'd'])
  })

  it('goes on behind the row at the cursor when a new version of it is in flight', async () => {
    const world = new RecordWorld()
    const refs = new Map(
      ['a', 'b', 'c', 'd'].map((slug) => [slug, world.record(1_000, planTransaction({ slug }))]),
    )
    const slugs = await slugsOfAllPages(pagesOf(world), 1, (seen) => {
      const slug = seen.at(-1) ?? ''
      world.recordUncommitted(planTransaction({ slug, prev: refs.get(slug) ?? null }))
    })
    expect(slugs).toEqual(['a', 'b', 'c', 'd'])
  })

  it('starts again and passes over what was seen when all rows that a cursor knows are gone', async () => {
    const world = worldOfPlans('a', 'b', 'c', 'd', 'e', 'f')
    const slugs = await slugsOfAllPages(pagesOf(world), 4, (seen) => {
      if (seen.length === 4) for (const slug of seen) world.record(2_000, planTransaction({ slug }))
    })
    expect(slugs).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(world.asked.filter((what) => what.startsWith('query'))).toEqual([
      'query 5',
      'query 5 after 4',
      'query 5 after 3',
      'query 5 after 2',
      'query 5',
      'query 100 after 5',
    ])
  })

  it('loses no committed row behind rows in flight, from which a node pages wrongly', async () => {
    // As in the recording of a real node: e55 to e57 are sent between committed e50 and e60.
    const committed = ['e00', 'e10', 'e20', 'e30', 'e40', 'e50', 'e60', 'e70', 'e80', 'e90']
    const world = worldOfPlans(...committed)
    for (const slug of ['e57', 'e56', 'e55']) world.recordUncommitted(planTransaction({ slug }))
    for (const size of [1, 2, 3]) {
      expect(await slugsOfAllPages(pagesOf(world), size)).toEqual(committed)
    }
  })

  it('shows each row once, in order, whatever is replaced, sent or deleted meanwhile', async () => {
    const change = fc.record({
      slug: fc.integer({ min: 0, max: 29 }),
      what: fc.constantFrom('replace', 'send', 'delete'),
    })
    const changes = fc.array(fc.array(change, { maxLength: 4 }), { minLength: 0, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(changes, fc.integer({ min: 1, max: 7 }), async (rounds, size) => {
        const name = (n: number) => `p${String(n).padStart(2, '0')}`
        const world = new RecordWorld()
        const refs = Array.from({ length: 30 }, (_, n) =>
          world.record(1_000, planTransaction({ slug: name(n) })),
        )
        const deleted = new Set<string>()
        let round = 0
        const slugs = await slugsOfAllPages(pagesOf(world), size, () => {
          for (const { slug, what } of rounds[round++] ?? []) {
            const ref = refs[slug]
            if (!ref || deleted.has(name(slug))) continue
            if (what === 'replace')
              refs[slug] = world.record(2_000, planTransaction({ slug: name(slug), prev: ref }))
            else if (what === 'send')
              world.recordUncommitted(planTransaction({ slug: name(slug), prev: ref }))
            else {
              world.removeKey(CREATOR, CREATOR, name(slug))
              deleted.add(name(slug))
            }
          }
        })
        expect(slugs).toEqual(slugs.toSorted())
        expect(new Set(slugs).size).toBe(slugs.length)
        const all = Array.from({ length: 30 }, (_, n) => name(n))
        expect(all.filter((slug) => !slugs.includes(slug) && !deleted.has(slug))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

describe('listSubscriptions and listSubscribers', () => {
  const creators = [key(5), key(6), key(7)]
  const fans = [key(8), key(9)]

  /** Each creator has the plans gold and silver; the fan pays for both, of each of them. */
  function worldOfSubscriptions() {
    const world = new RecordWorld()
    for (const creator of creators.toReversed()) {
      for (const slug of ['silver', 'gold']) {
        const plan = world.record(1_000, planTransaction({ creator, slug }))
        world.record(2_000, subscriptionTransaction(plan, { creator, slug }))
      }
    }
    return world
  }

  const rowsOf = (page: Page<{ slug: string; fan: string; creator: string }>, party: 'fan' | 'creator') =>
    page.edges.map(({ node }) => [node.slug, node[party]])

  it('gives a fan’s subscriptions by slug, then by the creator’s key', async () => {
    const world = worldOfSubscriptions()
    const [a, b, c] = creators.map(publicKey)
    const page = await listSubscriptions(world.context(), FAN, { page: { first: 4 } })
    expect(rowsOf(page, 'creator')).toEqual([
      ['gold', a],
      ['gold', b],
      ['gold', c],
      ['silver', a],
    ])
    const after = page.edges[3]?.cursor ?? ''
    const rest = await listSubscriptions(world.context(), FAN, { page: { first: 4, after } })
    expect(rowsOf(rest, 'creator')).toEqual([
      ['silver', b],
      ['silver', c],
    ])
    expect(rest).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  })

  it('gives a creator’s subscribers by slug, then by the fan’s key', async () => {
    const world = new RecordWorld()
    for (const slug of ['silver', 'gold']) {
      const plan = world.record(1_000, planTransaction({ slug }))
      for (const fan of fans.toReversed()) world.record(2_000, subscriptionTransaction(plan, { fan, slug }))
    }
    const [a, b] = fans.map(publicKey)
    const page = await listSubscribers(world.context(), CREATOR, { page: {} })
    expect(rowsOf(page, 'fan')).toEqual([
      ['gold', a],
      ['gold', b],
      ['silver', a],
      ['silver', b],
    ])
    expect(page.edges[0]?.node).toMatchObject({
      status: 'ACTIVE',
      startsAt: new Date(2_000_000),
      expiresAt: new Date(2_600_000),
      plan: { creator: CREATOR, slug: 'gold', state: 'OPEN' },
      payments: [{ paidNanos: 100n, periods: 1, startsAt: new Date(2_000_000), endsAt: new Date(2_600_000) }],
    })
  })

  it('goes on behind a row that was replaced, by its key', async () => {
    const world = worldOfSubscriptions()
    const ref = world.record(1_000, planTransaction({ creator: creators[1] ?? key(0) }))
    const first = await listSubscriptions(world.context(), FAN, { page: { first: 2 } })
    for (const creator of creators.slice(0, 2)) world.record(2_100, subscriptionTransaction(ref, { creator }))
    const after = first.edges[1]?.cursor ?? ''
    const rest = await listSubscriptions(world.context(), FAN, { page: { first: 1, after } })
    expect(rowsOf(rest, 'creator')).toEqual([['gold', publicKey(creators[2] ?? key(0))]])
  })

  /** Subscriptions that run, have ended, are in flight, and buy nothing. */
  function mixedWorld() {
    const world = new RecordWorld()
    const buy = (slug: string, time: number, paid = 100n) => {
      const plan = world.record(500, planTransaction({ slug }))
      world.record(time, subscriptionTransaction(plan, { slug, paid }))
    }
    buy('ended', 1_000)
    buy('running', 2_000)
    buy('unpaid', 2_000, 0n)
    const plan = world.record(2_000, planTransaction({ slug: 'sent' }))
    world.recordUncommitted(subscriptionTransaction(plan, { slug: 'sent' }))
    return world
  }

  it('lists what runs, has ended or is in flight, and no committed record that buys nothing', async () => {
    const page = await listSubscriptions(mixedWorld().context(), FAN, { page: {} })
    expect(page.edges.map(({ node }) => [node.slug, node.status])).toEqual([
      ['ended', 'EXPIRED'],
      ['running', 'ACTIVE'],
      ['sent', 'PENDING'],
    ])
    expect(page.edges[2]?.node).toMatchObject({ startsAt: null, expiresAt: null, payments: [] })
  })

  it('lists only those that give access now, or only those that do not', async () => {
    const world = mixedWorld()
    const active = await listSubscriptions(world.context(), FAN, { active: true, page: {} })
    expect(slugsOf(active)).toEqual(['running'])
    const others = await listSubscriptions(world.context(), FAN, { active: false, page: {} })
    expect(slugsOf(others)).toEqual(['ended', 'sent'])
  })

  it('says that nothing follows when only rows that are left out do', async () => {
    const page = await listSubscriptions(mixedWorld().context(), FAN, { active: true, page: { first: 1 } })
    expect(slugsOf(page)).toEqual(['running'])
    expect(page.hasNextPage).toBe(false)
  })

  it('comes short after 500 rows that are left out, and goes on from there', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    const fanOf = (n: number) =>
      Uint8Array.from({ length: 33 }, (_, i) => (i === 0 ? 2 : i === 1 ? n >> 8 : i === 2 ? n & 255 : 1))
    world.mine(2_000)
    for (let n = 0; n < 620; n++)
      world.recordSameBlock(subscriptionTransaction(plan, { fan: fanOf(n), paid: n === 610 ? 100n : 1n }))
    const page = await listSubscribers(world.context(), CREATOR, { page: { first: 5 } })
    expect(page).toMatchObject({ edges: [], hasNextPage: true, endCursor: expect.any(String) })
    const rest = await listSubscribers(world.context(), CREATOR, {
      page: { first: 5, after: page.endCursor ?? '' },
    })
    expect(rowsOf(rest, 'fan')).toEqual([['gold', publicKey(fanOf(610))]])
    expect(rest.hasNextPage).toBe(false)
  })

  it('asks for each plan once', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    world.mine(2_000)
    for (const fan of [...fans, ...creators]) world.recordSameBlock(subscriptionTransaction(plan, { fan }))
    expect((await listSubscribers(world.context(), CREATOR, { page: {} })).edges).toHaveLength(5)
    expect(world.asked).toEqual(['tip', 'query 21', 'block 2', 'entry DIG:PLAN gold', 'block 1'])
  })
})
