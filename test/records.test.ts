import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicKeyToBytes } from '../src/deso/keys.js'
import { type HandMade, type Ref, subscriptionRecord } from './support/hand-made.js'
import { at, Market } from './support/market.js'
import type { Person } from './support/world.js'

/**
 * Records that no gateway would draft, signed and handed straight to the node: each is worth what docs/protocol.md says
 * and no more. Plans of 1,000 nanos for 600 seconds.
 */
let market: Market
let creator: Person
let other: Person
let plan: Ref

beforeAll(async () => {
  market = await Market.open()
  creator = await market.person('the creator')
  other = await market.person('another creator')
  plan = await market.plan(creator, 'gold')
})
afterAll(() => market[Symbol.asyncDispose]())

const NOWHERE = 'ab'.repeat(32)

/** A subscription to `gold` as it should be. */
const good = (extra: Record<string, string> = {}) => subscriptionRecord(creator, plan, extra)

/** The reason that a fan of this name meets after committing this record, and what is listed. */
async function verdictOf(name: string, record: HandMade): Promise<{ verdict: string; payments: number }> {
  const fan = await market.person(name)
  await market.record(fan, record)
  const subscription = await market.subscription(fan, record.value)
  return {
    verdict: await market.verdict(record.target, record.value, fan),
    payments: subscription?.payments.length ?? 0,
  }
}

const GRANTED = { verdict: 'SUBSCRIBED', payments: 1 }
const NOTHING = { verdict: 'NOT_SUBSCRIBED', payments: 0 }
const UNDERPAID = { verdict: 'UNDERPAID', payments: 0 }

