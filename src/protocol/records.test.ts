import { expect, test } from 'vitest'
import { key, transactionOf, withExtraData } from '../../test/support/record-chain.js'
import type { Transaction } from '../deso/transaction.js'
import { InvalidInputError } from '../errors.js'
import {
  buildPlanRecord,
  buildSubscriptionRecord,
  type PlanDraft,
  parsePlanRecord,
  parseSubscriptionRecord,
  type SubscriptionDraft,
} from './records.js'

const CREATOR = key(1)
const FAN = key(2)
const ID = 'ab'.repeat(32)

const PLAN: PlanDraft = {
  creator: CREATOR,
  slug: 'gold',
  title: 'Gold – alles',
  priceNanos: 5_000_000_000n,
  periodSeconds: 2_592_000,
  state: 'OPEN',
  prev: null,
}
const SUBSCRIPTION: SubscriptionDraft = {
  creator: CREATOR,
  slug: 'gold',
  plan: { height: 120, id: ID },
  priceNanos: 5n,
  periods: 3,
  prev: null,
}

const planTransaction = (plan: Partial<PlanDraft> = {}): Transaction =>
  transactionOf({ publicKey: CREATOR, ...buildPlanRecord({ ...PLAN, ...plan }) })

const subscriptionTransaction = (subscription: Partial<SubscriptionDraft> = {}): Transaction =>
  transactionOf({ publicKey: FAN, ...buildSubscriptionRecord({ ...SUBSCRIPTION, ...subscription }) })

const texts = (map: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...map].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]))

/** The transaction with other association fields. */
function withMetadata(transaction: Transaction, changes: object): Transaction {
  return { ...transaction, metadata: { ...transaction.metadata, ...changes } } as Transaction
}

test('a plan is written as an association of the creator with themself, with every key', () => {
  const { metadata, outputs, extraData } = buildPlanRecord({ ...PLAN, prev: { height: 7, id: ID } })
  expect(metadata).toEqual({
    type: 'CREATE_USER_ASSOCIATION',
    targetPublicKey: CREATOR,
    appPublicKey: new Uint8Array(33),
    associationType: new TextEncoder().encode('DIG:PLAN'),
    associationValue: new TextEncoder().encode('gold'),
  })
  expect(outputs).toEqual([])
  expect(texts(extraData)).toEqual({
    V: '1',
    PRICENANOS: '5000000000',
    PERIODSECONDS: '2592000',
    TITLE: 'Gold – alles',
    STATE: 'OPEN',
    PREV: `7:${ID}`,
  })
  expect(texts(buildPlanRecord(PLAN).extraData)).toHaveProperty('PREV', '')
})

test('a subscription pays price times periods to the creator in its own transaction', () => {
  const { metadata, outputs, extraData } = buildSubscriptionRecord(SUBSCRIPTION)
  expect(metadata).toEqual({
    type: 'CREATE_USER_ASSOCIATION',
    targetPublicKey: CREATOR,
    appPublicKey: new Uint8Array(33),
    associationType: new TextEncoder().encode('DIG:SUBSCRIPTION'),
    associationValue: new TextEncoder().encode('gold'),
  })
  expect(outputs).toEqual([{ publicKey: CREATOR, amountNanos: 15n }])
  expect(texts(extraData)).toEqual({ V: '1', PLAN: `120:${ID}`, PERIODS: '3', PREV: '' })
})

test('a plan reads back as it was written', () => {
  const prev = { height: 7, id: ID }
  const { title, priceNanos, periodSeconds, state } = PLAN
  expect(parsePlanRecord(planTransaction({ prev }))).toEqual({
    creator: CREATOR,
    slug: 'gold',
    prev,
    terms: { title, priceNanos, periodSeconds, state },
  })
})

test('a subscription reads back as it was written', () => {
  const prev = { height: 7, id: ID }
  expect(parseSubscriptionRecord(subscriptionTransaction({ prev }))).toEqual({
    fan: FAN,
    creator: CREATOR,
    slug: 'gold',
    prev,
    paidNanos: 15n,
    order: { plan: { height: 120, id: ID }, periods: 3n },
  })
})

