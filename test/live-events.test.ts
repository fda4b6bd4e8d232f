import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LiveMarket } from './support/live-market.js'
import { at, DESO, type Market } from './support/market.js'

/** What is an event and what is none, on a chain that moves when told. */
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

const watch = (query: string, variables?: Record<string, unknown>) =>
  live.client('WebSocket').watch(query, variables)
const person = (name: string) => market.person(name)

describe('transaction', () => {
  it('can be asked for before it is handed in', async () => {
    const [payer, payee] = [await person('early payer'), await person('early payee')]
    const { id, signedHex } = live.payment(payer, payee, 9n)
    const changes = watch(TRANSACTION, { id })
    expect((await changes.at(0)).data.transaction).toMatchObject({ status: 'UNKNOWN', kind: 'OTHER' })
    await market.world.ask(
      'mutation ($signedHex: Hex!) { submitTransaction(input: { signedHex: $signedHex }) { replayed } }',
      { signedHex },
    )
    expect((await changes.at(1)).data.transaction).toMatchObject({ status: 'PENDING', kind: 'SEND_DESO' })
    await market.commit()
    await changes.end()
    expect((await changes.at(2)).data.transaction.status).toBe('COMMITTED')
  })

  it('is told of when somebody else hands it to the node', async () => {
    const [payer, payee] = [await person('foreign payer'), await person('foreign payee')]
    const { id, signedHex } = live.payment(payer, payee, 9n)
    const changes = watch(TRANSACTION, { id })
    await changes.at(0)
    await market.world.chain.post('/api/v0/submit-transaction', { TransactionHex: signedHex })
    await market.commit()
    await changes.end()
    expect(changes.all.map(({ data }) => data.transaction.status)).toEqual(['UNKNOWN', 'COMMITTED'])
  })

  it('that was committed long ago is told once', async () => {
    const payer = await person('past payer')
    const id = await market.send(
      await market.draft('createPlan', {
        slug: 'past',
        title: 'Past',
        priceNanos: '1',
        periodSeconds: 0,
        signer: payer.publicKey,
      }),
      payer,
    )
    await market.commit()
    const changes = watch(TRANSACTION, { id })
    await changes.end()
    expect(changes.all.map(({ data }) => data.transaction.status)).toEqual(['COMMITTED'])
  })

  it('that is refused is told with the rule, and completes', async () => {
    const [payer, payee] = [await person('poor payer'), await person('rich payee')]
    const { id, signedHex } = live.payment(payer, payee, 1_000n * DESO)
    const changes = watch(TRANSACTION, { id })
    await changes.at(0)
    await market.world.query(
      'mutation ($signedHex: Hex!) { submitTransaction(input: { signedHex: $signedHex }) { replayed } }',
      { signedHex },
    )
    await changes.end()
    expect(changes.all.at(-1)?.data.transaction).toMatchObject({
      status: 'REJECTED',
      rejection: { rule: 'RuleErrorInsufficientBalance' },
    })
  })
})

describe('contentPublished', () => {
  it('tells of a content once its post is committed, and never before', async () => {
    const creator = await person('publisher')
    const contents = watch(CONTENTS, { creator: creator.publicKey })
    await live.settled()
    await live.announce(creator, 'The River')
    await market.world.chain.mine(2)
    await live.settled()
    expect(contents.all).toEqual([])
    const height = await market.commit()
    const { data, extensions } = await contents.at(0)
    expect(data.contentPublished).toEqual({
      title: 'The River',
      teaser: 'Teaser',
      creator: { publicKey: creator.publicKey },
      policy: { text: 'PUBLIC' },
      viewerAccess: { granted: true, reason: 'PUBLIC' },
      files: [{ name: 'a.txt', url: expect.stringContaining('/content/') }],
    })
    expect(extensions?.height).toBeLessThanOrEqual(height)
  })

  it('waits for a node that does not answer when it is committed', async () => {
    const creator = await person('patient publisher')
    const contents = watch(CONTENTS, { creator: creator.publicKey })
    await live.settled()
    await live.announce(creator, 'In a storm')
    await market.world.chain.faults({ kind: 'reset', path: '/get-posts-hashhexlist', times: 4 })
    await market.world.chain.faults({ kind: '500', path: '/api/v1/block', times: 3 })
    await market.commit()
    const { data, errors } = await contents.at(0)
    expect(errors).toBeUndefined()
    expect(data.contentPublished.title).toBe('In a storm')
    await market.world.chain.faults({})
  })

  it('tells of no edit, no hidden or malformed post, and nobody else’s', async () => {
    const [creator, other] = [await person('editor'), await person('other publisher')]
    const contents = watch(CONTENTS, { creator: creator.publicKey })
    await live.settled()
    const first = await live.announce(creator, 'First')
    await market.commit()
    await contents.at(0)
    const { content } = await market.world.ask(
      'query ($id: TransactionId!) { content(postHash: $id) { manifestCid } }',
      { id: first },
    )
    const manifest = content.manifestCid
    await live.post(creator, { postHashToModify: first, title: 'First, edited', manifest })
    await live.post(creator, { title: 'No manifest', manifest: 'bafy-nothing' })
    await live.post(creator, { title: 'No such policy', policy: 'PUBLIC,PLAN:gold', manifest })
    await live.announce(other, 'Of somebody else')
    const hidden = await live.announce(creator, 'Hidden at once')
    await live.post(creator, {
      postHashToModify: hidden,
      title: 'Hidden at once',
      manifest,
      isHidden: true,
    })
    await market.commit()
    await live.announce(creator, 'Last')
    await market.commit()
    await contents.at(1)
    expect(contents.all.map(({ data }) => data.contentPublished.title)).toEqual(['First', 'Last'])
  })
})

