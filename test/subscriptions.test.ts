import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeTransaction } from '../src/deso/codec.js'
import { at, DESO, Market } from './support/market.js'
import type { Json, Person } from './support/world.js'

/** Plans of 1,000 nanos for 600 seconds, unless said otherwise. */
let market: Market
let creator: Person

beforeAll(async () => {
  market = await Market.open()
  creator = await market.person('the creator')
})
afterAll(() => market[Symbol.asyncDispose]())

function extraDataOf({ draft }: Json): Record<string, string> {
  const { extraData } = decodeTransaction(Buffer.from(draft.unsignedHex, 'hex'))
  return Object.fromEntries([...extraData].map(([key, value]) => [key, Buffer.from(value).toString()]))
}

describe('a subscription', () => {
  it('runs from its block and ends to the second by the time of the chain, the gateway’s clock standing', async () => {
    const fan = await market.person('by the chain')
    const version = await market.plan(creator, 'chain-clock')
    const start = await market.pass(10)
    const paid = await market.pay(fan, creator, 'chain-clock')
    const access = await market.access(creator, 'chain-clock', fan)
    expect(access).toMatchObject({
      granted: true,
      reason: 'SUBSCRIBED',
      expiresAt: at(start + 600),
      checkedAt: { time: at(start) },
    })
    expect(access.evidence.map(({ transaction }: Json) => transaction)).toEqual([
      {
        transactionId: paid.id,
        kind: 'SUBSCRIBE',
        status: 'COMMITTED',
        block: { height: access.checkedAt.height },
      },
      {
        transactionId: version.id,
        kind: 'CREATE_PLAN',
        status: 'COMMITTED',
        block: { height: Number(version.text.split(':')[0]) },
      },
    ])
    const { chain } = market.world
    expect((await chain.forward(599)).time).toBe(start + 599)
    expect(await market.verdict(creator, 'chain-clock', fan)).toBe('SUBSCRIBED')
    expect((await chain.forward(1)).time).toBe(start + 600)
    const ended = await market.access(creator, 'chain-clock', fan)
    expect(ended).toMatchObject({ granted: false, reason: 'EXPIRED', expiresAt: null })
    expect(ended.checkedAt.time).toBe(at(start + 600))
    expect(ended.evidence[0].transaction.transactionId).toBe(paid.id)
  })

  it('ends to the second by the gateway’s clock alone, the chain standing', async () => {
    const fan = await market.person('by the clock')
    await market.plan(creator, 'gateway-clock')
    const start = await market.pass(10)
    await market.pay(fan, creator, 'gateway-clock')
    market.world.clock.forward(599.999)
    expect(await market.verdict(creator, 'gateway-clock', fan)).toBe('SUBSCRIBED')
    expect(await market.subscription(fan, 'gateway-clock')).toMatchObject({
      status: 'ACTIVE',
      startsAt: at(start),
      expiresAt: at(start + 600),
    })
    market.world.clock.forward(0.001)
    const access = await market.access(creator, 'gateway-clock', fan)
    expect(access).toMatchObject({ granted: false, reason: 'EXPIRED', checkedAt: { time: at(start) } })
    expect(await market.subscription(fan, 'gateway-clock')).toMatchObject({
      status: 'EXPIRED',
      startsAt: at(start),
      expiresAt: at(start + 600),
    })
  })

  it('is PENDING until its block is committed: in the mempool, or in a block that may go, is not paid', async () => {
    const fan = await market.person('in the mempool')
    await market.plan(creator, 'pending')
    const start = await market.pass(10)
    const before = await market.balance(creator)
    const id = await market.send(await market.payment(fan, creator, 'pending'), fan)
    for (let blocks = 0; blocks < 3; blocks += 1) {
      expect(await market.access(creator, 'pending', fan)).toMatchObject({
        granted: false,
        reason: 'NOT_COMMITTED',
        expiresAt: null,
        evidence: [],
      })
      expect(await market.subscription(fan, 'pending')).toMatchObject({
        status: 'PENDING',
        startsAt: null,
        expiresAt: null,
        payments: [],
      })
      expect(await market.subscriptions(fan, true)).toEqual([])
      expect(await market.subscriptions(fan, false)).toHaveLength(1)
      await market.world.chain.mine(1)
    }
    const subscription = await market.subscription(fan, 'pending')
    expect(subscription).toMatchObject({
      fan: { publicKey: fan.publicKey },
      creator: { publicKey: creator.publicKey },
      plan: { slug: 'pending', state: 'OPEN', price: { nanos: '1000' } },
      status: 'ACTIVE',
    })
    expect(subscription.payments).toEqual([
      {
        paid: { nanos: '1000' },
        periods: 1,
        startsAt: at(start),
        endsAt: at(start + 600),
        transaction: { transactionId: id, status: 'COMMITTED', kind: 'SUBSCRIBE' },
      },
    ])
    expect(await market.subscriptions(fan, true)).toEqual([subscription])
    expect(await market.subscriptions(fan, false)).toEqual([])
    expect(await market.balance(creator)).toBe(before + 1000n)
  })

  it('of several periods pays for each, and lasts as long', async () => {
    const fan = await market.person('long')
    await market.plan(creator, 'many', { priceNanos: '7', periodSeconds: 60 })
    const start = await market.pass(1)
    const payload = await market.payment(fan, creator, 'many', { periods: 1200 })
    expect(payload.draft.preview.outputs).toEqual([
      { to: { publicKey: creator.publicKey }, amount: { nanos: '8400' } },
    ])
    await market.execute(payload, fan)
    expect(await market.subscription(fan, 'many')).toMatchObject({
      expiresAt: at(start + 72_000),
      payments: [{ periods: 1200, paid: { nanos: '8400' } }],
    })
  })

  it.each([0, -1, 1201])('of %j periods is INVALID_INPUT', async (periods) => {
    await market.plan(creator, 'so-many')
    const fan = await market.person('so many', DESO)
    expect(
      await market.refusal('subscribe', {
        creator: creator.publicKey,
        plan: 'so-many',
        signer: fan.publicKey,
        periods,
      }),
    ).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'periods'], retryable: false })
  })

  it('to a plan for good never ends, and is bought once', async () => {
    const fan = await market.person('for good')
    await market.plan(creator, 'for-good', { periodSeconds: 0 })
    expect(
      await market.refusal('subscribe', {
        creator: creator.publicKey,
        plan: 'for-good',
        signer: fan.publicKey,
        periods: 2,
      }),
    ).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'periods'] })
    await market.pay(fan, creator, 'for-good')
    market.world.clock.forward(100 * 365 * 86_400)
    try {
      expect(await market.access(creator, 'for-good', fan)).toMatchObject({
        granted: true,
        expiresAt: '9999-12-31T23:59:59.000Z',
      })
      expect(await market.subscription(fan, 'for-good')).toMatchObject({
        status: 'ACTIVE',
        expiresAt: '9999-12-31T23:59:59.000Z',
      })
    } finally {
      market.world.clock.forward(-100 * 365 * 86_400)
    }
  })
})

