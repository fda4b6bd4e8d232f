import { describe, expect, it } from 'vitest'
import {
  CREATOR as CREATOR_BYTES,
  FAN as FAN_BYTES,
  planTransaction,
  STRANGER as STRANGER_BYTES,
  subscriptionTransaction,
} from '../../test/support/plan-story.js'
import { publicKey, RecordWorld } from '../../test/support/record-world.js'
import { HistoryTooLongError } from '../deso/chain-reader.js'
import { NodeUnavailableError } from '../errors.js'
import { type Policy, parsePolicy } from '../protocol/policy.js'
import { decideAccess } from './decide.js'

// Plans cost 100 nanos for 600 s; blocks stand at the seconds given.
const CREATOR = publicKey(CREATOR_BYTES)
const FAN = publicKey(FAN_BYTES)
const STRANGER = publicKey(STRANGER_BYTES)

function policy(text: string): Policy {
  const parsed = parsePolicy(text)
  if (!parsed) throw new TypeError(text)
  return parsed
}

const content = (text: string) => ({ creator: CREATOR, policy: policy(text) })
const GOLD = content('PLAN:gold')

function date(unixSeconds: number): Date {
  return new Date(unixSeconds * 1000)
}

/** A plan of 1,000 s, and a fan who pays for one period at 2,000 s. */
function subscribedWorld() {
  const world = new RecordWorld()
  const plan = world.record(1_000, planTransaction())
  const payment = world.record(2_000, subscriptionTransaction(plan))
  return { world, plan, payment }
}

