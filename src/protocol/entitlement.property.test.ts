import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  FAN,
  PlanStory,
  planTransaction,
  refOf,
  STRANGER,
  subscriptionTransaction,
} from '../../test/support/plan-story.js'
import type { CommittedTransaction, RecordRef } from '../deso/chain.js'
import { MAX_TIME } from './entitlement.js'

/**
 * Random histories are played twice: as transactions on a chain, judged by the code, and as plain objects with
 * pointers, judged by the model below, which counts covered seconds one by one instead of adding up spans.
 */
const START = 1_000

interface ModelVersion {
  height: number
  time: number
  isGenuine: boolean
  isOpen: boolean
  price: number
  period: number
  before: ModelVersion | null
}

interface ModelPayment {
  id: string
  height: number
  time: number
  paid: number
  periods: number | null
  version: ModelVersion | null
  before: ModelPayment | null
}

interface Model {
  /** What the node shows; 'uncommitted' carries what its PREV leads to. */
  plan: { chain: ModelVersion | null } | null
  head: { state: 'committed' | 'uncommitted' | 'absent'; newest: ModelPayment | null } | null
}

/** One value in four of five cases, so that histories get somewhere before something is wrong. */
function mostly<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )
}

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('plan' as const),
      price: fc.constantFrom<number>(1, 7, 10),
      period: mostly<number>(600, 0, 60, 3_000),
      state: mostly<'OPEN' | 'CLOSED'>('OPEN', 'CLOSED'),
      form: mostly('good', 'ill'),
      prev: mostly('current', 'none', 'foreign', 'garbage'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete plan' as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('subscribe' as const),
      version: mostly('current', 'previous', 'previous', 'previous', 'any', 'stranger', 'nowhere', 'garbage'),
      pick: fc.nat(),
      periods: mostly('2', '1', '3', '2000', '0', '01', ''),
      times: fc.constantFrom<number>(0, 1, 2, 3),
      change: mostly<number>(0, -1, 1),
      prev: mostly('head', 'any', 'none', 'stranger', 'nowhere', 'garbage'),
      v: mostly('1', '2', ''),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const) }) },
)

const step = fc.record({
  wait: fc.constantFrom<number>(200, 200, 0, 1, 599, 600, 1_800, 3_599, 3_600, 3_600, 3_601, 3_601),
  action,
})
/** Most histories begin with a plan to buy. */
const beginning = fc.constantFrom(
  [],
  ...[1, 7, 10].map((price) => [
    {
      wait: 0,
      action: { do: 'plan' as const, price, period: 600, state: 'OPEN' as const, form: 'good', prev: 'none' },
    },
  ]),
)
const history = fc.record({
  steps: fc
    .tuple(beginning, fc.array(step, { minLength: 1, maxLength: 12, size: 'max' }))
    .map(([first, others]) => [...first, ...others]),
  inFlight: mostly('nothing', 'subscription', 'plan', 'both', 'absent'),
  inFlightPrev: mostly('head', 'none'),
  later: mostly<number>(0, 1, 599, 600, 3_600, 20_000),
})
type History = typeof history extends fc.Arbitrary<infer T> ? T : never
type Action = History['steps'][number]['action']

/** Plays a history on a chain and into the model at once. */
class Play {
  readonly story = new PlanStory()
  readonly model: Model = { plan: null, head: null }
  now = START
  private readonly versions: { record: CommittedTransaction; model: ModelVersion }[] = []
  private readonly payments: { record: CommittedTransaction; model: ModelPayment }[] = []
  private readonly strangersPlan = this.story.chain.mine(
    START,
    planTransaction({ creator: STRANGER, priceNanos: 1n }),
  )
  private readonly strangersRecord = this.story.chain.mine(
    START,
    subscriptionTransaction(refOf(this.strangersPlan), { fan: STRANGER }),
  )

  constructor({ steps, inFlight, inFlightPrev, later }: History) {
    for (const { wait, action } of steps) {
      this.now += wait
      if (action.do === 'plan') this.plan(action)
      else if (action.do === 'subscribe') this.subscribe(action)
      else if (action.do === 'unsubscribe') this.unsubscribe()
      else this.deletePlan()
    }
    if (inFlight === 'subscription' || inFlight === 'both') this.subscribeInFlight(inFlightPrev)
    if (inFlight === 'absent') this.missHead(inFlightPrev)
    if (inFlight === 'plan' || inFlight === 'both') this.planInFlight(inFlightPrev)
    this.now += later
  }