describe('those who subscribe', () => {
  it('are listed to anybody, and each finds their own', async () => {
    const people = await Promise.all(
      ['paying', 'past', 'on the way', 'neither'].map((name) => market.person(`listed, ${name}`)),
    )
    const [paying, past, onTheWay, neither] = people as [Person, Person, Person, Person]
    const seller = await market.person('who has subscribers')
    await market.plan(seller, 'listed')
    await market.pay(past, seller, 'listed')
    await market.pass(600)
    await market.pay(paying, seller, 'listed')
    await market.send(await market.payment(onTheWay, seller, 'listed'), onTheWay)
    const subscribers = async (active?: boolean) => {
      const { account } = await market.world.ask(
        `query ($key: PublicKey!, $active: Boolean) { account(by: { publicKey: $key }) {
          subscribers(active: $active) { nodes { status fan { publicKey } } }
        } }`,
        { key: seller.publicKey, active },
      )
      const pairs = account.subscribers.nodes.map(({ status, fan }: Json) => [fan.publicKey, status])
      return new Map<string, string>(pairs)
    }
    const ended = [
      [past.publicKey, 'EXPIRED'],
      [onTheWay.publicKey, 'PENDING'],
    ] as const
    expect(await subscribers(true)).toEqual(new Map([[paying.publicKey, 'ACTIVE']]))
    expect(await subscribers(false)).toEqual(new Map(ended))
    expect(await subscribers()).toEqual(new Map([...ended, [paying.publicKey, 'ACTIVE']]))

    const own = `query ($key: PublicKey!) { account(by: { publicKey: $key }) {
      viewerSubscription(plan: "listed") { status } plan(slug: "listed") { viewerSubscription { status } }
    } }`
    for (const [person, status] of [
      [paying, 'ACTIVE'],
      [past, 'EXPIRED'],
      [onTheWay, 'PENDING'],
      [neither, null],
    ] as const) {
      const token = await market.world.signIn(person)
      const { account } = await market.world.ask(own, { key: seller.publicKey }, token)
      const shown = status && { status }
      expect(account).toEqual({ viewerSubscription: shown, plan: { viewerSubscription: shown } })
    }
    await market.commit()
  })
})

