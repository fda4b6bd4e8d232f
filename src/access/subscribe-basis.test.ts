import { describe, expect, it } from 'vitest'
import {
  CREATOR as CREATOR_BYTES,
  FAN as FAN_BYTES,
  planTransaction,
  subscriptionTransaction,
} from '../../test/support/plan-story.js'
import { publicKey, RecordWorld } from '../../test/support/record-world.js'
import { loadPlan } from './records.js'
import { readSubscribeBasis } from './subscribe-basis.js'

const ID = { creator: publicKey(CREATOR_BYTES), fan: publicKey(FAN_BYTES), slug: 'gold' }

describe('readSubscribeBasis', () => {
  it('tells of the current version that it counts, and that there is no record yet', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    expect(await readSubscribeBasis(world.context(), ID, plan)).toEqual({
      versionCounts: true,
      newestId: null,
    })
  })

  it('counts a superseded version for an hour of block time', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    world.record(2_000, planTransaction({ prev: plan, priceNanos: 7n }))
    world.mine(2_000 + 3_600)
    expect(await readSubscribeBasis(world.context(), ID, plan)).toMatchObject({ versionCounts: true })
    world.mine(2_000 + 3_601)
    expect(await readSubscribeBasis(world.context(), ID, plan)).toMatchObject({ versionCounts: false })
  })

  it('counts no version of a closed plan, of a deleted one, or made up', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    const closed = world.record(2_000, planTransaction({ prev: plan, state: 'CLOSED' }))
    const counts = async (ref = plan) => (await readSubscribeBasis(world.context(), ID, ref)).versionCounts
    expect(await counts(closed)).toBe(false)
    expect(await counts({ height: 1, id: 'f'.repeat(64) })).toBe(false)
    expect(await counts()).toBe(true)
    world.remove(closed)
    expect(await counts()).toBe(false)
  })

  it('counts the version while the next one is in flight', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    world.recordUncommitted(planTransaction({ prev: plan, state: 'CLOSED' }))
    expect(await readSubscribeBasis(world.context(), ID, plan)).toMatchObject({ versionCounts: true })
  })

  it('names the newest record, committed or not', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    const newest = async () => (await readSubscribeBasis(world.context(), ID, plan)).newestId
    const paid = world.record(2_000, subscriptionTransaction(plan))
    expect(await newest()).toBe(paid.id)
    const renewal = world.recordUncommitted(subscriptionTransaction(plan, { prev: paid }))
    expect(await newest()).toBe(renewal.id)
  })

  it('reads anew, whatever the request has read before', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    const ctx = world.context()
    expect((await loadPlan(ctx, ID)).isPending).toBe(false)
    const closed = world.record(2_000, planTransaction({ state: 'CLOSED' }))
    world.mine(9_000)
    expect(await readSubscribeBasis(ctx, ID, plan)).toEqual({ versionCounts: false, newestId: null })
    expect((await loadPlan(ctx, ID)).current?.version.id).not.toBe(closed.id)
  })
})
