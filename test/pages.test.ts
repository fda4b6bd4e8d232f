import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicKeyToBytes } from '../src/deso/keys.js'
import { upload } from './support/library.js'
import { Market, stranger } from './support/market.js'
import type { Json, Person } from './support/world.js'

/** Lists by pages: each row once and in order, whatever changes meanwhile. */
let market: Market

beforeAll(async () => {
  market = await Market.open()
})

afterAll(() => market[Symbol.asyncDispose]())

const ROWS = {
  plans: 'slug',
  subscriptions: 'plan { slug } creator { publicKey }',
  subscribers: 'plan { slug } fan { publicKey }',
  contents: 'title',
}
type List = keyof typeof ROWS

interface PageArgs {
  first?: number | null
  after?: string | null
}

/** The errors of an account's list, or one page of it. */
async function ask(list: List, account: Pick<Person, 'publicKey'>, { first, after }: PageArgs = {}) {
  const { data, errors } = await market.world.query<Json>(
    `query ($key: PublicKey!, $first: Int, $after: String) { account(by: { publicKey: $key }) {
      page: ${list}(first: $first, after: $after) {
        edges { cursor node { id ${ROWS[list]} } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    } }`,
    { key: account.publicKey, first, after },
  )
  return { page: data?.account?.page, errors }
}

/** One page that must come, checked against itself: its rows. */
async function pageOf(list: List, account: Pick<Person, 'publicKey'>, args: PageArgs = {}): Promise<Json> {
  const { page, errors } = await ask(list, account, args)
  expect(errors).toBeUndefined()
  const { edges, nodes, pageInfo } = page
  expect(nodes.map(({ id }: Json) => id)).toEqual(edges.map(({ node }: Json) => node.id))
  expect(pageInfo.startCursor).toBe(edges[0]?.cursor ?? null)
  if (edges.length > 0 && !isShort(edges, pageInfo)) expect(pageInfo.endCursor).toBe(edges.at(-1).cursor)
  expect(pageInfo.hasPreviousPage).toBe(args.after != null)
  return { rows: edges.map(({ node }: Json) => node), edges, ...pageInfo }
}

const isShort = (edges: Json[], { endCursor }: Json) => endCursor !== edges.at(-1)?.cursor

/** All rows, by pages of `first`; `between` runs after each page. */
async function walk(
  list: List,
  account: Pick<Person, 'publicKey'>,
  first: number,
  between: (page: number) => Promise<unknown> = async () => {},
): Promise<Json[]> {
  const rows: Json[] = []
  let after: string | null = null
  for (let page = 1; page < 50; page += 1) {
    const { rows: more, hasNextPage, endCursor } = await pageOf(list, account, { first, after })
    expect(more.length).toBeLessThanOrEqual(first)
    rows.push(...more)
    if (!hasNextPage) return rows
    after = endCursor
    await between(page)
  }
  throw new Error('there is no end')
}

/** Plans by hand: many in one block. */
async function plans(creator: Person, slugs: readonly string[]): Promise<void> {
  const extra = { V: '1', PRICENANOS: '5', PERIODSECONDS: '600', TITLE: 'T', STATE: 'OPEN', PREV: '' }
  for (const value of slugs) {
    await market.sendRecord(creator, { type: 'DIG:PLAN', value, target: creator, extra })
  }
  await market.commit()
}