describe('a renewal', () => {
  it('before the end extends from the old expiry, and the run goes on', async () => {
    const fan = await market.person('early')
    await market.plan(creator, 'early')
    const start = await market.pass(10)
    const first = await market.pay(fan, creator, 'early')
    await market.pass(100)
    const payload = await market.payment(fan, creator, 'early', { periods: 2 })
    expect(extraDataOf(payload).PREV).toBe(first.text)
    const second = await market.execute(payload, fan)
    expect(await market.subscription(fan, 'early')).toMatchObject({
      status: 'ACTIVE',
      startsAt: at(start),
      expiresAt: at(start + 1800),
      payments: [
        {
          transaction: { transactionId: second.id },
          startsAt: at(start + 600),
          endsAt: at(start + 1800),
        },
        { transaction: { transactionId: first.id }, startsAt: at(start), endsAt: at(start + 600) },
      ],
    })
    const { evidence } = await market.access(creator, 'early', fan)
    expect(evidence.map(({ transaction }: Json) => transaction.kind)).toEqual([
      'SUBSCRIBE',
      'SUBSCRIBE',
      'CREATE_PLAN',
    ])
  })

  it('in flight neither takes access away nor extends it, even past the old expiry', async () => {
    const fan = await market.person('in flight')
    await market.plan(creator, 'in-flight')
    const start = await market.pass(10)
    const first = await market.pay(fan, creator, 'in-flight')
    await market.pass(590)
    await market.send(await market.payment(fan, creator, 'in-flight'), fan)
    for (let blocks = 0; blocks < 3; blocks += 1) {
      expect(await market.access(creator, 'in-flight', fan)).toMatchObject({
        granted: true,
        expiresAt: at(start + 600),
      })
      expect(await market.subscription(fan, 'in-flight')).toMatchObject({
        status: 'ACTIVE',
        payments: [{ transaction: { transactionId: first.id } }],
      })
      if (blocks < 2) await market.world.chain.mine(1)
    }
    market.world.clock.forward(10)
    expect(await market.verdict(creator, 'in-flight', fan)).toBe('EXPIRED')
    await market.world.chain.mine(1)
    expect(await market.access(creator, 'in-flight', fan)).toMatchObject({
      granted: true,
      expiresAt: at(start + 1200),
    })
  })

  it('drafted before the end and committed behind it runs from its own block', async () => {
    const fan = await market.person('late block')
    await market.plan(creator, 'late-block')
    const start = await market.pass(10)
    const first = await market.pay(fan, creator, 'late-block')
    await market.pass(599)
    const payload = await market.payment(fan, creator, 'late-block')
    expect(extraDataOf(payload).PREV).toBe(first.text)
    await market.pass(11)
    await market.execute(payload, fan)
    expect(await market.subscription(fan, 'late-block')).toMatchObject({
      status: 'ACTIVE',
      startsAt: at(start + 610),
      expiresAt: at(start + 1210),
      payments: [{ startsAt: at(start + 610) }, { startsAt: at(start), endsAt: at(start + 600) }],
    })
    const { evidence } = await market.access(creator, 'late-block', fan)
    expect(evidence).toHaveLength(2)
  })

  it('in the very second of the expiry is one run', async () => {
    const fan = await market.person('in the second')
    await market.plan(creator, 'seamless')
    const start = await market.pass(10)
    await market.pay(fan, creator, 'seamless')
    await market.pass(599)
    const payload = await market.payment(fan, creator, 'seamless')
    await market.pass(1)
    await market.execute(payload, fan)
    expect(await market.subscription(fan, 'seamless')).toMatchObject({
      startsAt: at(start),
      expiresAt: at(start + 1200),
    })
  })

  it('after the end is a new subscription', async () => {
    const fan = await market.person('late')
    await market.plan(creator, 'late')
    await market.pass(10)
    await market.pay(fan, creator, 'late')
    const start = await market.pass(600)
    const payload = await market.payment(fan, creator, 'late')
    expect(extraDataOf(payload).PREV).toBe('')
    const second = await market.execute(payload, fan)
    const subscription = await market.subscription(fan, 'late')
    expect(subscription).toMatchObject({
      status: 'ACTIVE',
      startsAt: at(start),
      expiresAt: at(start + 600),
      payments: [{ transaction: { transactionId: second.id } }],
    })
    expect(subscription.payments).toHaveLength(1)
  })

  it('pays the present price, and the payment before keeps its own', async () => {
    const fan = await market.person('dearer')
    await market.plan(creator, 'dearer')
    const start = await market.pass(10)
    await market.pay(fan, creator, 'dearer')
    const version = await market.plan(creator, 'dearer', { priceNanos: '5000', periodSeconds: 60 })
    await market.pay(fan, creator, 'dearer', { planVersion: version.id })
    expect(await market.subscription(fan, 'dearer')).toMatchObject({
      plan: { version: version.id, price: { nanos: '5000' } },
      expiresAt: at(start + 660),
      payments: [
        { paid: { nanos: '5000' }, periods: 1 },
        { paid: { nanos: '1000' }, periods: 1 },
      ],
    })
  })
})