describe('decideAccess', () => {
  it('always lets the creator in', async () => {
    const { world } = subscribedWorld()
    expect(await decideAccess(world.context(), content('PLAN:none'), CREATOR)).toEqual({
      granted: true,
      reason: 'CREATOR',
      expiresAt: null,
      evidence: [],
      checkedAt: world.chain.tip,
    })
  })

  it('lets everybody see what is public', async () => {
    const { world } = subscribedWorld()
    const granted = { granted: true, reason: 'PUBLIC', expiresAt: null, evidence: [] }
    expect(await decideAccess(world.context(), content('PUBLIC'), null)).toMatchObject(granted)
    expect(await decideAccess(world.context(), content('PUBLIC'), STRANGER)).toMatchObject(granted)
  })

  it('asks the node for the tip alone where no record matters', async () => {
    const { world } = subscribedWorld()
    await decideAccess(world.context(), content('PUBLIC'), null)
    await decideAccess(world.context(), GOLD, CREATOR)
    await decideAccess(world.context(), GOLD, null)
    expect(world.asked).toEqual(['tip', 'tip', 'tip'])
  })

  it('tells who is not signed in so, and nobody whose content is public', async () => {
    const { world } = subscribedWorld()
    expect(await decideAccess(world.context(), GOLD, null)).toMatchObject({
      granted: false,
      reason: 'NOT_SIGNED_IN',
      expiresAt: null,
      evidence: [],
    })
  })

  it('grants what a committed payment bought, until it ends, and names the transactions', async () => {
    const { world, plan, payment } = subscribedWorld()
    expect(await decideAccess(world.context(), GOLD, FAN)).toEqual({
      granted: true,
      reason: 'SUBSCRIBED',
      expiresAt: date(2_600),
      evidence: [
        {
          transactionId: payment.id,
          height: payment.height,
          meaning: 'Pays 0.0000001 DESO for 1 period, from 1970-01-01T00:33:20Z until 1970-01-01T00:43:20Z.',
        },
        {
          transactionId: plan.id,
          height: plan.height,
          meaning: 'The version of the plan that was bought: 0.0000001 DESO per 10 minutes.',
        },
      ],
      checkedAt: world.chain.tip,
    })
  })

  it('ends to the second, by the clock', async () => {
    const { world } = subscribedWorld()
    world.now = 2_599_999
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({ granted: true })
    world.now = 2_600_000
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
      granted: false,
      reason: 'EXPIRED',
      expiresAt: null,
    })
  })

  it('ends to the second, by the time of the committed tip where that is later', async () => {
    const { world } = subscribedWorld()
    world.now = 1_000
    world.mine(2_599)
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({ granted: true })
    world.mine(2_600)
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
      granted: false,
      reason: 'EXPIRED',
    })
  })

  it('names what had been paid when it has ended', async () => {
    const { world, plan, payment } = subscribedWorld()
    world.mine(9_000)
    const { evidence } = await decideAccess(world.context(), GOLD, FAN)
    expect(evidence.map(({ transactionId }) => transactionId)).toEqual([payment.id, plan.id])
  })

  it('names the payments of the present run alone', async () => {
    const { world, plan, payment } = subscribedWorld()
    const later = world.record(5_000, subscriptionTransaction(plan, { prev: payment }))
    const newest = world.record(
      5_100,
      subscriptionTransaction(plan, { prev: later, paid: 250n, extra: { PERIODS: '9' } }),
    )
    const decision = await decideAccess(world.context(), GOLD, FAN)
    expect(decision.expiresAt).toEqual(date(6_800))
    expect(decision.evidence.map(({ transactionId }) => transactionId)).toEqual([
      newest.id,
      later.id,
      plan.id,
    ])
    expect(decision.evidence[0]?.meaning).toBe(
      'Pays 0.00000025 DESO for 2 periods, from 1970-01-01T01:33:20Z until 1970-01-01T01:53:20Z.',
    )
  })

  it('tells of a plan for good that it lasts', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction({ periodSeconds: 0 }))
    world.record(2_000, subscriptionTransaction(plan))
    const decision = await decideAccess(world.context(), GOLD, FAN)
    expect(decision.expiresAt?.toISOString()).toBe('9999-12-31T23:59:59.000Z')
    expect(decision.evidence.map(({ meaning }) => meaning)).toEqual([
      'Pays 0.0000001 DESO for 1 period, from 1970-01-01T00:33:20Z for good.',
      'The version of the plan that was bought: 0.0000001 DESO once, for good.',
    ])
  })

  it('refuses who has no record, at the cost of one entry', async () => {
    const { world } = subscribedWorld()
    expect(await decideAccess(world.context(), GOLD, STRANGER)).toEqual({
      granted: false,
      reason: 'NOT_SUBSCRIBED',
      expiresAt: null,
      evidence: [],
      checkedAt: world.chain.tip,
    })
    expect(world.asked).toEqual(['tip', 'entry DIG:SUBSCRIPTION gold'])
  })

  it('refuses a record without enough money, and names it', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    const record = world.record(2_000, subscriptionTransaction(plan, { paid: 99n }))
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
      granted: false,
      reason: 'UNDERPAID',
      expiresAt: null,
      evidence: [{ transactionId: record.id, meaning: 'Pays 0.000000099 DESO: less than one period.' }],
    })
  })

  it('refuses what is not committed', async () => {
    const world = new RecordWorld()
    const plan = world.record(1_000, planTransaction())
    world.recordUncommitted(subscriptionTransaction(plan))
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
      granted: false,
      reason: 'NOT_COMMITTED',
      evidence: [],
    })
  })

  it('takes nothing away while a renewal is in flight', async () => {
    const { world, plan, payment } = subscribedWorld()
    world.recordUncommitted(subscriptionTransaction(plan, { prev: payment }))
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
      granted: true,
      expiresAt: date(2_600),
      evidence: [{ transactionId: payment.id }, {}],
    })
  })

  it('takes nothing away while a new version of the plan is in flight', async () => {
    const { world, plan } = subscribedWorld()
    world.recordUncommitted(planTransaction({ prev: plan, state: 'CLOSED' }))
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({ granted: true })
  })

  it('follows the PREV of an entry in flight no further than the chain bears it out', async () => {
    const { world, plan, payment } = subscribedWorld()
    world.recordUncommitted(
      subscriptionTransaction(plan, { prev: { height: payment.height + 1, id: payment.id } }),
    )
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
      granted: false,
      reason: 'NOT_COMMITTED',
    })
  })

  it('ends as soon as the node no longer shows the record', async () => {
    const { world, payment } = subscribedWorld()
    world.remove(payment)
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
      granted: false,
      reason: 'NOT_SUBSCRIBED',
    })
  })

  it('counts no payment when the plan has no record', async () => {
    const { world, plan } = subscribedWorld()
    world.remove(plan)
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
      granted: false,
      reason: 'NOT_SUBSCRIBED',
    })
  })

  it('grants nothing on the payment of another fan', async () => {
    const { world, plan, payment } = subscribedWorld()
    const unpaid = { fan: STRANGER_BYTES, paid: 0n, prev: payment }
    world.record(2_100, subscriptionTransaction(plan, unpaid))
    expect(await decideAccess(world.context(), GOLD, STRANGER)).toMatchObject({
      granted: false,
      reason: 'UNDERPAID',
    })
    world.recordUncommitted(subscriptionTransaction(plan, unpaid))
    expect(await decideAccess(world.context(), GOLD, STRANGER)).toMatchObject({
      granted: false,
      reason: 'NOT_COMMITTED',
    })
  })

  it('grants nothing on a payment to another creator', async () => {
    const { world, plan } = subscribedWorld()
    const { outputs } = subscriptionTransaction(plan, { creator: STRANGER_BYTES })
    world.record(2_100, { ...subscriptionTransaction(plan, { fan: STRANGER_BYTES }), outputs })
    expect(await decideAccess(world.context(), GOLD, STRANGER)).toMatchObject({ reason: 'UNDERPAID' })
  })

  it('judges at the tip that it read first, whatever was mined since', async () => {
    const { world, plan } = subscribedWorld()
    const ctx = world.context()
    const before = await decideAccess(ctx, content('PUBLIC'), STRANGER)
    world.record(2_100, subscriptionTransaction(plan, { fan: STRANGER_BYTES }))
    expect(await decideAccess(ctx, GOLD, STRANGER)).toMatchObject({
      granted: false,
      reason: 'NOT_COMMITTED',
      checkedAt: before.checkedAt,
    })
    expect(await decideAccess(world.context(), GOLD, STRANGER)).toMatchObject({ granted: true })
  })
})

