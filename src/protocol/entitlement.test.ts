import { expect, test } from 'vitest'
import {
  CREATOR,
  FAN,
  PlanStory,
  planTransaction,
  refOf,
  STRANGER,
  subscriptionTransaction,
} from '../../test/support/plan-story.js'
import { key } from '../../test/support/record-chain.js'
import { MAX_TIME } from './entitlement.js'

// A plan costs 100 nanos for 600 seconds unless a test says otherwise.
const T = 1_800_000_000

test('a payment grants from its block time to the second before its expiry', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const payment = story.subscribe(T + 50, plan)
  expect(story.entitlementAt(T + 50)).toEqual({
    granted: true,
    reason: 'SUBSCRIBED',
    startsAt: T + 50,
    expiresAt: T + 650,
    payments: [
      {
        id: payment.id,
        block: payment.block,
        paidNanos: 100n,
        periods: 1,
        version: expect.objectContaining({ id: plan.id }),
        startsAt: T + 50,
        endsAt: T + 650,
      },
    ],
  })
  expect(story.entitlementAt(T + 649.999).granted).toBe(true)
  expect(story.entitlementAt(T + 650)).toMatchObject({
    granted: false,
    reason: 'EXPIRED',
    expiresAt: T + 650,
  })
})

test('nothing is granted without a record', () => {
  const story = new PlanStory()
  story.plan(T)
  expect(story.entitlementAt(T)).toEqual({
    granted: false,
    reason: 'NOT_SUBSCRIBED',
    startsAt: null,
    expiresAt: null,
    payments: [],
  })
})

test.each([
  ['what PERIODS says, if less was asked than paid for', '2', 1_000n, 2],
  ['what was paid for, if more was asked', '5', 399n, 3],
  ['1,200 at most', '5000', 1_000_000n, 1_200],
  ['1,200 at most, however great the numbers', '9'.repeat(100), 2n ** 64n - 1n, 1_200],
])('a payment buys %s', (_, PERIODS, paid, periods) => {
  const story = new PlanStory()
  story.subscribe(T, story.plan(T - 1), { paid, extra: { PERIODS } })
  const { payments, expiresAt } = story.entitlementAt(T)
  expect(payments).toMatchObject([{ periods, paidNanos: paid, endsAt: T + periods * 600 }])
  expect(expiresAt).toBe(T + periods * 600)
})

test('all outputs to the creator in that transaction add up, and no other output counts', () => {
  const story = new PlanStory()
  const plan = story.plan(T - 1)
  const halves = [CREATOR, STRANGER, CREATOR].map((publicKey) => ({ publicKey, amountNanos: 50n }))
  const transaction = { ...subscriptionTransaction(refOf(plan)), outputs: halves }
  story.entry = { ref: refOf(story.chain.mine(T, transaction)), prev: null }
  expect(story.entitlementAt(T)).toMatchObject({ granted: true, payments: [{ paidNanos: 100n, periods: 1 }] })
})

test('a record without outputs, or with too small ones, is underpaid', () => {
  for (const paid of [0n, 99n]) {
    const story = new PlanStory()
    story.subscribe(T, story.plan(T - 1), { paid })
    expect(story.entitlementAt(T)).toMatchObject({ granted: false, reason: 'UNDERPAID', payments: [] })
  }
})

test('money sent to somebody else is no payment', () => {
  const story = new PlanStory()
  const plan = story.plan(T - 1)
  const outputs = [{ publicKey: STRANGER, amountNanos: 1_000n }]
  story.entry = {
    ref: refOf(story.chain.mine(T, { ...subscriptionTransaction(refOf(plan)), outputs })),
    prev: null,
  }
  expect(story.entitlementAt(T).reason).toBe('UNDERPAID')
})

test('an early renewal loses nothing', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T, plan)
  story.subscribe(T + 100, plan, { prev: refOf(first) })
  expect(story.entitlementAt(T + 1_199)).toMatchObject({
    granted: true,
    startsAt: T,
    expiresAt: T + 1_200,
    payments: [
      { startsAt: T + 600, endsAt: T + 1_200 },
      { id: first.id, startsAt: T, endsAt: T + 600 },
    ],
  })
})

