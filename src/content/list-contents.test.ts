import { describe, expect, it } from 'vitest'
import { systemClock } from '../clock.js'
import type { RequestContext } from '../context.js'
import { publicKeyFromBytes } from '../deso/keys.js'
import type { NodePost } from '../deso/node.js'
import { InvalidInputError, StorageUnavailableError } from '../errors.js'
import { createMemoryCaches } from '../store/caches.js'
import { listContents } from './list-contents.js'

const CREATOR = publicKeyFromBytes(
  Uint8Array.from({ length: 33 }, (_, at) => (at === 0 ? 2 : 1)),
  'testnet',
)
/** Content without its files, as IPFS is away: enough for a list. */
const MANIFEST = 'bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua'

/** An account's posts, newest first; those whose title is empty are no content. */
class Posts {
  asked = 0

  constructor(private readonly titles: readonly string[]) {}

  context(): RequestContext {
    const app = {
      config: { limits: { maxPageSize: 100 } },
      identity: { secret: () => new Uint8Array(32) },
      caches: createMemoryCaches(systemClock),
      node: {
        postsOf: async (_: unknown, { after, limit }: { after?: string; limit: number }) => {
          this.asked += 1
          const start = after === undefined ? 0 : Number.parseInt(after, 16) + 1
          return this.titles
            .slice(start, start + limit)
            .map((title, index) => this.post(title, start + index))
        },
      },
      ipfs: {
        getBlock: async () => {
          throw new StorageUnavailableError('away')
        },
      },
    }
    const loaders = { post: { prime: () => undefined } }
    return { app, loaders, signal: new AbortController().signal, viewer: null } as unknown as RequestContext
  }

  private post(title: string, index: number): NodePost {
    const extra =
      title === ''
        ? []
        : [
            ['DIGV', '1'],
            ['DIGTITLE', title],
            ['DIGMANIFEST', MANIFEST],
            ['DIGACCESS', 'PUBLIC'],
          ]
    return {
      hash: index.toString(16).padStart(64, '0'),
      poster: CREATOR,
      body: 'Teaser',
      timestampNanos: BigInt(10_000 - index),
      isHidden: false,
      extraData: new Map(extra as [string, string][]),
      confirmationBlockHeight: 1,
      inMempool: false,
    }
  }
}

const titlesOf = ({ edges }: Awaited<ReturnType<typeof listContents>>) => edges.map(({ node }) => node.title)
const cursorsOf = ({ edges }: Awaited<ReturnType<typeof listContents>>) => edges.map(({ cursor }) => cursor)

describe('contents read from the end of the list', () => {
  it('are the oldest, in the order of the list, under the same cursors', async () => {
    const ctx = new Posts(['e', '', 'd', 'c', '', 'b', 'a', '']).context()
    const all = await listContents(ctx, CREATOR, { first: 10 })
    const last = await listContents(ctx, CREATOR, { last: 2 })
    expect(titlesOf(last)).toEqual(['b', 'a'])
    expect(last).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
    expect(cursorsOf(last)).toEqual(cursorsOf(all).slice(-2))
  })

  it('come before a cursor, by pages, each once', async () => {
    const titles = Array.from({ length: 23 }, (_, n) => (n % 3 === 0 ? '' : `t${n}`))
    const ctx = new Posts(titles).context()
    const rows: string[] = []
    let page = await listContents(ctx, CREATOR, { last: 4 })
    for (;;) {
      rows.unshift(...titlesOf(page))
      if (!page.hasPreviousPage) break
      page = await listContents(ctx, CREATOR, { last: 4, before: cursorsOf(page)[0] ?? '' })
      expect(page.hasNextPage).toBe(true)
    }
    expect(rows).toEqual(titles.filter((title) => title !== ''))
  })

  it('lie between two cursors, from either end', async () => {
    const ctx = new Posts(['e', 'd', 'c', 'b', 'a']).context()
    const [after = '', , , , before = ''] = cursorsOf(await listContents(ctx, CREATOR, {}))
    expect(titlesOf(await listContents(ctx, CREATOR, { after, before, first: 2 }))).toEqual(['d', 'c'])
    const end = await listContents(ctx, CREATOR, { after, before, last: 2 })
    expect(titlesOf(end)).toEqual(['c', 'b'])
    expect(end).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
    expect(await listContents(ctx, CREATOR, { before: after, first: 2 })).toMatchObject({
      edges: [],
      hasNextPage: true,
      hasPreviousPage: false,
    })
  })

  it('reach a thousand posts, and no farther', async () => {
    const posts = (count: number) =>
      new Posts(Array.from({ length: count }, (_, n) => (n % 250 === 0 ? `t${n}` : '')))
    expect(titlesOf(await listContents(posts(999).context(), CREATOR, { last: 2 }))).toEqual(['t500', 't750'])
    const far = posts(1_300)
    await expect(listContents(far.context(), CREATOR, { last: 2 })).rejects.toThrow(
      'last, before: they reach 1000 posts of this account. Read the list from its start, with first and after.',
    )
    await expect(listContents(far.context(), CREATOR, { last: 2 })).rejects.toBeInstanceOf(InvalidInputError)
    expect(far.asked).toBe(20)
    const [first = '', second = ''] = cursorsOf(await listContents(far.context(), CREATOR, { first: 2 }))
    expect(titlesOf(await listContents(far.context(), CREATOR, { last: 2, before: second }))).toEqual(['t0'])
    expect(titlesOf(await listContents(far.context(), CREATOR, { last: 2, before: first }))).toEqual([])
  })
})