describe('subscriptionChanged', () => {
  it('tells of subscribing, renewing and unsubscribing, by fan and by creator', async () => {
    const [creator, fan] = [await person('creator'), await person('fan')]
    const plan = await market.plan(creator, 'gold')
    expect(plan.id).toHaveLength(64)
    const watches = [
      { fan: fan.publicKey },
      { creator: creator.publicKey },
      { fan: fan.publicKey, creator: creator.publicKey },
    ].map((variables) => watch(SUBSCRIPTIONS, variables))
    await live.settled()
    const start = await market.pass(0)
    const paid = await market.pay(fan, creator, 'gold')
    await watches[0]?.at(0)
    const renewed = await market.pay(fan, creator, 'gold', { periods: 2 })
    await watches[0]?.at(1)
    const end = await market.pass(60)
    await market.execute(
      await market.draft('unsubscribe', {
        creator: creator.publicKey,
        plan: 'gold',
        signer: fan.publicKey,
      }),
      fan,
    )
    for (const changes of watches) {
      await changes.at(2)
      const seen = changes.all.map(({ data }) => data.subscriptionChanged)
      expect(seen.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE', 'EXPIRED'])
      expect(seen.map(({ expiresAt }) => expiresAt)).toEqual([at(start + 600), at(start + 1800), at(end)])
      expect(new Set(seen.map(({ id }) => id)).size).toBe(1)
      expect(seen[1]).toMatchObject({
        fan: { publicKey: fan.publicKey },
        creator: { publicKey: creator.publicKey },
        plan: { slug: 'gold' },
        startsAt: at(start),
        payments: [
          { periods: 2, transaction: { transactionId: renewed.id } },
          { periods: 1, transaction: { transactionId: paid.id } },
        ],
      })
    }
  })

  it('finds whose record was deleted though it saw nothing of it before', async () => {
    const [creator, fan] = [await person('old creator'), await person('old fan')]
    await market.plan(creator, 'gold')
    const paid = await market.pay(fan, creator, 'gold')
    await live.rested()
    const changes = watch(SUBSCRIPTIONS, { creator: creator.publicKey })
    await live.settled()
    await market.deleteRecord(fan, paid.id)
    await market.commit()
    const { data } = await changes.at(0)
    expect(data.subscriptionChanged).toMatchObject({
      status: 'EXPIRED',
      fan: { publicKey: fan.publicKey },
      plan: { slug: 'gold' },
    })
  })

  it('tells of nothing that buys nothing, of no other fan’s, creator’s or record’s', async () => {
    const [creator, fan, other] = [await person('c'), await person('f'), await person('o')]
    const plan = await market.plan(creator, 'gold')
    await market.plan(other, 'gold')
    const changes = watch(SUBSCRIPTIONS, { fan: fan.publicKey, creator: creator.publicKey })
    await live.settled()
    await market.record(fan, {
      value: 'gold',
      target: creator,
      extra: { V: '1', PLAN: plan.text, PERIODS: '1', PREV: '' },
    })
    const follow = await market.record(fan, { type: 'FOLLOWS', value: 'x', target: creator, extra: {} })
    await market.deleteRecord(fan, follow.id)
    await market.commit()
    await market.pay(other, creator, 'gold')
    await market.pay(fan, other, 'gold')
    const paid = await market.pay(fan, creator, 'gold')
    const { data } = await changes.at(0)
    expect(data.subscriptionChanged.payments).toEqual([
      { periods: 1, transaction: { transactionId: paid.id } },
    ])
    expect(changes.all).toHaveLength(1)
  })
})

describe('after a gap', () => {
  it('begins at the height that the client saw last, itself among it', async () => {
    const [creator, fan] = [await person('gap creator'), await person('gap fan')]
    await market.plan(creator, 'gold')
    const height = await market.commit()
    await live.announce(creator, 'Missed')
    const paid = await market.pay(fan, creator, 'gold')
    await live.rested()
    const heads = watch(HEAD, { fromHeight: height })
    const contents = watch(CONTENTS, { creator: creator.publicKey, fromHeight: height })
    const changes = watch(SUBSCRIPTIONS, { fan: fan.publicKey, fromHeight: height })
    const [content, change] = [await contents.at(0), await changes.at(0)]
    expect(content.data.contentPublished.title).toBe('Missed')
    expect(change.data.subscriptionChanged.payments[0].transaction.transactionId).toBe(paid.id)
    expect(content.extensions?.height).toBeGreaterThan(height)
    await heads.at(1)
    expect(heads.all.slice(0, 2).map(({ data }) => data.chainHead.height)).toEqual([height, height + 1])

    await live.announce(creator, 'Live again')
    await market.commit()
    expect((await contents.at(1)).data.contentPublished.title).toBe('Live again')
  })

  it('is not told of what is further back than the published limit', async () => {
    const { gateway } = await market.world.ask(
      '{ gateway { committedTip { height } limits { maxReplayBlocks } } }',
    )
    const { maxReplayBlocks } = gateway.limits
    await market.world.chain.mine(Math.max(0, maxReplayBlocks + 3 - gateway.committedTip.height) + 3)
    const height = await market.commit()
    await live.settled()
    const last = watch(HEAD, { fromHeight: height - maxReplayBlocks + 1 })
    expect((await last.at(0)).data.chainHead.height).toBe(height - maxReplayBlocks + 1)
    const tooFar = watch(HEAD, { fromHeight: height - maxReplayBlocks })
    await tooFar.end()
    expect(tooFar.all).toMatchObject([
      {
        errors: [
          {
            message: `fromHeight: at most 20 blocks are told of again, so from ${height - 19} on now. Ask for what you show, then watch.`,
            path: ['chainHead'],
            extensions: { code: 'BAD_USER_INPUT' },
          },
        ],
      },
    ])
  })
})