test('a renewal in the very second of the expiry continues the run, one a second later starts another', () => {
  for (const [delay, startsAt] of [
    [600, T],
    [601, T + 601],
  ] as const) {
    const story = new PlanStory()
    const plan = story.plan(T)
    const first = story.subscribe(T, plan)
    story.subscribe(T + delay, plan, { prev: refOf(first) })
    expect(story.entitlementAt(T + delay)).toMatchObject({ startsAt, expiresAt: T + delay + 600 })
  }
})

test('without PREV the earlier time is not carried on', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  story.subscribe(T, plan)
  story.subscribe(T + 100, plan)
  expect(story.entitlementAt(T + 100)).toMatchObject({ startsAt: T + 100, expiresAt: T + 700 })
})

test('unsubscribing ends access, and the record made again with PREV revives what was paid', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T, plan)
  story.entry = null
  expect(story.entitlementAt(T + 10).reason).toBe('NOT_SUBSCRIBED')
  story.subscribe(T + 20, plan, { paid: 0n, prev: refOf(first) })
  expect(story.entitlementAt(T + 20)).toMatchObject({ granted: true, startsAt: T, expiresAt: T + 600 })
  expect(story.entitlementAt(T + 20).payments).toHaveLength(1)
})

test.each([
  ['ill-formed periods', { extra: { PERIODS: '01' } }],
  ['another version', { extra: { V: '2' } }],
  ['no plan named', { extra: { PLAN: '' } }],
  ['too little money', { paid: 99n }],
])('a hop with %s buys nothing and hands the earlier expiry on', (_, options) => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T, plan, { paid: 300n, extra: { PERIODS: '3' } })
  const nothing = story.subscribe(T + 10, plan, { ...options, prev: refOf(first) })
  expect(story.entitlementAt(T + 10)).toMatchObject({ granted: true, expiresAt: T + 1_800 })
  story.subscribe(T + 20, plan, { prev: refOf(nothing) })
  expect(story.entitlementAt(T + 20)).toMatchObject({ startsAt: T, expiresAt: T + 2_400 })
})

test.each([
  ['another fan', subscriptionTransaction({ height: 1, id: '1'.padStart(64, '0') }, { fan: STRANGER })],
  [
    'another creator',
    subscriptionTransaction({ height: 1, id: '1'.padStart(64, '0') }, { creator: STRANGER }),
  ],
  ['another slug', subscriptionTransaction({ height: 1, id: '1'.padStart(64, '0') }, { slug: 'silver' })],
  ['another type', planTransaction({ creator: FAN })],
  [
    'a deletion',
    {
      ...subscriptionTransaction({ height: 1, id: '1'.padStart(64, '0') }),
      metadata: { type: 'DELETE_USER_ASSOCIATION', associationId: new Uint8Array(32) },
    } as const,
  ],
])('a PREV that names a record of %s ends the walk; the payment itself counts', (_, foreign) => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.chain.mine(T + 1, foreign)
  story.subscribe(T + 10, plan, { prev: refOf(first) })
  expect(story.entitlementAt(T + 10)).toMatchObject({ granted: true, startsAt: T + 10, expiresAt: T + 610 })
})

test('a PREV with the app key of an app ends the walk', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const record = subscriptionTransaction(refOf(plan))
  const metadata = { ...record.metadata, appPublicKey: key(9) } as typeof record.metadata
  const first = story.chain.mine(T + 1, { ...record, metadata })
  story.subscribe(T + 10, plan, { prev: refOf(first) })
  expect(story.entitlementAt(T + 10).expiresAt).toBe(T + 610)
})

test('a PREV at another height than the record stands at holds nothing', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T, plan)
  story.subscribe(T + 10, plan, { prev: { ...refOf(first), height: first.block.height - 1 } })
  expect(story.entitlementAt(T + 10).expiresAt).toBe(T + 610)
})