describe('decideAccess for several rules', () => {
  /** Plans gold and silver, of which the fan has paid neither. */
  function twoPlans() {
    const world = new RecordWorld()
    const gold = world.record(1_000, planTransaction())
    const silver = world.record(1_000, planTransaction({ slug: 'silver', periodSeconds: 60 }))
    return { world, gold, silver }
  }
  const EITHER = content('PLAN:silver,FOLLOW,PLAN:gold')
  const forSilver = { slug: 'silver' }

  it('needs any one of them', async () => {
    const { world, gold } = twoPlans()
    world.record(2_000, subscriptionTransaction(gold))
    expect(await decideAccess(world.context(), EITHER, FAN)).toMatchObject({
      granted: true,
      expiresAt: date(2_600),
    })
  })

  it('tells the one that lasts longest', async () => {
    const { world, gold, silver } = twoPlans()
    world.record(2_000, subscriptionTransaction(gold))
    world.record(
      2_000,
      subscriptionTransaction(silver, { ...forSilver, paid: 1_000n, extra: { PERIODS: '3' } }),
    )
    expect(await decideAccess(world.context(), EITHER, FAN)).toMatchObject({ expiresAt: date(2_600) })
    world.record(
      2_001,
      subscriptionTransaction(silver, { ...forSilver, paid: 2_000n, extra: { PERIODS: '20' } }),
    )
    expect(await decideAccess(world.context(), EITHER, FAN)).toMatchObject({ expiresAt: date(3_201) })
  })

  it('tells the first reason that fits any: ended, in flight, too little, none', async () => {
    const { world, gold, silver } = twoPlans()
    const reason = async () => (await decideAccess(world.context(), EITHER, FAN)).reason
    expect(await reason()).toBe('NOT_SUBSCRIBED')
    world.record(2_000, subscriptionTransaction(silver, { ...forSilver, paid: 1n }))
    expect(await reason()).toBe('UNDERPAID')
    const { id, height } = world.recordUncommitted(subscriptionTransaction(gold))
    expect(await reason()).toBe('NOT_COMMITTED')
    world.remove({ id, height })
    world.record(2_100, subscriptionTransaction(gold))
    world.mine(9_000)
    world.recordUncommitted(subscriptionTransaction(silver, forSilver))
    expect(await reason()).toBe('EXPIRED')
  })

  it('grants nothing for rules that it does not know, or cannot judge yet', async () => {
    const { world } = subscribedWorld()
    for (const text of ['FOLLOW', 'COIN:1', 'NEW-RULE:1', `DAO:${CREATOR}:1`]) {
      expect(await decideAccess(world.context(), content(text), FAN)).toMatchObject({
        granted: false,
        reason: 'NOT_SUBSCRIBED',
      })
    }
  })

  it('grants nothing without a rule', async () => {
    const { world } = subscribedWorld()
    const none = { creator: CREATOR, policy: { text: '', rules: [] } }
    expect(await decideAccess(world.context(), none, FAN)).toMatchObject({ granted: false })
    const odd: Policy = { text: 'PUBLIC,FOLLOW', rules: [{ kind: 'PUBLIC' }, { kind: 'FOLLOW' }] }
    expect(await decideAccess(world.context(), { creator: CREATOR, policy: odd }, FAN)).toMatchObject({
      granted: false,
    })
  })

  it('asks once for a plan that stands twice', async () => {
    const { world } = subscribedWorld()
    await decideAccess(world.context(), content('PLAN:gold,PLAN:gold'), FAN)
    expect(world.asked.filter((what) => what.startsWith('entry'))).toEqual([
      'entry DIG:SUBSCRIPTION gold',
      'entry DIG:PLAN gold',
    ])
  })
})