describe('a subscription record made by hand', () => {
  it('grants what it pays for, like any other', async () => {
    const fan = await market.person('by hand')
    const start = await market.pass(5)
    const { id } = await market.record(fan, good({ PERIODS: '2' }))
    // It pays for one period of the two.
    const subscription = await market.subscription(fan, 'gold')
    expect(subscription).toMatchObject({ status: 'ACTIVE', startsAt: at(start), expiresAt: at(start + 600) })
    expect(subscription.payments).toEqual([
      {
        paid: { nanos: '1000' },
        periods: 1,
        startsAt: at(start),
        endsAt: at(start + 600),
        transaction: { transactionId: id, status: 'COMMITTED', kind: 'SUBSCRIBE' },
      },
    ])
  })

  it('without an output is UNDERPAID', async () => {
    expect(await verdictOf('no output', { ...good(), outputs: [] })).toEqual(UNDERPAID)
  })

  it('with an output of a nano too little is UNDERPAID, and names the payment', async () => {
    const fan = await market.person('a nano too little')
    const { id } = await market.record(fan, { ...good(), outputs: [{ to: creator, nanos: 999n }] })
    const access = await market.access(creator, 'gold', fan)
    expect(access).toMatchObject({ granted: false, reason: 'UNDERPAID', expiresAt: null })
    expect(access.evidence).toMatchObject([{ transaction: { transactionId: id, status: 'COMMITTED' } }])
    expect(await market.subscriptions(fan)).toEqual([])
  })

  it('with its money to somebody else is UNDERPAID', async () => {
    const outputs = [
      { to: other, nanos: 5000n },
      { to: creator, nanos: 999n },
    ]
    expect(await verdictOf('to somebody else', { ...good(), outputs })).toEqual(UNDERPAID)
  })

  it('counts outputs to the creator together', async () => {
    const outputs = [
      { to: creator, nanos: 400n },
      { to: other, nanos: 1n },
      { to: creator, nanos: 600n },
    ]
    expect(await verdictOf('in parts', { ...good(), outputs })).toEqual(GRANTED)
  })

  it('that pays too much buys no more than it says: the rest is a tip', async () => {
    const fan = await market.person('generous')
    const start = await market.pass(5)
    await market.record(fan, { ...good(), outputs: [{ to: creator, nanos: 50_000n }] })
    expect(await market.subscription(fan, 'gold')).toMatchObject({
      expiresAt: at(start + 600),
      payments: [{ periods: 1, paid: { nanos: '50000' } }],
    })
  })

  it('that was paid for in a transaction of its own is UNDERPAID: only its own outputs are money', async () => {
    const fan = await market.person('pays beside it')
    await market.execute(
      await market.draft('createTransaction', {
        sendDeso: {
          to: creator.publicKey,
          amountNanos: '1000',
          signer: fan.publicKey,
          idempotencyKey: market.newKey(),
        },
      }),
      fan,
    )
    await market.record(fan, { ...good(), outputs: [] })
    expect(await market.verdict(creator, 'gold', fan)).toBe('UNDERPAID')
  })

  it.each([
    '0',
    '-1',
    '01',
    '+1',
    '1.0',
    '',
    ' 1',
    '١',
    'one',
  ])('with PERIODS %j buys nothing', async (PERIODS) => {
    expect(await verdictOf(`periods ${PERIODS}`, good({ PERIODS }))).toEqual(NOTHING)
  })

  it.each([30, 5000])('with PERIODS of %d digits buys what it pays for', async (digits) => {
    const PERIODS = `1${'0'.repeat(digits - 1)}`
    expect(await verdictOf(`${digits} digits`, good({ PERIODS }))).toEqual(GRANTED)
  })

  it('buys at most 1,200 periods at once', async () => {
    const fan = await market.person('for ever')
    const start = await market.pass(5)
    await market.record(fan, {
      ...good({ PERIODS: '10000' }),
      outputs: [{ to: creator, nanos: 10_000_000n }],
    })
    expect(await market.subscription(fan, 'gold')).toMatchObject({
      expiresAt: at(start + 1200 * 600),
      payments: [{ periods: 1200 }],
    })
  })

  it.each(['', '2', '01', '1 '])('of version %j is ill-formed, and buys nothing', async (V) => {
    expect(await verdictOf(`version ${V}`, good({ V }))).toEqual(NOTHING)
  })

  it('of another app is not there', async () => {
    const app = publicKeyToBytes(other.publicKey)
    expect(await verdictOf('of an app', { ...good(), app })).toEqual(NOTHING)
    const fan = await market.person('of an app too')
    await market.record(fan, good())
    await market.record(fan, { ...good(), app, outputs: [] })
    expect(await market.verdict(creator, 'gold', fan)).toBe('SUBSCRIBED')
  })

  it.each(['dig:subscription', 'Dig:Subscription'])('of type %s counts: types have no case', async (type) => {
    expect(await verdictOf(type, { ...good(), type })).toEqual(GRANTED)
  })

  it.each(['DIG:SUBSCRIPTIONS', 'DIG:SUBSCRIPTİON', 'DIG:PLAN'])('of type %s is not there', async (type) => {
    expect(await verdictOf(type, { ...good(), type })).toEqual(NOTHING)
  })

  it('for a plan of another slug buys nothing, of either', async () => {
    await market.plan(creator, 'silver')
    const fan = await market.person('of another slug')
    await market.record(fan, { ...good(), value: 'silver' })
    expect(await market.verdict(creator, 'silver', fan)).toBe('NOT_SUBSCRIBED')
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_SUBSCRIBED')
  })

  it('buys nothing for anybody but its owner', async () => {
    const [fan, friend] = [await market.person('its owner'), await market.person('its owner’s friend')]
    await market.record(fan, good())
    expect(await market.verdict(creator, 'gold', fan)).toBe('SUBSCRIBED')
    expect(await market.verdict(creator, 'gold', friend)).toBe('NOT_SUBSCRIBED')
  })

  it('in no committed block is NOT_COMMITTED', async () => {
    const fan = await market.person('not committed')
    await market.sendRecord(fan, good())
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_COMMITTED')
    await market.world.chain.mine(2)
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_COMMITTED')
    await market.world.chain.mine(1)
    expect(await market.verdict(creator, 'gold', fan)).toBe('SUBSCRIBED')
  })

  it('that is deleted grants nothing from then on', async () => {
    const fan = await market.person('deletes')
    const { id } = await market.record(fan, good())
    await market.deleteRecord(fan, id)
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_SUBSCRIBED')
    await market.commit()
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_SUBSCRIBED')
  })

  it('written again with PREV revives what was paid', async () => {
    const fan = await market.person('revives')
    const start = await market.pass(5)
    const first = await market.record(fan, good())
    await market.deleteRecord(fan, first.id)
    await market.commit()
    await market.record(fan, { ...good({ PREV: first.text }), outputs: [] })
    expect(await market.subscription(fan, 'gold')).toMatchObject({
      status: 'ACTIVE',
      expiresAt: at(start + 600),
      payments: [{ transaction: { transactionId: first.id } }],
    })
  })
})

