import { describe, expect, it } from 'vitest'
import {
  CREATOR as CREATOR_BYTES,
  FAN as FAN_BYTES,
  planTransaction,
  subscriptionTransaction,
} from '../../test/support/plan-story.js'
import { publicKey, RecordWorld } from '../../test/support/record-world.js'
import { loadPlan, loadSubscription, loadSubscriptionHead, newestVersion, planExists } from './records.js'

const CREATOR = publicKey(CREATOR_BYTES)
const ID = { creator: CREATOR, fan: publicKey(FAN_BYTES), slug: 'gold' }

describe('loadPlan', () => {
  it('finds the newest committed version', async () => {
    const world = new RecordWorld()
    const first = world.record(1_000, planTransaction())
    const second = world.record(2_000, planTransaction({ prev: first, title: 'Golden', priceNanos: 7n }))
    const plan = await loadPlan(world.context(), ID)
    expect(plan.isPending).toBe(false)
    expect(plan.current).toMatchObject({
      ref: second,
      terms: { title: 'Golden', priceNanos: 7n, periodSeconds: 600, state: 'OPEN' },
    })
    expect(plan.chain?.versions.map(({ id }) => id)).toEqual([first.id, second.id])
  })

  it('keeps to the version before while the newest is in flight', async () => {
    const world = new RecordWorld()
    const first = world.record(1_000, planTransaction())
    world.recordUncommitted(planTransaction({ prev: first, state: 'CLOSED' }))
    const plan = await loadPlan(world.context(), ID)
    expect(plan).toMatchObject({ isPending: true, current: { ref: first, terms: { state: 'OPEN' } } })
  })

  it('takes an ill-formed version for the end of sales, under the terms before it', async () => {
    const world = new RecordWorld()
    const first = world.record(1_000, planTransaction())
    const odd = world.record(2_000, planTransaction({ prev: first, extra: { PRICENANOS: '007' } }))
    const plan = await loadPlan(world.context(), ID)
    expect(plan.current).toMatchObject({
      ref: odd,
      terms: { title: 'Gold', priceNanos: 100n, state: 'CLOSED' },
    })
  })

  it('finds no plan without an entry, and none that is ill-formed from the start', async () => {
    const world = new RecordWorld()
    expect(await loadPlan(world.context(), ID)).toEqual({ chain: null, current: null, isPending: false })
    const odd = world.record(1_000, planTransaction({ extra: { V: '2' } }))
    const plan = await loadPlan(world.context(), ID)
    expect(plan.current).toBeNull()
    // The next version names it all the same.
    expect(newestVersion(plan)).toEqual(odd)
  })
})

describe('planExists', () => {
  it('holds for a committed plan, a closed one, and one on its way', async () => {
    const world = new RecordWorld()
    expect(await planExists(world.context(), CREATOR, 'gold')).toBe(false)
    world.recordUncommitted(planTransaction())
    expect(await planExists(world.context(), CREATOR, 'gold')).toBe(true)
    world.record(2_000, planTransaction({ state: 'CLOSED' }))
    expect(await planExists(world.context(), CREATOR, 'gold')).toBe(true)
  })
})

describe('loadSubscription', () => {
  it('counts a payment for a version that was replaced since by one without PREV', async () => {
    const world = new RecordWorld()
    const old = world.record(1_000, planTransaction())
    world.record(2_000, subscriptionTransaction(old))
    world.record(2_100, planTransaction({ priceNanos: 5_000n }))
    const { entitlement } = await loadSubscription(world.context(), ID)
    expect(entitlement).toMatchObject({ granted: true, expiresAt: 2_600 })
    expect(entitlement.payments[0]?.version.id).toBe(old.id)
  })

  it('reads no plan where there is no record', async () => {
    const world = new RecordWorld()
    world.record(1_000, planTransaction())
    const state = await loadSubscription(world.context(), ID)
    expect(state).toMatchObject({
      entry: null,
      plan: null,
      isPending: false,
      history: { head: 'none', hops: [] },
    })
  })
})

describe('loadSubscriptionHead', () => {
  it('tells what the node shows, and whether it is committed', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    expect(await loadSubscriptionHead(world.context(), ID)).toBeNull()
    const paid = world.record(2_000, subscriptionTransaction(plan))
    expect(await loadSubscriptionHead(world.context(), ID)).toMatchObject({
      entry: { id: paid.id },
      isPending: false,
    })
    const renewal = world.recordUncommitted(subscriptionTransaction(plan, { prev: paid }))
    expect(await loadSubscriptionHead(world.context(), ID)).toMatchObject({
      entry: { id: renewal.id },
      isPending: true,
    })
  })
})