describe('decideAccess where it cannot tell', () => {
  /** A fan who has renewed so often that the records fill many blocks. */
  function longHistory(renewals: number) {
    const { world, plan, payment } = subscribedWorld()
    let prev = payment
    for (let at = 1; at <= renewals; at++) {
      prev = world.record(2_000 + at, subscriptionTransaction(plan, { prev }))
    }
    return { world, plan }
  }

  it('throws, and grants nothing, while no node answers', async () => {
    const { world } = subscribedWorld()
    const error = new NodeUnavailableError('No DeSo node answers.')
    for (const on of [/tip/, /entry DIG:SUBSCRIPTION/, /entry DIG:PLAN/, /block/]) {
      world.failure = { on, error }
      await expect(decideAccess(world.context(), GOLD, FAN)).rejects.toBe(error)
    }
    world.failure = { on: /tip/, error }
    await expect(decideAccess(world.context(), content('PUBLIC'), FAN)).rejects.toBe(error)
  })

  it('reads 64 unread blocks at most, refuses retryably, and goes on from there', async () => {
    const { world } = longHistory(129)
    for (const blocksRead of [64, 128]) {
      const refusal = decideAccess(world.context(), GOLD, FAN)
      await expect(refusal).rejects.toMatchObject({ code: 'NODE_UNAVAILABLE', retryable: true })
      await expect(refusal).rejects.toBeInstanceOf(HistoryTooLongError)
      expect(world.asked.filter((what) => what.startsWith('block'))).toHaveLength(blocksRead)
    }
    // 130 payments of 600 s, one after the other from 2,000 s on.
    expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
      granted: true,
      expiresAt: date(2_000 + 130 * 600),
    })
  })

  it('reads 64 unread blocks for all rules of a decision together', async () => {
    const { world, plan } = longHistory(40)
    const silver = world.record(3_000, planTransaction({ slug: 'silver' }))
    let prev = world.record(3_000, subscriptionTransaction(silver, { slug: 'silver' }))
    for (let at = 1; at <= 40; at++) {
      prev = world.record(3_000 + at, subscriptionTransaction(silver, { slug: 'silver', prev }))
    }
    world.remove(plan)
    await decideAccess(world.context(), content('PLAN:gold,PLAN:silver'), FAN).catch(() => undefined)
    expect(world.asked.filter((what) => what.startsWith('block')).length).toBeLessThanOrEqual(64)
  })

  it('grants what one plan proves, though it cannot tell of another', async () => {
    const { world } = subscribedWorld()
    const silver = world.record(2_000, planTransaction({ slug: 'silver' }))
    world.record(2_000, subscriptionTransaction(silver, { slug: 'silver' }))
    const error = new NodeUnavailableError('No DeSo node answers.')
    world.failure = { on: /entry DIG:PLAN silver/, error }
    const either = content('PLAN:silver,PLAN:gold')
    expect(await decideAccess(world.context(), either, FAN)).toMatchObject({ granted: true })
    await expect(decideAccess(world.context(), content('PLAN:silver,PLAN:none'), FAN)).rejects.toBe(error)
  })
})