describe('a reference to a plan version', () => {
  it.each([
    ['that never existed', () => `${plan.text.split(':')[0]}:${NOWHERE}`],
    ['at another height', () => `${Number(plan.text.split(':')[0]) + 1}:${plan.id}`],
    ['at a height to come', () => `70000:${plan.id}`],
    ['at a height beyond all', () => `${'9'.repeat(30)}:${plan.id}`],
    ['without a height', () => plan.id],
    ['in capitals', () => `${plan.text.split(':')[0]}:${plan.id.toUpperCase()}`],
    ['with a leading zero', () => `0${plan.text}`],
    ['that is empty', () => ''],
  ])('%s buys nothing', async (name, reference) => {
    expect(await verdictOf(`version ${name}`, good({ PLAN: reference() }))).toEqual(NOTHING)
  })

  it('of another creator’s plan of that slug buys nothing', async () => {
    const theirs = await market.plan(other, 'gold', { priceNanos: '1' })
    expect(await verdictOf('cheap elsewhere', good({ PLAN: theirs.text }))).toEqual(NOTHING)
  })

  it('of a plan that the fan wrote buys nothing', async () => {
    const fan = await market.person('writes plans')
    const own = await market.plan(fan, 'gold', { priceNanos: '1' })
    await market.record(fan, good({ PLAN: own.text }))
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_SUBSCRIBED')
  })

  it('that names a subscription, not a plan, buys nothing', async () => {
    const fan = await market.person('names a subscription')
    const first = await market.record(fan, good())
    await market.record(fan, good({ PLAN: first.text }))
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_SUBSCRIBED')
  })

  it('of the CLOSED version buys nothing, of the one before it until an hour has passed', async () => {
    const open = await market.plan(creator, 'closing')
    const closing = { slug: 'closing', signer: creator.publicKey }
    const closed = await market.execute(await market.draft('closePlan', closing), creator)
    const to = (PLAN: string) => ({ ...good({ PLAN }), value: 'closing' })
    expect(await verdictOf('of the closed', to(closed.text))).toEqual(NOTHING)
    expect(await verdictOf('of the open', to(open.text))).toEqual(GRANTED)
    await market.pass(3601)
    expect(await verdictOf('of the open, late', to(open.text))).toEqual(NOTHING)
  })

  it('of an old and cheaper version counts within the hour of grace, to the second, and not behind it', async () => {
    const cheap = await market.plan(creator, 'dearer')
    await market.pass(1)
    await market.plan(creator, 'dearer', { priceNanos: '5000' })
    const record = { ...good({ PLAN: cheap.text }), value: 'dearer' }
    await market.pass(3600)
    expect(await verdictOf('in the hour', record)).toEqual(GRANTED)
    await market.pass(1)
    expect(await verdictOf('a second late', record)).toEqual(NOTHING)
  })

  it('of a version that is not committed yet buys nothing, as only committed records are named', async () => {
    const fan = await market.person('ahead of the plan')
    const payload = await market.draft('createPlan', {
      slug: 'ahead',
      title: 'Ahead',
      priceNanos: '1000',
      periodSeconds: 600,
      signer: creator.publicKey,
    })
    const id = await market.send(payload, creator)
    const { height } = await market.world.chain.forward(0)
    // Its very block: the payment comes first there.
    await market.sendRecord(fan, { ...good({ PLAN: `${height + 1}:${id}` }), value: 'ahead' })
    await market.commit()
    expect(await market.verdict(creator, 'ahead', fan)).toBe('NOT_SUBSCRIBED')
  })
})