describe('what is on its way', () => {
  it('is not referred to: RECORD_PENDING, retryable, and the same key works once it is committed', async () => {
    const fan = await market.person('waits')
    const plan = { slug: 'waits', title: 'Waits', priceNanos: '1000', periodSeconds: 600 }
    const creation = { ...plan, signer: creator.publicKey }
    const order = { creator: creator.publicKey, plan: 'waits', signer: fan.publicKey }
    const pending = { code: 'RECORD_PENDING', retryable: true }

    await market.send(await market.draft('createPlan', creation), creator)
    const idempotencyKey = market.newKey()
    expect(await market.refusal('subscribe', { ...order, idempotencyKey })).toMatchObject(pending)
    expect(await market.refusal('createPlan', { ...creation, title: 'Other' })).toMatchObject(pending)
    expect(await market.refusal('closePlan', { slug: 'waits', signer: creator.publicKey })).toMatchObject(
      pending,
    )
    await market.commit()

    await market.send(await market.draft('subscribe', { ...order, idempotencyKey }), fan)
    expect(await market.refusal('subscribe', order)).toMatchObject(pending)
    expect(await market.refusal('unsubscribe', order)).toMatchObject(pending)
    await market.commit()
    expect((await market.draft('subscribe', order)).errors).toEqual([])
    expect((await market.draft('unsubscribe', order)).errors).toEqual([])
  })

  it('lets no draft of another key through that was made before it', async () => {
    const fan = await market.person('twice')
    await market.plan(creator, 'twice')
    const [one, other] = [
      await market.payment(fan, creator, 'twice'),
      await market.payment(fan, creator, 'twice'),
    ]
    expect(one.draft.unsignedHex).not.toBe(other.draft.unsignedHex)
    const before = await market.balance(creator)
    await market.send(one, fan)
    const { unsignedHex } = other.draft
    const refused = await market.world.submit(unsignedHex, fan, 'ACCEPTED')
    expect(refused.errors).toMatchObject([{ code: 'DRAFT_EXPIRED' }])
    await market.commit()
    expect((await market.world.submit(unsignedHex, fan, 'ACCEPTED')).errors).toMatchObject([
      { code: 'DRAFT_EXPIRED' },
    ])
    await market.commit()
    expect(await market.balance(creator)).toBe(before + 1000n)
    expect((await market.subscription(fan, 'twice')).payments).toHaveLength(1)
  })
})