describe('decideAccess for an entry that its block does not list', () => {
  /** The node shows a record at the height of the tip, where the block has none. */
  function phantom() {
    const { world, plan, payment } = subscribedWorld()
    world.mine(2_010)
    const shown = world.recordUncommitted(
      subscriptionTransaction(plan, { prev: payment }),
      world.chain.tip.height,
    )
    return { world, plan, payment, shown }
  }

  it('hands on what its PREV names', async () => {
    const { world } = phantom()
    for (let tips = 0; tips < 2; tips++) {
      expect(await decideAccess(world.context(), GOLD, FAN)).toMatchObject({
        granted: true,
        expiresAt: date(2_600),
      })
      world.mine(2_020)
    }
  })

  it('takes it for one in flight until the block was read again at a later tip', async () => {
    const { world, plan } = phantom()
    const shown = subscriptionTransaction(plan, { fan: STRANGER_BYTES })
    world.recordUncommitted(shown, world.chain.tip.height)
    const reason = async () => (await decideAccess(world.context(), GOLD, STRANGER)).reason
    expect(await reason()).toBe('NOT_COMMITTED')
    expect(await reason()).toBe('NOT_COMMITTED')
    world.mine(2_020)
    expect(await reason()).toBe('NOT_SUBSCRIBED')
  })
})

describe('decideAccess within a request', () => {
  it('decides once for 20 contents of one plan', async () => {
    const { world } = subscribedWorld()
    const ctx = world.context()
    const decisions = await Promise.all(
      Array.from({ length: 20 }, () => decideAccess(ctx, content('PLAN:gold'), FAN)),
    )
    expect(decisions.every(({ granted }) => granted)).toBe(true)
    expect(world.asked.toSorted()).toEqual([
      'block 1',
      'block 2',
      'entry DIG:PLAN gold',
      'entry DIG:SUBSCRIPTION gold',
      'tip',
    ])
  })

  it('reads the tip before any entry', async () => {
    const { world } = subscribedWorld()
    await decideAccess(world.context(), GOLD, FAN)
    expect(world.asked[0]).toBe('tip')
  })

  it('never takes the answer for one account as that for another', async () => {
    const { world } = subscribedWorld()
    const ctx = world.context()
    expect((await decideAccess(ctx, GOLD, FAN)).granted).toBe(true)
    expect((await decideAccess(ctx, GOLD, STRANGER)).granted).toBe(false)
    expect((await decideAccess(ctx, GOLD, null)).reason).toBe('NOT_SIGNED_IN')
  })

  it('keeps nothing for the next one', async () => {
    const { world, payment } = subscribedWorld()
    expect((await decideAccess(world.context(), GOLD, FAN)).granted).toBe(true)
    world.remove(payment)
    expect((await decideAccess(world.context(), GOLD, FAN)).granted).toBe(false)
  })
})