describe('PREV', () => {
  it('of another fan’s record gives nothing of what that paid', async () => {
    const [rich, thief] = [await market.person('has paid'), await market.person('names another’s')]
    const paid = await market.record(rich, {
      ...good({ PERIODS: '100' }),
      outputs: [{ to: creator, nanos: 100_000n }],
    })
    await market.record(thief, { ...good({ PREV: paid.text }), outputs: [] })
    expect(await market.verdict(creator, 'gold', thief)).toBe('UNDERPAID')
    const start = await market.pass(5)
    await market.record(thief, good({ PREV: paid.text }))
    expect(await market.subscription(thief, 'gold')).toMatchObject({
      expiresAt: at(start + 600),
      payments: [{ periods: 1 }],
    })
  })

  it('of the same fan’s record of another plan, or creator, gives nothing', async () => {
    const bronze = await market.plan(creator, 'bronze', { priceNanos: '1' })
    const theirs = await market.plan(other, 'gold', { priceNanos: '1' })
    const fan = await market.person('mixes plans')
    const ofBronze = await market.record(fan, { ...good({ PLAN: bronze.text }), value: 'bronze' })
    const ofOther = await market.record(fan, {
      ...good({ PLAN: theirs.text }),
      target: other,
      outputs: [{ to: other, nanos: 1n }],
    })
    for (const PREV of [ofBronze.text, ofOther.text]) {
      await market.record(fan, { ...good({ PREV }), outputs: [] })
      expect(await market.verdict(creator, 'gold', fan)).toBe('UNDERPAID')
    }
  })

  it.each([
    ['never existed', () => `3:${NOWHERE}`],
    ['is still to come', () => `60000:${NOWHERE}`],
    ['is no reference', () => 'nonsense'],
    ['is a plan', () => plan.text],
  ])('that %s ends the walk, and takes nothing of what the record itself pays', async (name, PREV) => {
    expect(await verdictOf(`prev ${name}`, good({ PREV: PREV() }))).toEqual(GRANTED)
  })

  it('leads past a record that buys nothing to what was paid before it', async () => {
    const fan = await market.person('hands on')
    const start = await market.pass(5)
    const first = await market.record(fan, good())
    const nothing = await market.record(fan, { ...good({ PREV: first.text, PERIODS: '0' }), outputs: [] })
    expect(await market.access(creator, 'gold', fan)).toMatchObject({
      granted: true,
      expiresAt: at(start + 600),
    })
    await market.record(fan, good({ PREV: nothing.text }))
    expect(await market.subscription(fan, 'gold')).toMatchObject({
      startsAt: at(start),
      expiresAt: at(start + 1200),
      payments: [{ periods: 1 }, { transaction: { transactionId: first.id } }],
    })
  })

  it('is followed however long the history is, in several tries where it takes too many blocks at once', async () => {
    const fan = await market.person('a hundred and fifty renewals')
    let PREV = ''
    const start = await market.pass(5)
    for (let made = 0; made < 150; made += 1) {
      const id = await market.sendRecord(fan, good({ PREV }))
      PREV = `${(await market.world.chain.mine(1)).height}:${id}`
    }
    await market.commit()
    const check = `${market.world.url}/api/check-access?account=${fan.publicKey}&creator=${creator.publicKey}&slug=gold`
    const answers: [number, unknown][] = []
    do {
      const response = await fetch(check)
      const body = (await response.json()) as {
        granted?: true
        expiresAt?: string
        errors?: { retryable: boolean }[]
      }
      answers.push([response.status, body.errors?.[0]?.retryable ?? body.expiresAt])
    } while (answers.at(-1)?.[0] !== 200 && answers.length < 5)
    expect(answers).toEqual([
      [502, true],
      [502, true],
      [200, at(start + 150 * 600)],
    ])
  })

  it('of a record in flight is followed to what is committed', async () => {
    const fan = await market.person('in flight by hand')
    const start = await market.pass(5)
    const first = await market.record(fan, good())
    await market.sendRecord(fan, { ...good({ PREV: first.text, PLAN: 'forged' }), outputs: [] })
    expect(await market.access(creator, 'gold', fan)).toMatchObject({
      granted: true,
      expiresAt: at(start + 600),
    })
    await market.commit()
    expect(await market.verdict(creator, 'gold', fan)).toBe('SUBSCRIBED')
  })

  it('of a record in flight that names another fan’s grants nothing', async () => {
    const [rich, thief] = [await market.person('paid in full'), await market.person('in flight thief')]
    const paid = await market.record(rich, good())
    await market.sendRecord(thief, good({ PREV: paid.text }))
    expect(await market.verdict(creator, 'gold', thief)).toBe('NOT_COMMITTED')
  })
})

describe('ExtraData that a node merged from the entry before', () => {
  it('buy nothing: what the transaction itself says counts', async () => {
    const fan = await market.person('merged')
    await market.record(fan, good())
    await market.pass(600)
    // The node shows an entry with PLAN and PERIODS of the record before (V as a number of its own: byte 49).
    const second = await market.record(fan, { ...good(), extra: { V: '1' } })
    const { body } = await market.world.chain.post('/api/v0/user-associations/query', {
      TransactorPublicKeyBase58Check: fan.publicKey,
      AssociationType: 'DIG:SUBSCRIPTION',
    })
    expect(body.Associations).toMatchObject([
      { AssociationID: second.id, ExtraData: { V: '49', PLAN: plan.text, PERIODS: '1', PREV: '' } },
    ])
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_SUBSCRIBED')
    expect(await market.subscriptions(fan)).toEqual([])
  })

  it('do not let an empty record renew what it does not name', async () => {
    const fan = await market.person('merged prev')
    const first = await market.record(fan, good())
    await market.record(fan, good({ PREV: first.text }))
    // The entry says PREV, its transaction does not.
    await market.record(fan, { ...good(), outputs: [], extra: {} })
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_SUBSCRIBED')
  })
})