test('types are compared without case', () => {
  const type = new TextEncoder().encode('dig:Plan')
  expect(parsePlanRecord(withMetadata(planTransaction(), { associationType: type }))).not.toBeNull()
  const lower = new TextEncoder().encode('dig:subscription')
  expect(
    parseSubscriptionRecord(withMetadata(subscriptionTransaction(), { associationType: lower })),
  ).not.toBeNull()
})

test.each([
  ['another type', { associationType: new TextEncoder().encode('DIG:PLANS') }],
  [
    'a letter that folds to one of the type in Unicode alone',
    { associationType: new TextEncoder().encode('DİG:PLAN') },
  ],
  ['the app key of an app', { appPublicKey: key(9) }],
  ['an empty app key', { appPublicKey: new Uint8Array() }],
  ['another target than the transactor', { targetPublicKey: FAN }],
  ['a value that is no slug', { associationValue: new TextEncoder().encode('Gold') }],
  ['a value that is no text', { associationValue: Uint8Array.of(0xff) }],
])('with %s it is no plan record', (_, changes) => {
  expect(parsePlanRecord(withMetadata(planTransaction(), changes))).toBeNull()
})

test.each([
  ['another type', { associationType: new TextEncoder().encode('DIG:PLAN') }],
  ['the app key of an app', { appPublicKey: key(9) }],
  ['a value that is no slug', { associationValue: new TextEncoder().encode('a'.repeat(65)) }],
])('with %s it is no subscription record', (_, changes) => {
  expect(parseSubscriptionRecord(withMetadata(subscriptionTransaction(), changes))).toBeNull()
})

test('other transactions are no records', () => {
  const transfer = { ...subscriptionTransaction(), metadata: { type: 'BASIC_TRANSFER' } } as const
  const deletion = {
    ...planTransaction(),
    metadata: { type: 'DELETE_USER_ASSOCIATION', associationId: new Uint8Array(32) },
  } as const
  expect(parseSubscriptionRecord(transfer)).toBeNull()
  expect(parsePlanRecord(deletion)).toBeNull()
})

test.each([
  ['version 2', { V: '2' }],
  ['no version', { V: null }],
  ['a version with a zero', { V: '01' }],
  ['no price', { PRICENANOS: null }],
  ['a price of 0', { PRICENANOS: '0' }],
  ['a price with a sign', { PRICENANOS: '+5' }],
  ['a price with a leading zero', { PRICENANOS: '05' }],
  ['a price above 2^64 - 1', { PRICENANOS: '18446744073709551616' }],
  ['no period', { PERIODSECONDS: null }],
  ['a period of 59 s', { PERIODSECONDS: '59' }],
  ['a period above ten years', { PERIODSECONDS: '315360001' }],
  ['a period of many digits', { PERIODSECONDS: '9'.repeat(1_000) }],
  ['a negative period', { PERIODSECONDS: '-60' }],
  ['a state in lower case', { STATE: 'open' }],
  ['no state', { STATE: null }],
])('a plan with %s is ill-formed, and still a version', (_, changes) => {
  const record = parsePlanRecord(withExtraData(planTransaction({ prev: { height: 7, id: ID } }), changes))
  expect(record).toEqual({ creator: CREATOR, slug: 'gold', prev: { height: 7, id: ID }, terms: null })
})

test('a plan whose title is no UTF-8 is ill-formed', () => {
  const plan = planTransaction()
  const extraData = new Map(plan.extraData).set('TITLE', Uint8Array.of(0xc3, 0x28))
  expect(parsePlanRecord({ ...plan, extraData })?.terms).toBeNull()
})

