import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CREATOR as CREATOR_BYTES,
  FAN as FAN_BYTES,
  planTransaction,
  subscriptionTransaction,
} from '../../test/support/plan-story.js'
import { publicKey, RecordWorld } from '../../test/support/record-world.js'
import { InvalidInputError } from '../errors.js'
import type { Page, PageRequest } from '../page.js'
import { listPlans } from './list-plans.js'
import { listSubscribers } from './list-subscribers.js'

const CREATOR = publicKey(CREATOR_BYTES)

type Slugs = Page<{ slug: string }>

const slugsOf = (page: Slugs) => page.edges.map(({ node }) => node.slug)
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `p${String(index).padStart(4, '0')}`)

function worldOfPlans(...slugs: string[]): RecordWorld {
  const world = new RecordWorld()
  world.mine(1_000)
  for (const slug of slugs) world.recordSameBlock(planTransaction({ slug }))
  return world
}

/** A page, in a request of its own. */
const plans = (world: RecordWorld, page: PageRequest) => listPlans(world.context(), CREATOR, page)

const cursorAt = async (world: RecordWorld, slug: string): Promise<string> => {
  let after: string | undefined
  for (;;) {
    const page = await plans(world, { first: 100, ...(after !== undefined && { after }) })
    const edge = page.edges.find(({ node }) => node.slug === slug)
    if (edge) return edge.cursor
    after = page.edges.at(-1)?.cursor
  }
}

/** All pages from the end, each of its own request; `between` happens after each. */
async function walkBackward(
  world: RecordWorld,
  last: number,
  between: (page: number) => void = () => undefined,
): Promise<Slugs['edges']> {
  const edges: Slugs['edges'] = []
  let page = await plans(world, { last })
  for (let pages = 1; pages < 100; pages++) {
    edges.unshift(...page.edges)
    const before = page.startCursor ?? page.edges[0]?.cursor
    if (!page.hasPreviousPage || before === undefined) return edges
    between(pages)
    page = await plans(world, { last, before })
    expect(page.hasNextPage).toBe(true)
  }
  throw new Error('no start')
}