test('while the head is uncommitted its PREV leads to what is paid', () => {
  const story = new PlanStory()
  const first = story.subscribe(T, story.plan(T))
  story.subscribeUncommitted(refOf(first))
  expect(story.entitlementAt(T + 10)).toMatchObject({
    granted: true,
    reason: 'SUBSCRIBED',
    expiresAt: T + 600,
  })
  expect(story.entitlementAt(T + 600).reason).toBe('EXPIRED')
})

test('an uncommitted head alone grants nothing, and is the reason', () => {
  const story = new PlanStory()
  story.plan(T)
  story.subscribeUncommitted(null)
  expect(story.entitlementAt(T + 10)).toMatchObject({ granted: false, reason: 'NOT_COMMITTED', payments: [] })
})

test('an uncommitted head on top of a record that buys nothing is the reason', () => {
  const story = new PlanStory()
  const first = story.subscribe(T, story.plan(T), { paid: 1n })
  story.subscribeUncommitted(refOf(first))
  expect(story.entitlementAt(T + 10).reason).toBe('NOT_COMMITTED')
})

test('an entry that its block does not list buys nothing and hands on its PREV', () => {
  const story = new PlanStory()
  const first = story.subscribe(T, story.plan(T))
  const absent = { height: story.chain.tip.height, id: story.chain.newId() }
  story.entry = { ref: absent, prev: refOf(first) }
  expect(story.entitlementAt(T + 10)).toMatchObject({ granted: true, expiresAt: T + 600 })
  story.entry = { ref: absent, prev: null }
  expect(story.entitlementAt(T + 10).reason).toBe('NOT_SUBSCRIBED')
})

test('an underpaid record below an absent head is not the head', () => {
  const story = new PlanStory()
  const first = story.subscribe(T, story.plan(T), { paid: 1n })
  story.entry = { ref: { height: story.chain.tip.height, id: story.chain.newId() }, prev: refOf(first) }
  expect(story.entitlementAt(T + 10).reason).toBe('NOT_SUBSCRIBED')
})

test('a superseded version counts for payments up to an hour later, to the second', () => {
  for (const [delay, granted, reason] of [
    [3_600, true, 'SUBSCRIBED'],
    [3_601, false, 'NOT_SUBSCRIBED'],
  ] as const) {
    const story = new PlanStory()
    const first = story.plan(T)
    story.plan(T + 1_000, { priceNanos: 500n, prev: refOf(first) })
    story.subscribe(T + 1_000 + delay, first)
    expect(story.entitlementAt(T + 1_000 + delay)).toMatchObject({ granted, reason })
  }
})

test('a payment buys at the price and period of the version that it names', () => {
  const story = new PlanStory()
  const first = story.plan(T)
  const second = story.plan(T + 10, { priceNanos: 50n, periodSeconds: 60, prev: refOf(first) })
  const paid = { paid: 200n, extra: { PERIODS: '9' } }
  const payment = story.subscribe(T + 20, first, paid)
  expect(story.entitlementAt(T + 20).expiresAt).toBe(T + 20 + 2 * 600)
  story.subscribe(T + 30, second, { ...paid, prev: refOf(payment) })
  expect(story.entitlementAt(T + 30).expiresAt).toBe(T + 20 + 2 * 600 + 4 * 60)
})

test('closing stops sales an hour later and keeps subscribers', () => {
  const story = new PlanStory()
  const open = story.plan(T)
  const first = story.subscribe(T + 1, open, { paid: 1_000n, extra: { PERIODS: '10' } })
  const closed = story.plan(T + 2, { state: 'CLOSED', prev: refOf(open) })
  expect(story.entitlementAt(T + 5_000)).toMatchObject({ granted: true, expiresAt: T + 6_001 })
  const second = story.subscribe(T + 3_602, open, { prev: refOf(first) })
  expect(story.entitlementAt(T + 5_000).expiresAt).toBe(T + 6_601)
  const third = story.subscribe(T + 3_603, open, { prev: refOf(second) })
  expect(story.entitlementAt(T + 5_000).expiresAt).toBe(T + 6_601)
  story.subscribe(T + 3_604, closed, { prev: refOf(third) })
  expect(story.entitlementAt(T + 5_000).expiresAt).toBe(T + 6_601)
})