test.each([
  ['the least price and period', { PRICENANOS: '1', PERIODSECONDS: '60' }],
  ['the greatest price and period', { PRICENANOS: '18446744073709551615', PERIODSECONDS: '315360000' }],
  ['a plan for good', { PERIODSECONDS: '0' }],
  ['a closed plan', { STATE: 'CLOSED' }],
  ['no title', { TITLE: null }],
  ['a title longer than this gateway writes', { TITLE: 'x'.repeat(5_000) }],
  ['keys that this reader does not know', { DerivedPublicKey: 'x', NEWKEY: 'y' }],
])('%s is well-formed', (_, changes) => {
  expect(parsePlanRecord(withExtraData(planTransaction(), changes))?.terms).not.toBeNull()
})

test.each([
  '',
  'x',
  ID,
  `07:${ID}`,
])('PREV %j names nothing, which does not make a record ill-formed', (PREV) => {
  const plan = parsePlanRecord(withExtraData(planTransaction(), { PREV }))
  expect(plan?.prev).toBeNull()
  expect(plan?.terms).not.toBeNull()
  const subscription = parseSubscriptionRecord(withExtraData(subscriptionTransaction(), { PREV }))
  expect(subscription?.prev).toBeNull()
  expect(subscription?.order).not.toBeNull()
})

test.each([
  ['version 2', { V: '2' }],
  ['no version', { V: null }],
  ['no plan', { PLAN: null }],
  ['a plan by id alone', { PLAN: ID }],
  ['no periods', { PERIODS: null }],
  ['0 periods', { PERIODS: '0' }],
  ['periods with a leading zero', { PERIODS: '03' }],
  ['negative periods', { PERIODS: '-1' }],
  ['periods with a fraction', { PERIODS: '1.5' }],
])('a subscription with %s is ill-formed, and still a hop', (_, changes) => {
  const prev = { height: 7, id: ID }
  const record = parseSubscriptionRecord(withExtraData(subscriptionTransaction({ prev }), changes))
  expect(record).toEqual({ fan: FAN, creator: CREATOR, slug: 'gold', prev, paidNanos: 15n, order: null })
})

test('periods beyond any that a payment buys are read as they are', () => {
  const record = parseSubscriptionRecord(
    withExtraData(subscriptionTransaction(), { PERIODS: '9'.repeat(500) }),
  )
  expect(record?.order?.periods).toBe(10n ** 500n - 1n)
})

test('only outputs to the creator are money, all of them, beyond 2^64 without loss', () => {
  const most = 2n ** 64n - 1n
  const outputs = [
    { publicKey: CREATOR, amountNanos: most },
    { publicKey: FAN, amountNanos: 7n },
    { publicKey: CREATOR, amountNanos: most },
    { publicKey: key(3), amountNanos: 9n },
    { publicKey: CREATOR.subarray(0, 32), amountNanos: 11n },
  ]
  expect(parseSubscriptionRecord({ ...subscriptionTransaction(), outputs })?.paidNanos).toBe(2n * most)
  expect(parseSubscriptionRecord({ ...subscriptionTransaction(), outputs: [] })?.paidNanos).toBe(0n)
})

test.each([
  ['slug', { slug: 'Gold' }],
  ['title', { title: '' }],
  ['title', { title: 'é'.repeat(129) }],
  ['title', { title: 'two\nlines' }],
  ['title', { title: '\ud800' }],
  ['priceNanos', { priceNanos: 0n }],
  ['priceNanos', { priceNanos: 2n ** 64n }],
  ['periodSeconds', { periodSeconds: 59 }],
  ['periodSeconds', { periodSeconds: 315_360_001 }],
  ['periodSeconds', { periodSeconds: 60.5 }],
  ['periodSeconds', { periodSeconds: -1 }],
])('a plan with a wrong %s is not written', (field, changes) => {
  const build = () => buildPlanRecord({ ...PLAN, ...changes })
  expect(build).toThrow(InvalidInputError)
  expect(build).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', path: [field] }))
})

test('a subscription for 0 or 1,201 periods is not written', () => {
  expect(() => buildSubscriptionRecord({ ...SUBSCRIPTION, periods: 0 })).toThrow(InvalidInputError)
  expect(() => buildSubscriptionRecord({ ...SUBSCRIPTION, periods: 1_201 })).toThrow(InvalidInputError)
})