  private plan(action: Extract<Action, { do: 'plan' }>): void {
    const current = this.story.planEntry
    const before = action.prev === 'current' ? (this.model.plan?.chain ?? null) : null
    const prev = {
      current: current?.ref ?? null,
      foreign: refOf(this.strangersPlan),
      none: null,
      garbage: null,
    }
    const record = this.story.plan(this.now, {
      priceNanos: BigInt(action.price),
      periodSeconds: action.period,
      state: action.state,
      prev: prev[action.prev as keyof typeof prev],
      extra: {
        ...(action.prev === 'garbage' && { PREV: 'x' }),
        ...(action.form === 'ill' && { PRICENANOS: '0' }),
      },
    })
    const { price, period, state, form } = action
    const isOpen = state === 'OPEN' && form === 'good'
    const at = { height: record.block.height, time: this.now }
    const model: ModelVersion = { ...at, isGenuine: true, isOpen, price, period, before }
    this.versions.push({ record, model })
    this.model.plan = { chain: model }
  }

  private subscribe(action: Extract<Action, { do: 'subscribe' }>): void {
    const named = this.namedVersion(action.version, action.pick)
    const price = named.model?.price ?? 10
    const paid = Math.max(0, price * action.times + action.change)
    const prev = this.namedRecord(action.prev, action.pick)
    const transaction = subscriptionTransaction(named.ref, {
      paid: BigInt(paid),
      prev: prev.ref,
      extra: {
        PERIODS: action.periods,
        V: action.v,
        ...(action.version === 'garbage' && { PLAN: 'gold' }),
        ...(action.prev === 'garbage' && { PREV: '1:2' }),
      },
    })
    const record = this.story.chain.mine(this.now, transaction)
    this.story.entry = { ref: refOf(record), prev: null }
    const isWellFormed = /^[1-9][0-9]*$/.test(action.periods) && action.v === '1'
    const model: ModelPayment = {
      id: record.id,
      height: record.block.height,
      time: this.now,
      paid,
      periods: isWellFormed ? Number(action.periods) : null,
      version: action.version === 'garbage' ? null : named.model,
      before: prev.model,
    }
    this.payments.push({ record, model })
    this.model.head = { state: 'committed', newest: model }
  }

  private namedVersion(which: string, pick: number): { ref: RecordRef; model: ModelVersion | null } {
    const index = { current: -1, previous: -2 }[which] ?? pick % this.versions.length
    const known = this.versions.at(index)
    if (which === 'stranger') {
      const at = { height: this.strangersPlan.block.height, time: START }
      const model = { ...at, isGenuine: false, isOpen: true, price: 1, period: 600, before: null }
      return { ref: refOf(this.strangersPlan), model }
    }
    if (which === 'nowhere' || !known) return { ref: { height: 1, id: 'f'.repeat(64) }, model: null }
    return { ref: refOf(known.record), model: known.model }
  }

  private namedRecord(which: string, pick: number): { ref: RecordRef | null; model: ModelPayment | null } {
    const any = this.payments[pick % this.payments.length]
    if (which === 'head')
      return { ref: this.story.entry?.ref ?? null, model: this.model.head?.newest ?? null }
    if (which === 'any' && any) return { ref: refOf(any.record), model: any.model }
    if (which === 'stranger') return { ref: refOf(this.strangersRecord), model: null }
    if (which === 'nowhere') return { ref: { height: 1, id: 'e'.repeat(64) }, model: null }
    return { ref: null, model: null }
  }

  private unsubscribe(): void {
    this.story.entry = null
    this.model.head = null
  }

  private deletePlan(): void {
    this.story.planEntry = null
    this.model.plan = null
  }

  private subscribeInFlight(prev: string): void {
    const newest = prev === 'head' ? (this.model.head?.newest ?? null) : null
    this.story.subscribeUncommitted(prev === 'head' ? (this.story.entry?.ref ?? null) : null)
    this.model.head = { state: 'uncommitted', newest }
  }