test('an ill-formed version supersedes like a closed one and sells nothing', () => {
  const story = new PlanStory()
  const open = story.plan(T)
  const broken = story.plan(T + 1, { prev: refOf(open), extra: { PRICENANOS: '0' } })
  story.subscribe(T + 2, broken)
  expect(story.entitlementAt(T + 2).reason).toBe('NOT_SUBSCRIBED')
  story.subscribe(T + 3_602, open)
  expect(story.entitlementAt(T + 3_602).reason).toBe('NOT_SUBSCRIBED')
  story.subscribe(T + 3_601, open)
  expect(story.entitlementAt(T + 3_601).reason).toBe('SUBSCRIBED')
})

test.each([
  ['of another creator', planTransaction({ creator: STRANGER, priceNanos: 1n })],
  ['of another slug', planTransaction({ slug: 'silver', priceNanos: 1n })],
  ['that is a subscription', subscriptionTransaction({ height: 1, id: '1'.padStart(64, '0') })],
])('a version %s counts for nothing, even below the chain', (_, foreign) => {
  const story = new PlanStory()
  const version = story.chain.mine(T, foreign)
  story.subscribe(T + 1, version)
  story.plan(T + 2)
  expect(story.entitlementAt(T + 2).reason).toBe('NOT_SUBSCRIBED')
})

test('after a plan was deleted and made again, old payments count and the old version sells no more', () => {
  const story = new PlanStory()
  const old = story.plan(T)
  const first = story.subscribe(T + 1, old, { paid: 1_000n, extra: { PERIODS: '10' } })
  story.planEntry = null
  expect(story.entitlementAt(T + 2)).toMatchObject({ granted: false, reason: 'NOT_SUBSCRIBED', payments: [] })
  const made = story.plan(T + 3)
  expect(story.entitlementAt(T + 3)).toMatchObject({ granted: true, expiresAt: T + 6_001 })
  const second = story.subscribe(T + 4, old, { prev: refOf(first) })
  expect(story.entitlementAt(T + 4).expiresAt).toBe(T + 6_001)
  story.subscribe(T + 5, made, { prev: refOf(second) })
  expect(story.entitlementAt(T + 5).expiresAt).toBe(T + 6_601)
})

test('a version outside the chain does not count for a payment in the block of the oldest record', () => {
  const story = new PlanStory()
  const old = story.plan(T)
  story.chain.newBlock(T + 1)
  const payment = story.chain.put(subscriptionTransaction(refOf(old)))
  const made = story.chain.put(planTransaction())
  story.planEntry = { ref: refOf(made), prev: null }
  story.entry = { ref: refOf(payment), prev: null }
  expect(story.entitlementAt(T + 1).reason).toBe('NOT_SUBSCRIBED')
})

test('a closed version outside the chain sells nothing', () => {
  const story = new PlanStory()
  const closed = story.plan(T, { state: 'CLOSED' })
  story.subscribe(T + 1, closed)
  story.plan(T + 2)
  expect(story.entitlementAt(T + 2).reason).toBe('NOT_SUBSCRIBED')
})

test('a plan version in flight takes no access away, whatever its PREV says', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  story.subscribe(T + 1, plan)
  story.planUncommitted(refOf(plan))
  expect(story.entitlementAt(T + 2).granted).toBe(true)
  story.planUncommitted(null)
  expect(story.entitlementAt(T + 2).granted).toBe(true)
})

test('a payment names a version that stands before it, never one that is mined later', () => {
  const story = new PlanStory()
  const id = story.chain.newId()
  const payment = story.chain.mine(T, subscriptionTransaction({ height: 2, id }))
  story.entry = { ref: refOf(payment), prev: null }
  story.chain.newBlock(T + 1)
  const plan = story.chain.put(planTransaction(), id)
  story.planEntry = { ref: refOf(plan), prev: null }
  expect(plan.block.height).toBe(2)
  expect(story.entitlementAt(T + 1).reason).toBe('NOT_SUBSCRIBED')
})