const slugsOf = (rows: Json[]) => rows.map((row) => row.slug ?? row.plan.slug)
const numbered = (count: number, prefix = 'p') =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, '0')}`)

describe('plans', () => {
  it('come by slug, 20 a page, up to 100, and each once', async () => {
    const creator = await market.person('seller of many')
    const slugs = numbered(103)
    await plans(creator, slugs.toReversed())
    const first = await pageOf('plans', creator)
    expect([slugsOf(first.rows), first.hasNextPage]).toEqual([slugs.slice(0, 20), true])
    const hundred = await pageOf('plans', creator, { first: 100 })
    expect([slugsOf(hundred.rows), hundred.hasNextPage]).toEqual([slugs.slice(0, 100), true])
    const rest = await pageOf('plans', creator, { first: 100, after: hundred.endCursor })
    expect([slugsOf(rest.rows), rest.hasNextPage]).toEqual([slugs.slice(100), false])
    expect(slugsOf(await walk('plans', creator, 25))).toEqual(slugs)
    const exact = await pageOf('plans', creator, { first: 3, after: hundred.endCursor })
    expect([exact.rows.length, exact.hasNextPage]).toEqual([3, false])
    const beyond = await pageOf('plans', creator, { first: 3, after: exact.endCursor })
    expect(beyond).toMatchObject({ rows: [], hasNextPage: false, startCursor: null, endCursor: null })
  })

  it('added, replaced and deleted between pages move nothing', async () => {
    const creator = await market.person('seller who changes')
    await plans(creator, ['b', 'd', 'f', 'h', 'j'])
    const steps: (() => Promise<unknown>)[] = [
      // One before the page, one at its end, one behind it.
      async () => {
        await market.plan(creator, 'a')
        await market.plan(creator, 'd', { title: 'New' })
        await market.plan(creator, 'e')
      },
      // What the next page begins behind is gone.
      async () => {
        const { id } = await recordOf(creator, 'e')
        await market.deleteRecord(creator, id)
        await market.commit()
      },
    ]
    const rows = await walk('plans', creator, 2, (page) => steps[page - 1]?.() ?? Promise.resolve())
    expect(slugsOf(rows)).toEqual(['b', 'd', 'e', 'f', 'h', 'j'])
    expect(slugsOf(await walk('plans', creator, 1))).toEqual(['a', 'b', 'd', 'f', 'h', 'j'])
  })

  /** The node's entry of a plan. */
  async function recordOf(creator: Person, slug: string): Promise<{ id: string }> {
    const { body } = await market.world.chain.post('/api/v0/user-associations/query', {
      TransactorPublicKeyBase58Check: creator.publicKey,
      TargetUserPublicKeyBase58Check: creator.publicKey,
      AssociationType: 'DIG:PLAN',
      AssociationValue: slug,
    })
    return { id: body.Associations[0].AssociationID }
  }

  it('that are none are left out', async () => {
    const creator = await market.person('seller of odd things')
    await plans(creator, ['a', 'Bad-slug', 'c'])
    await market.record(creator, { type: 'DIG:PLAN', value: 'b', target: creator, extra: { V: '1' } })
    await market.record(creator, { type: 'OTHER', value: 'd', target: creator, extra: {} })
    expect(slugsOf(await walk('plans', creator, 1))).toEqual(['a', 'c'])
  })
})

describe('subscriptions and subscribers', () => {
  it('come by slug, then by the other party’s key, each once', async () => {
    const creators = await Promise.all(
      ['one', 'two', 'three'].map((name) => market.person(`creator ${name}`)),
    )
    const fans = await Promise.all(['x', 'y'].map((name) => market.person(`fan ${name}`)))
    for (const creator of creators) {
      for (const slug of ['gold', 'silver']) await market.plan(creator, slug)
    }
    for (const fan of fans) {
      for (const creator of creators) {
        for (const slug of ['silver', 'gold']) {
          const payment = await market.payment(fan, creator, slug)
          await market.send(payment, fan)
        }
      }
    }
    await market.commit()
    const byKey = (people: Person[]) =>
      people
        .toSorted((a, b) => Buffer.compare(publicKeyToBytes(a.publicKey), publicKeyToBytes(b.publicKey)))
        .map(({ publicKey }) => publicKey)
    const expected = (people: Person[]) =>
      ['gold', 'silver'].flatMap((slug) => byKey(people).map((key) => `${slug} ${key}`))
    const [fan, creator] = [fans[0] as Person, creators[0] as Person]
    const shown = (rows: Json[]) =>
      rows.map((row) => `${row.plan.slug} ${(row.creator ?? row.fan).publicKey}`)
    for (const size of [1, 4]) {
      expect(shown(await walk('subscriptions', fan, size))).toEqual(expected(creators))
      expect(shown(await walk('subscribers', creator, size))).toEqual(expected(fans))
    }
    // A renewal replaces the row at the end of a page.
    const rows = await walk('subscriptions', fan, 2, async (page) => {
      if (page === 1)
        await market.pay(
          fan,
          creators.find(({ publicKey }) => publicKey === byKey(creators)[1]) as Person,
          'gold',
        )
    })
    expect(shown(rows)).toEqual(expected(creators))
  })
})

describe('contents', () => {
  let time = 1_700_000_000_000_000_000n

  /** Posts straight to the node, none of them a content. */
  async function post(
    author: Person,
    more: { modify?: string; isHidden?: boolean; body?: string } = {},
  ): Promise<string> {
    time += 1n
    return market.sendOwn(author, {
      metadata: {
        type: 'SUBMIT_POST',
        postHashToModify: Buffer.from(more.modify ?? '', 'hex'),
        parentStakeId: new Uint8Array(),
        body: Buffer.from(JSON.stringify({ Body: more.body ?? 'Good morning' })),
        creatorBasisPoints: 1_000n,
        stakeMultipleBasisPoints: 12_500n,
        timestampNanos: time,
        isHidden: more.isHidden ?? false,
      },
    })
  }

  /** Contents of these titles, in this order, each a little later than the one before. */
  async function publish(creator: Person, titles: readonly string[]): Promise<string[]> {
    const token = await market.world.signIn(creator)
    const hashes: string[] = []
    for (const title of titles) {
      await market.pass(1)
      const payload = await upload(market.world, token, { title, files: [{ name: 'a', bytes: title }] })
      hashes.push((await market.execute(payload, creator)).id)
    }
    return hashes
  }

  const titles = (rows: Json[]) => rows.map(({ title }) => title)

  it('come newest first, by pages, each once, among posts that are none', async () => {
    const creator = await market.person('an author')
    await post(creator)
    await publish(creator, ['1', '2'])
    await post(creator)
    await publish(creator, ['3', '4', '5'])
    await market.commit()
    for (const size of [1, 2, 5, 100]) {
      expect(titles(await walk('contents', creator, size))).toEqual(['5', '4', '3', '2', '1'])
    }
    const all = await pageOf('contents', creator)
    expect(all.hasNextPage).toBe(false)
    const { contents } = await market.world.ask(
      `query ($key: PublicKey!) { contents(creator: $key, first: 2) { nodes { title } pageInfo { hasNextPage endCursor } } }`,
      { key: creator.publicKey },
    )
    expect(contents).toEqual({
      nodes: [{ title: '5' }, { title: '4' }],
      pageInfo: { hasNextPage: true, endCursor: all.edges[1].cursor },
    })
  })

  it('published, edited and hidden between pages move nothing', async () => {
    const creator = await market.person('an author who changes')
    const [, , , fourth = '', fifth = ''] = await publish(creator, ['1', '2', '3', '4', '5'])
    const steps: (() => Promise<unknown>)[] = [
      () => publish(creator, ['6']),
      // What the next page begins behind is hidden: a node then begins anew.
      async () => {
        await post(creator, { modify: fourth, isHidden: true })
        await market.commit()
      },
      async () => {
        await post(creator, { modify: fifth, body: 'Another teaser' })
        await market.commit()
      },
    ]
    const rows = await walk('contents', creator, 1, (page) => steps[page - 1]?.() ?? Promise.resolve())
    expect(titles(rows)).toEqual(['5', '4', '3', '2', '1'])
    expect(titles(await walk('contents', creator, 2))).toEqual(['6', '5', '3', '2', '1'])
  })

  it('under hundreds of posts that are none come on a later page, the first one short', async () => {
    const creator = await market.person('a talker')
    const [content = ''] = await publish(creator, ['The film'])
    time = BigInt(Date.now() + 10 ** 12) * 1_000_000n
    for (let sent = 0; sent < 510; sent += 1) await post(creator)
    await market.commit()
    const short = await pageOf('contents', creator, { first: 5 })
    expect(short).toMatchObject({
      rows: [],
      hasNextPage: true,
      startCursor: null,
      endCursor: expect.any(String),
    })
    const next = await pageOf('contents', creator, { first: 5, after: short.endCursor })
    expect([titles(next.rows), next.hasNextPage]).toEqual([['The film'], false])
    expect(titles(await walk('contents', creator, 100))).toEqual(['The film'])
    expect(content).toMatch(/^[0-9a-f]{64}$/)
  })

  it('of no posts are an empty page', async () => {
    expect(await pageOf('contents', stranger('silent'))).toMatchObject({
      rows: [],
      hasNextPage: false,
      startCursor: null,
      endCursor: null,
    })
  })

  it('are there as soon as the node shows their post', async () => {
    const creator = await market.person('an author in a hurry')
    const token = await market.world.signIn(creator)
    const payload = await upload(market.world, token, { title: 'Soon', files: [{ name: 'a', bytes: 'a' }] })
    expect((await pageOf('contents', creator)).rows).toEqual([])
    await market.send(payload, creator)
    expect(titles((await pageOf('contents', creator)).rows)).toEqual(['Soon'])
  })
})

describe('the size of a page', () => {
  const lists = Object.keys(ROWS) as List[]

  it('of 0 is an empty page, of a list that has rows or not', async () => {
    const creator = await market.person('seller of one')
    await plans(creator, ['a'])
    expect(await pageOf('plans', creator, { first: 0 })).toMatchObject({ rows: [], startCursor: null })
    for (const list of lists) {
      const page = await pageOf(list, stranger('nobody'), { first: 0 })
      expect(page).toMatchObject({ rows: [], hasNextPage: false, startCursor: null, endCursor: null })
    }
  })

  it('above the limit or negative is refused with the limit, in every list', async () => {
    for (const list of lists) {
      for (const first of [101, 100_000, 2 ** 31 - 1, -1, -(2 ** 31)]) {
        const { page, errors } = await ask(list, stranger('nobody'), { first })
        expect(page).toBeUndefined()
        expect(errors).toMatchObject([
          {
            message: `first: ask for 0 to 100 rows, not ${first}.`,
            path: ['account', 'page'],
            extensions: { code: 'BAD_USER_INPUT', retryable: false },
          },
        ])
      }
    }
    const key = stranger('nobody').publicKey
    const { errors } = await market.world.query(
      `{ contents(creator: "${key}", first: 101) { nodes { id } } }`,
    )
    expect(errors).toMatchObject([
      { message: 'first: ask for 0 to 100 rows, not 101.', extensions: { code: 'BAD_USER_INPUT' } },
    ])
  })

  it('is 20 where it is null', async () => {
    const creator = await market.person('seller of some')
    await plans(creator, numbered(21))
    expect((await pageOf('plans', creator, { first: null })).rows).toHaveLength(20)
  })
})

describe('a cursor', () => {
  it('that is none, is changed, or is of another list is refused', async () => {
    const [one, other] = [await market.person('seller one'), await market.person('seller two')]
    await plans(one, ['a', 'b', 'c'])
    await plans(other, ['a', 'b', 'c'])
    await market.pay(other, one, 'a')
    const { endCursor } = await pageOf('plans', one, { first: 1 })
    const bytes = Buffer.from(endCursor, 'base64url')
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3)
    const ofOther = (await pageOf('plans', other, { first: 1 })).endCursor
    const ofSubscribers = (await pageOf('subscribers', one, { first: 1 })).endCursor
    const bad = [
      '',
      ' ',
      'garbage',
      'a'.repeat(5_000),
      Buffer.from('["a"]').toString('base64url'),
      `${endCursor}=`,
      `${endCursor} `,
      endCursor.slice(0, -2),
      changed.toString('base64url'),
      ofOther,
      ofSubscribers,
    ]
    for (const after of bad) {
      const { page, errors } = await ask('plans', one, { first: 1, after })
      expect(page).toBeUndefined()
      expect(errors, after).toMatchObject([
        {
          message: 'after: not a cursor of this list.',
          path: ['account', 'page'],
          extensions: { code: 'BAD_USER_INPUT', retryable: false },
        },
      ])
    }
    for (const list of ['subscriptions', 'subscribers', 'contents'] as const) {
      const { errors } = await ask(list, one, { after: endCursor })
      expect(errors).toMatchObject([{ message: 'after: not a cursor of this list.' }])
    }
    expect(slugsOf((await pageOf('plans', one, { after: endCursor })).rows)).toEqual(['b', 'c'])
  })
})
