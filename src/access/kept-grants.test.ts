import { describe, expect, it } from 'vitest'
import { CREATOR, FAN, planTransaction, subscriptionTransaction } from '../../test/support/plan-story.js'
import { publicKey, RecordWorld } from '../../test/support/record-world.js'
import { policyOfPlan } from '../protocol/policy.js'
import { decideAccess } from './decide.js'

const fan = publicKey(FAN)
const GOLD = { creator: publicKey(CREATOR), policy: policyOfPlan('gold') }

/** A plan of 600 s a period, and a fan who pays for one at 2,000 s. */
function subscribedWorld() {
  const world = new RecordWorld()
  const plan = world.record(1_000, planTransaction())
  world.record(2_000, subscriptionTransaction(plan))
  return { world }
}

describe('what was granted at a tip', () => {
  it('never lets a grant outlive its expiry, though the tip stays', async () => {
    const { world } = subscribedWorld()
    world.now = 2_599_000
    expect((await decideAccess(world.context(), GOLD, fan)).expiresAt).toEqual(new Date(2_600_000))
    expect((await decideAccess(world.context(), GOLD, fan)).granted).toBe(true)
    world.now = 2_600_000
    expect((await decideAccess(world.context(), GOLD, fan)).reason).toBe('EXPIRED')
  })

  it('reads the plan once a tip, for all its fans', async () => {
    const { world } = subscribedWorld()
    await decideAccess(world.context(), GOLD, fan)
    const asked = world.asked.length
    await decideAccess(world.context(), GOLD, fan)
    expect(world.asked.slice(asked)).toHaveLength(2)
  })
})