test('within one block the version must stand first', () => {
  for (const [isFirst, reason] of [
    [true, 'SUBSCRIBED'],
    [false, 'NOT_SUBSCRIBED'],
  ] as const) {
    const story = new PlanStory()
    const id = story.chain.newId()
    story.chain.newBlock(T)
    if (isFirst) story.chain.put(planTransaction(), id)
    const payment = story.chain.put(subscriptionTransaction({ height: 1, id }))
    if (!isFirst) story.chain.put(planTransaction(), id)
    story.planEntry = { ref: { height: 1, id }, prev: null }
    story.entry = { ref: refOf(payment), prev: null }
    expect(story.entitlementAt(T).reason).toBe(reason)
  }
})

test('a PREV that names a later record ends the walk', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const id = story.chain.newId()
  const first = story.subscribe(T + 1, plan, { prev: { height: 3, id } })
  story.chain.newBlock(T + 2)
  story.chain.put(subscriptionTransaction(refOf(plan)), id)
  story.subscribe(T + 3, plan, { prev: refOf(first) })
  expect(story.entitlementAt(T + 3)).toMatchObject({ startsAt: T + 1, expiresAt: T + 1_201 })
})

test('what was bought once, for good, never ends', () => {
  const story = new PlanStory()
  const plan = story.plan(T, { periodSeconds: 0 })
  const first = story.subscribe(T + 1, plan)
  expect(story.entitlementAt(MAX_TIME - 1)).toMatchObject({
    granted: true,
    startsAt: T + 1,
    expiresAt: MAX_TIME,
  })
  story.subscribe(T + 2, plan, { prev: refOf(first) })
  expect(story.entitlementAt(T + 2)).toMatchObject({ startsAt: T + 1, expiresAt: MAX_TIME })
  expect(new Date(MAX_TIME * 1_000).toISOString()).toBe('9999-12-31T23:59:59.000Z')
})

test('an expiry saturates', () => {
  const story = new PlanStory()
  const plan = story.plan(T, { periodSeconds: 315_360_000 })
  story.subscribe(T + 1, plan, { paid: 10_000_000n, extra: { PERIODS: '1200' } })
  expect(story.entitlementAt(T + 1).expiresAt).toBe(MAX_TIME)
})

test('a gap between payments starts a new run, and all that counted are listed', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T, plan)
  const second = story.subscribe(T + 1_000, plan, { prev: refOf(first) })
  expect(story.entitlementAt(T + 1_000)).toMatchObject({
    startsAt: T + 1_000,
    expiresAt: T + 1_600,
    payments: [{ id: second.id }, { id: first.id }],
  })
  expect(story.entitlementAt(T + 2_000)).toMatchObject({ reason: 'EXPIRED', startsAt: T + 1_000 })
})

test('an expired fan with an underpaid renewal is expired, not underpaid', () => {
  const story = new PlanStory()
  const plan = story.plan(T)
  const first = story.subscribe(T, plan)
  story.subscribe(T + 1_000, plan, { paid: 1n, prev: refOf(first) })
  expect(story.entitlementAt(T + 1_000).reason).toBe('EXPIRED')
})

test.each([
  ['its periods', { PERIODS: '0' }],
  ['its version', { V: '' }],
  ['its plan', { PLAN: 'x' }],
])('a committed head that lacks %s beside money is not underpaid', (_, extra) => {
  const story = new PlanStory()
  story.subscribe(T, story.plan(T), { paid: 1n, extra })
  expect(story.entitlementAt(T).reason).toBe('NOT_SUBSCRIBED')
})

test('a committed head that names a version long superseded is not underpaid', () => {
  const story = new PlanStory()
  const first = story.plan(T)
  story.plan(T + 1, { prev: refOf(first) })
  story.subscribe(T + 3_602, first, { paid: 1n })
  expect(story.entitlementAt(T + 3_602).reason).toBe('NOT_SUBSCRIBED')
})
