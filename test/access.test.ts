import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { transactionId } from '../src/deso/signature.js'
import { encodeGlobalId } from '../src/graphql/relay/global-id.js'
import { at, Market } from './support/market.js'
import type { Json, Person, World } from './support/world.js'

/** What `access` says, to anybody and about anybody. */
let market: Market
let world: World
let creator: Person
let post: string

beforeAll(async () => {
  market = await Market.open()
  world = market.world
  creator = await market.person('the creator')
  for (const slug of ['gold', 'silver', 'unsold']) await market.plan(creator, slug)
  post = await publish('PLAN:gold,PLAN:silver')
})
afterAll(() => market[Symbol.asyncDispose]())

/** The post of a content of one small file. */
async function publish(policy: string): Promise<string> {
  const form = new FormData()
  const fields = { title: 'T', teaser: 't', policy, idempotencyKey: market.newKey() }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob(['bytes']), 'file.txt')
  const headers = { authorization: `Bearer ${await world.signIn(creator)}` }
  const response = await fetch(`${world.url}/api/upload-content`, { method: 'POST', headers, body: form })
  return (await market.execute(await response.json(), creator)).id
}

async function access(
  to: { content?: string; plan?: string },
  account?: Person | null,
  token?: string,
): Promise<Json> {
  const answer = await world.ask(
    `query ($to: AccessTarget!, $account: PublicKey) { access(to: $to, account: $account) {
      granted reason expiresAt checkedAt { height hash time }
      evidence { meaning transaction { id transactionId status block { height hash time } } }
    } }`,
    { to, account: account?.publicKey },
    token,
  )
  return answer.access
}

const content = (hash = post) => ({ content: encodeGlobalId('Content', hash) })
const plan = (slug: string) => ({ plan: encodeGlobalId('Plan', creator.publicKey, slug) })
const refusal = (reason: string) => ({ granted: false, reason, expiresAt: null, evidence: [] })