describe('a list read from its end', () => {
  it('gives its last rows, in its order', async () => {
    const world = worldOfPlans('a', 'b', 'c', 'd')
    const page = await plans(world, { last: 2 })
    expect(slugsOf(page)).toEqual(['c', 'd'])
    expect(page).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
    expect(page).not.toHaveProperty('startCursor')
  })

  it('gives the rows right before a cursor, without a number too', async () => {
    const world = worldOfPlans('a', 'b', 'c', 'd')
    const before = await cursorAt(world, 'c')
    for (const request of [{ last: 5, before }, { before }]) {
      const page = await plans(world, request)
      expect(slugsOf(page)).toEqual(['a', 'b'])
      expect(page).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    }
  })

  it('has the same rows under the same cursors as read from its start, whatever the pages', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat({ max: 40 }), { minLength: 1, maxLength: 15 }),
        fc.array(fc.nat({ max: 14 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 6 }),
        async (numbers, inFlight, size) => {
          const slugs = numbers.map((number) => `p${String(number).padStart(2, '0')}`)
          const world = worldOfPlans(...slugs)
          // A new version on its way stands in the place of what is committed.
          for (const index of inFlight) {
            const slug = slugs[index % slugs.length] as string
            world.recordUncommitted(planTransaction({ slug, title: 'new' }))
          }
          const forward = await plans(world, { first: 100 })
          expect(await walkBackward(world, size)).toEqual(forward.edges)
        },
      ),
      { numRuns: 60 },
    ))

  it('reads for a page no more than its rows, one, and those that its cursors remember', async () => {
    const world = worldOfPlans(...numbered(50))
    await plans(world, { last: 2 })
    expect(world.asked).toEqual(['tip', 'query 6 backward', 'block 1'])
  })

  it('gives an empty page for 0, and says whether there is anything', async () => {
    expect(await plans(worldOfPlans('a'), { last: 0 })).toMatchObject({ edges: [], hasPreviousPage: true })
    expect(await plans(worldOfPlans(), { last: 3 })).toEqual({
      edges: [],
      hasNextPage: false,
      hasPreviousPage: false,
    })
  })

  it('goes on before a row that was replaced, is on its way or is gone', async () => {
    const world = worldOfPlans('a', 'b', 'c', 'd', 'e', 'f', 'g')
    const row = (await plans(world, { first: 5 })).edges[4]
    expect(row?.node.slug).toBe('e')
    const steps = [
      () => world.record(2_000, planTransaction({ slug: 'f', title: 'new' })),
      () => world.recordUncommitted(planTransaction({ slug: 'd', title: 'new' })),
      () => world.removeKey(CREATOR, CREATOR, 'b'),
    ]
    const edges = await walkBackward(world, 2, (page) => void steps[page - 1]?.())
    expect(edges.map(({ node }) => node.slug)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  })

  it('leaves out what is none, and says that nothing comes before when only such rows do', async () => {
    const world = worldOfPlans('b', 'c')
    world.record(1_000, planTransaction({ slug: 'a', extra: { STATE: 'AJAR' } }))
    const page = await plans(world, { last: 2 })
    expect(slugsOf(page)).toEqual(['b', 'c'])
    expect(page.hasPreviousPage).toBe(false)
  })

  it('comes short before 500 rows that are left out, and goes on from there', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    const fanOf = (n: number) =>
      Uint8Array.from({ length: 33 }, (_, i) => (i === 0 ? 2 : i === 1 ? n >> 8 : i === 2 ? n & 255 : 1))
    world.mine(2_000)
    for (let n = 0; n < 620; n++)
      world.recordSameBlock(subscriptionTransaction(plan, { fan: fanOf(n), paid: n === 10 ? 100n : 1n }))
    const read = (page: PageRequest) => listSubscribers(world.context(), CREATOR, { page })
    const short = await read({ last: 5 })
    expect(short).toMatchObject({ edges: [], hasPreviousPage: true, startCursor: expect.any(String) })
    const rest = await read({ last: 5, before: short.startCursor ?? '' })
    expect(rest.edges.map(({ node }) => node.fan)).toEqual([publicKey(fanOf(10))])
    expect(rest.hasPreviousPage).toBe(false)
  })

  it('reaches far beyond 1,000 rows while the node has the row to go on from', async () => {
    const world = worldOfPlans(...numbered(1_205))
    const before = await cursorAt(world, 'p0003')
    expect(slugsOf(await plans(world, { last: 2, before }))).toEqual(['p0001', 'p0002'])
  })

  it('reaches 1,000 rows from the end where that row was replaced, and says so beyond', async () => {
    const world = worldOfPlans(...numbered(1_205))
    const [far, near] = [await cursorAt(world, 'p0100'), await cursorAt(world, 'p0300')]
    world.record(2_000, planTransaction({ slug: 'p0100' }))
    world.record(2_000, planTransaction({ slug: 'p0300' }))
    expect(slugsOf(await plans(world, { last: 2, before: near }))).toEqual(['p0298', 'p0299'])
    const refusal = plans(world, { last: 2, before: far })
    await expect(refusal).rejects.toThrow(
      'before: last and before reach 1000 rows from the end of this list. Read it from its start, with first and after.',
    )
    await expect(refusal).rejects.toBeInstanceOf(InvalidInputError)
  })

  it('refuses a cursor that is made up, by its argument', async () => {
    const world = worldOfPlans('a')
    await expect(plans(world, { last: 1, before: 'nonsense' })).rejects.toThrow(
      'before: not a cursor of this list.',
    )
    const fan = publicKey(FAN_BYTES)
    const { edges } = await plans(world, {})
    await expect(listPlans(world.context(), fan, { before: edges[0]?.cursor ?? '' })).rejects.toBeInstanceOf(
      InvalidInputError,
    )
  })
})

describe('what lies between two cursors', () => {
  const between = async (world: RecordWorld, page: PageRequest, after: string, before: string) =>
    plans(world, { ...page, after: await cursorAt(world, after), before: await cursorAt(world, before) })

  it('is read from its start, and says what lies around it', async () => {
    const world = worldOfPlans('a', 'b', 'c', 'd', 'e')
    const all = await between(world, { first: 5 }, 'a', 'e')
    expect(slugsOf(all)).toEqual(['b', 'c', 'd'])
    expect(all).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
    expect(slugsOf(await between(world, { first: 2 }, 'a', 'e'))).toEqual(['b', 'c'])
    const start = await plans(world, { first: 5, before: await cursorAt(world, 'c') })
    expect(slugsOf(start)).toEqual(['a', 'b'])
    expect(start).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
  })

  it('is read from its end, and says what lies around it', async () => {
    const world = worldOfPlans('a', 'b', 'c', 'd', 'e')
    const all = await between(world, { last: 5 }, 'a', 'e')
    expect(slugsOf(all)).toEqual(['b', 'c', 'd'])
    expect(all).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
    expect(slugsOf(await between(world, { last: 2 }, 'a', 'e'))).toEqual(['c', 'd'])
    const end = await plans(world, { last: 5, after: await cursorAt(world, 'c') })
    expect(slugsOf(end)).toEqual(['d', 'e'])
    expect(end).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  })

  it('is nothing between neighbours, and where the two are the wrong way round', async () => {
    const world = worldOfPlans('a', 'b', 'c')
    for (const page of [{ first: 2 }, { last: 2 }]) {
      expect(slugsOf(await between(world, page, 'a', 'b'))).toEqual([])
      expect(slugsOf(await between(world, page, 'c', 'a'))).toEqual([])
    }
  })
})