  /** The node shows an entry that its block does not list. */
  private missHead(prev: string): void {
    this.subscribeInFlight(prev)
    this.story.chain.newBlock(this.now)
    this.model.head = { state: 'absent', newest: this.model.head?.newest ?? null }
  }

  private planInFlight(prev: string): void {
    const chain = prev === 'head' ? (this.model.plan?.chain ?? null) : null
    this.story.planUncommitted(prev === 'head' ? (this.story.planEntry?.ref ?? null) : null)
    this.model.plan = { chain }
  }
}

function doesVersionCount({ plan }: Model, payment: ModelPayment): boolean {
  const version = payment.version
  if (!plan || !version?.isGenuine || !version.isOpen) return false
  const successors = new Map<ModelVersion, ModelVersion | null>()
  let oldestHeight = Number.POSITIVE_INFINITY
  for (let each = plan.chain, next: ModelVersion | null = null; each; next = each, each = each.before) {
    successors.set(each, next)
    oldestHeight = each.height
  }
  const next = successors.get(version)
  if (next === undefined) return payment.height < oldestHeight
  return next === null || payment.time <= next.time + 3_600
}

function judge(model: Model, now: number) {
  const walk: ModelPayment[] = []
  for (let each = model.head?.newest ?? null; each; each = each.before) walk.push(each)
  const seconds: boolean[] = []
  let isForGood = false
  const counted: string[] = []
  for (const payment of walk.toReversed()) {
    const { version, periods, paid } = payment
    if (!version || periods === null || !doesVersionCount(model, payment) || paid < version.price) continue
    counted.unshift(payment.id)
    let bought = 0
    for (let left = paid; left >= version.price && bought < periods && bought < 1_200; left -= version.price)
      bought++
    let missing = version.period === 0 ? 1 : bought * version.period
    if (version.period === 0) isForGood = true
    for (let second = payment.time; missing > 0; second++) {
      if (seconds[second]) continue
      seconds[second] = true
      missing--
    }
  }
  let startsAt: number | null = seconds.length ? seconds.length - 1 : null
  while (startsAt !== null && seconds[startsAt - 1]) startsAt--
  const expiresAt = isForGood ? MAX_TIME : seconds.length || null
  const granted = isForGood ? counted.length > 0 : seconds[now] === true
  return { counted, startsAt, expiresAt, granted, reason: reasonIn(model, granted, counted.length > 0) }
}

function reasonIn(model: Model, granted: boolean, hasCounted: boolean): string {
  if (granted) return 'SUBSCRIBED'
  if (hasCounted) return 'EXPIRED'
  if (model.head?.state === 'uncommitted') return 'NOT_COMMITTED'
  const head = model.head?.state === 'committed' ? model.head.newest : null
  if (head?.version && head.periods !== null && doesVersionCount(model, head)) return 'UNDERPAID'
  return 'NOT_SUBSCRIBED'
}

function tipped(action: Action, tip: number): Action {
  return action.do === 'subscribe' ? { ...action, change: action.change + tip } : action
}