describe('access', () => {
  it('is asked about the viewer unless an account is given, and by anybody about anybody', async () => {
    const [fan, curious] = [await market.person('a fan'), await market.person('a curious one')]
    const start = await market.pass(5)
    await market.pay(fan, creator, 'gold')
    const [tokenOfFan, token] = [await world.signIn(fan), await world.signIn(curious)]
    const granted = { granted: true, reason: 'SUBSCRIBED', expiresAt: at(start + 600) }
    for (const target of [content(), plan('gold')]) {
      expect(await access(target, null, tokenOfFan)).toMatchObject(granted)
      expect(await access(target, fan, token)).toMatchObject(granted)
      expect(await access(target, fan)).toMatchObject(granted)
      expect(await access(target, null, token)).toMatchObject(refusal('NOT_SUBSCRIBED'))
      expect(await access(target, curious, tokenOfFan)).toMatchObject(refusal('NOT_SUBSCRIBED'))
      expect(await access(target)).toMatchObject(refusal('NOT_SIGNED_IN'))
      expect(await access(target, creator)).toMatchObject({
        granted: true,
        reason: 'CREATOR',
        expiresAt: null,
        evidence: [],
      })
    }
    expect(await access(plan('silver'), fan)).toMatchObject(refusal('NOT_SUBSCRIBED'))
  })

  it('names committed transactions with their blocks, which the node has, and the tip at which it was checked', async () => {
    const fan = await market.person('who wants proof')
    const paid = await market.pay(fan, creator, 'gold')
    const { evidence, checkedAt } = await access(content(), fan)
    expect(evidence.map(({ transaction }: Json) => transaction.status)).toEqual(['COMMITTED', 'COMMITTED'])
    expect(evidence[0].meaning).toMatch(/^Pays 0\.000001 DESO for 1 period, from .*Z until .*Z\.$/)
    const { transaction } = evidence[0]
    expect(transaction.transactionId).toBe(paid.id)
    const { body } = await world.chain.post('/api/v1/block', {
      Height: transaction.block.height,
      FullBlock: true,
    })
    const ids = body.Transactions.map(({ RawTransactionHex }: Json) =>
      transactionId(Buffer.from(RawTransactionHex, 'hex')),
    )
    expect(ids).toContain(paid.id)
    expect(body.Header.BlockHashHex).toBe(transaction.block.hash)
    const tip = await world.ask('{ gateway { committedTip { height hash time } } }')
    expect(checkedAt).toEqual(tip.gateway.committedTip)
    const { node } = await world.ask(
      'query ($id: ID!) { node(id: $id) { id ... on Transaction { status kind } } }',
      {
        id: transaction.id,
      },
    )
    expect(node).toEqual({ id: transaction.id, status: 'COMMITTED', kind: 'SUBSCRIBE' })
  })

  it('of any plan of the policy suffices, and the one that lasts longest is told', async () => {
    const fan = await market.person('of two plans')
    const start = await market.pass(5)
    await market.pay(fan, creator, 'silver')
    expect(await access(content(), fan)).toMatchObject({ granted: true, expiresAt: at(start + 600) })
    const later = await market.pay(fan, creator, 'gold', { periods: 2 })
    const decision = await access(content(), fan)
    expect(decision).toMatchObject({ granted: true, expiresAt: at(start + 1200) })
    expect(decision.evidence[0].transaction.transactionId).toBe(later.id)
    await market.pass(600)
    expect(await access(content(), fan)).toMatchObject({ granted: true })
    await market.pass(600)
    expect(await access(content(), fan)).toMatchObject({ granted: false, reason: 'EXPIRED' })
  })

  it('to what is public is everybody’s', async () => {
    const open = content(await publish('PUBLIC'))
    const granted = { granted: true, reason: 'PUBLIC', expiresAt: null, evidence: [] }
    expect(await access(open)).toMatchObject(granted)
    expect(await access(open, await market.person('anybody', 0n))).toMatchObject(granted)
    expect(await access(open, creator)).toMatchObject({ granted: true, reason: 'CREATOR' })
  })

  it('to what is not there is null', async () => {
    expect(await access(content('ab'.repeat(32)))).toBeNull()
    expect(await access(plan('never-was'), creator)).toBeNull()
  })

  it.each([
    ['nothing', {}],
    ['two things', { content: encodeGlobalId('Content', 'ab'.repeat(32)), plan: 'x' }],
    ['an id of another type', { plan: encodeGlobalId('Content', 'ab'.repeat(32)) }],
    ['no id', { content: '%%%' }],
  ])('to %s is BAD_USER_INPUT', async (_, to) => {
    const { errors } = await world.query('query ($to: AccessTarget!) { access(to: $to) { granted } }', { to })
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  })

  it('with a bad token is UNAUTHENTICATED, whatever it asks', async () => {
    const response = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer nonsense' },
      body: JSON.stringify({ query: '{ gateway { network } }' }),
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })

  it('over REST is 200 whatever it decides, by ids, by post, or by creator and slug', async () => {
    const fan = await market.person('over REST')
    const start = await market.pass(5)
    await market.pay(fan, creator, 'gold')
    const get = async (query: Record<string, string | undefined>) => {
      const given = new URLSearchParams()
      for (const [key, value] of Object.entries(query)) if (value) given.set(key, value)
      const response = await fetch(`${world.url}/api/check-access?${given}`)
      return { status: response.status, body: (await response.json()) as Json }
    }
    const slug = { creator: creator.publicKey, slug: 'gold' }
    for (const target of [content(), plan('gold'), { postHash: post }, slug]) {
      expect(await get({ ...target, account: fan.publicKey })).toMatchObject({
        status: 200,
        body: { granted: true, reason: 'SUBSCRIBED', expiresAt: at(start + 600) },
      })
      expect(await get(target)).toMatchObject({ status: 200, body: refusal('NOT_SIGNED_IN') })
    }
    expect((await get({ postHash: 'ab'.repeat(32) })).status).toBe(404)
    expect((await get({})).status).toBe(400)
    expect((await get({ ...slug, ...content() })).status).toBe(400)
    expect((await get({ ...slug, account: 'nobody' })).status).toBe(400)
  })
})