describe('unsubscribing', () => {
  it('costs the fee alone, and ends access as soon as the node no longer shows the entry', async () => {
    const fan = await market.person('leaves')
    await market.plan(creator, 'left')
    await market.pay(fan, creator, 'left')
    const order = { creator: creator.publicKey, plan: 'left', signer: fan.publicKey }
    const [mine, theirs] = [await market.balance(fan), await market.balance(creator)]
    const payload = await market.draft('unsubscribe', order)
    const { preview } = payload.draft
    expect(payload.draft.kind).toBe('UNSUBSCRIBE')
    expect(preview).toMatchObject({ kind: 'UNSUBSCRIBE', outputs: [], spend: preview.fee })
    expect(await market.verdict(creator, 'left', fan)).toBe('SUBSCRIBED')

    await market.send(payload, fan)
    expect(await market.verdict(creator, 'left', fan)).toBe('NOT_SUBSCRIBED')
    expect(await market.subscriptions(fan)).toEqual([])
    await market.commit()
    expect(await market.verdict(creator, 'left', fan)).toBe('NOT_SUBSCRIBED')
    expect(await market.balance(fan)).toBe(mine - BigInt(preview.fee.nanos))
    expect(await market.balance(creator)).toBe(theirs)
    expect(await market.refusal('unsubscribe', order)).toMatchObject({
      __typename: 'NotSubscribed',
      code: 'NOT_SUBSCRIBED',
    })
  })

  it('then subscribing again is a new subscription, which revives nothing', async () => {
    const fan = await market.person('comes back')
    await market.plan(creator, 'again')
    await market.pass(10)
    await market.pay(fan, creator, 'again', { periods: 5 })
    await market.execute(
      await market.draft('unsubscribe', { creator: creator.publicKey, plan: 'again', signer: fan.publicKey }),
      fan,
    )
    const start = await market.pass(20)
    const payload = await market.payment(fan, creator, 'again')
    expect(extraDataOf(payload).PREV).toBe('')
    await market.execute(payload, fan)
    const subscription = await market.subscription(fan, 'again')
    expect(subscription).toMatchObject({ startsAt: at(start), expiresAt: at(start + 600) })
    expect(subscription.payments).toHaveLength(1)
  })

  it('from an expired subscription is possible, and takes it off the list', async () => {
    const fan = await market.person('tidies up')
    await market.plan(creator, 'tidy')
    await market.pay(fan, creator, 'tidy')
    await market.pass(600)
    expect(await market.subscriptions(fan, false)).toHaveLength(1)
    await market.execute(
      await market.draft('unsubscribe', { creator: creator.publicKey, plan: 'tidy', signer: fan.publicKey }),
      fan,
    )
    expect(await market.subscriptions(fan)).toEqual([])
    expect(await market.verdict(creator, 'tidy', fan)).toBe('NOT_SUBSCRIBED')
  })

  it('drafted before a renewal ends nothing that came since', async () => {
    const fan = await market.person('changes their mind')
    await market.plan(creator, 'mind')
    await market.pay(fan, creator, 'mind')
    const payload = await market.draft('unsubscribe', {
      creator: creator.publicKey,
      plan: 'mind',
      signer: fan.publicKey,
    })
    await market.pay(fan, creator, 'mind')
    const { errors } = await market.world.submit(payload.draft.unsignedHex, fan, 'ACCEPTED')
    expect(errors).toMatchObject([{ code: 'TRANSACTION_REJECTED' }])
    await market.commit()
    expect(await market.verdict(creator, 'mind', fan)).toBe('SUBSCRIBED')
  })
})