describe('over random histories', () => {
  test('the code judges as the model does', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(history, (each) => {
        const play = new Play(each)
        const { payments, startsAt, expiresAt, granted, reason } = play.story.entitlementAt(play.now)
        const expected = judge(play.model, play.now)
        seen.set(reason, (seen.get(reason) ?? 0) + 1)
        expect({ counted: payments.map(({ id }) => id), granted, reason, expiresAt }).toEqual({
          counted: expected.counted,
          granted: expected.granted,
          reason: expected.reason,
          expiresAt: expected.expiresAt,
        })
        // What was bought for good covers no countable seconds, so the model knows the start of the others only.
        if (expiresAt !== MAX_TIME) expect(startsAt).toBe(expected.startsAt)
      }),
      { numRuns: 1_500 },
    )
    // A generator that never reaches a reason would prove nothing about it.
    for (const reason of ['SUBSCRIBED', 'EXPIRED', 'NOT_COMMITTED', 'UNDERPAID', 'NOT_SUBSCRIBED']) {
      expect(seen.get(reason) ?? 0, reason).toBeGreaterThan(10)
    }
  })

  test('access never outlives expiresAt, and once refused stays refused', () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 50_000 }), (each, more) => {
        const { story, now } = new Play(each)
        const sooner = story.entitlementAt(now)
        const later = story.entitlementAt(now + more)
        expect(sooner.granted).toBe(sooner.expiresAt !== null && now < sooner.expiresAt)
        if (!sooner.granted) expect(later.granted).toBe(false)
        expect(later.payments).toEqual(sooner.payments)
      }),
    )
  })

  test('payments follow each other without overlap, within [their block time, the end of time]', () => {
    fc.assert(
      fc.property(history, (each) => {
        const { story, now } = new Play(each)
        const { payments, expiresAt } = story.entitlementAt(now)
        expect(payments[0]?.endsAt ?? null).toBe(expiresAt)
        for (const [i, { block, startsAt, endsAt }] of payments.entries()) {
          expect(startsAt).toBe(Math.max(block.time, payments[i + 1]?.endsAt ?? 0))
          expect(endsAt).toBeGreaterThanOrEqual(startsAt)
          expect(endsAt).toBeLessThanOrEqual(MAX_TIME)
        }
      }),
    )
  })

  test('an early renewal loses nothing: it adds exactly what it bought', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 1_200 }), (each, periods) => {
        const { story, now } = new Play({ ...each, inFlight: 'nothing' })
        const before = story.entitlementAt(now)
        const plan = story.plan(now, { prev: story.planEntry?.ref ?? null })
        const extra = { PERIODS: String(periods) }
        story.subscribe(now, plan, { paid: 100n * BigInt(periods), prev: story.entry?.ref ?? null, extra })
        const after = story.entitlementAt(now)
        // A new plan record may bring back payments that no plan record let count.
        if (before.payments.length !== after.payments.length - 1) return
        const from = Math.max(now, before.expiresAt ?? 0)
        expect(after.expiresAt).toBe(Math.min(MAX_TIME, from + periods * 600))
        if (before.granted) expect(after.startsAt).toBe(before.startsAt)
      }),
    )
  })

  test('more money never shortens access', () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 100 }), fc.nat(), (each, tip, pick) => {
        const index = pick % each.steps.length
        const richer = each.steps.map((step, i) =>
          i === index ? { ...step, action: tipped(step.action, tip) } : step,
        )
        const { story, now } = new Play(each)
        const paidMore = new Play({ ...each, steps: richer }).story
        const [less, more] = [story.entitlementAt(now), paidMore.entitlementAt(now)]
        expect(more.expiresAt ?? 0).toBeGreaterThanOrEqual(less.expiresAt ?? 0)
        if (less.granted) expect(more.granted).toBe(true)
      }),
    )
  })

  test('a renewal in flight, underpaid or not, changes nothing that was paid', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (each, isCommitted) => {
        const { story, now } = new Play({ ...each, inFlight: 'nothing' })
        const before = story.entitlementAt(now)
        const prev = story.entry?.ref ?? null
        if (isCommitted) {
          const nowhere = { height: 1, id: 'f'.repeat(64) }
          story.entry = {
            ref: refOf(story.chain.mine(now, subscriptionTransaction(nowhere, { prev }))),
            prev: null,
          }
        } else story.subscribeUncommitted(prev)
        const { reason, ...after } = story.entitlementAt(now)
        expect({ ...after, reason: before.reason }).toEqual(before)
      }),
    )
  })

  test('what another fan paid opens nothing', () => {
    fc.assert(
      fc.property(history, (each) => {
        const { story, now } = new Play(each)
        const paid = story.entry
        const record = paid && story.chain.lookUp(paid.ref)
        if (record?.kind !== 'committed') return
        const stolen = { ...record.record.transaction, publicKey: STRANGER }
        expect(stolen.publicKey).not.toEqual(FAN)
        story.entry = { ref: refOf(story.chain.mine(now, stolen)), prev: null }
        expect(story.entitlementAt(now)).toMatchObject({ granted: false, payments: [] })
      }),
    )
  })

  test('without the plan record nothing counts', () => {
    fc.assert(
      fc.property(history, (each) => {
        const { story, now } = new Play(each)
        story.planEntry = null
        expect(story.entitlementAt(now)).toMatchObject({ granted: false, payments: [], expiresAt: null })
      }),
    )
  })
})
