import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChainWorld, GENESIS, openChainWorld, type Person } from '../../test/support/chain-world.js'
import { decideAccess } from '../access/decide.js'
import { decodeTransaction } from '../deso/codec.js'
import { InsufficientFundsError, InvalidInputError, NotSignedInError } from '../errors.js'
import { policyOfPlan } from '../protocol/policy.js'
import { closePlan } from './close-plan.js'
import { createPlan } from './create-plan.js'
import {
  NotSubscribedError,
  OwnSubscriptionError,
  PlanChangedError,
  PlanClosedError,
  PlanNotFoundError,
  RecordPendingError,
} from './errors.js'
import { getPlan } from './get-plan.js'
import { getSubscription } from './get-subscription.js'
import { listSubscribers } from './list-subscribers.js'
import { listSubscriptions } from './list-subscriptions.js'
import { type SubscribeInput, subscribe } from './subscribe.js'
import { unsubscribe } from './unsubscribe.js'

const GOLD = { title: 'Gold', priceNanos: 5_000_000_000n, periodSeconds: 600 }

let world: ChainWorld
let alice: Person
let bob: Person
let keys = 0
/** Unix seconds: where the chain stands. */
let now = GENESIS

beforeAll(async () => {
  world = await openChainWorld()
  alice = world.person('alice')
  bob = world.person('bob')
})
afterAll(() => world[Symbol.asyncDispose]())

const newKey = () => `key-${++keys}`
const at = (unixSeconds: number) => new Date(unixSeconds * 1000)

async function forward(seconds: number): Promise<void> {
  now = await world.forward(seconds)
}

/** Creates a plan of alice's, or a new version, and commits it; its version. */
async function havePlan(slug: string, terms: Partial<typeof GOLD> = {}): Promise<string> {
  const draft = await createPlan(world.as(alice), { slug, ...GOLD, ...terms, idempotencyKey: newKey() })
  const version = await world.send(draft, alice)
  await world.commit()
  return version
}

function draftPayment(slug: string, more: Partial<SubscribeInput> = {}) {
  return subscribe(world.as(bob), { creator: alice.publicKey, plan: slug, idempotencyKey: newKey(), ...more })
}

/** Pays and commits, a second later; the id of the transaction. The time of its block is `now`. */
async function pay(slug: string, more: Partial<SubscribeInput> = {}): Promise<string> {
  const id = await world.send(await draftPayment(slug, more), bob)
  await forward(1)
  return id
}

function draftEnd(slug: string) {
  return unsubscribe(world.as(bob), { creator: alice.publicKey, plan: slug, idempotencyKey: newKey() })
}

const subscription = (slug: string) => getSubscription(world.as(null), bob.publicKey, alice.publicKey, slug)

const access = (slug: string) =>
  decideAccess(world.as(null), { creator: alice.publicKey, policy: policyOfPlan(slug) }, bob.publicKey)

function extraDataOf(unsignedHex: string): Record<string, string> {
  const { extraData } = decodeTransaction(Buffer.from(unsignedHex, 'hex'))
  return Object.fromEntries([...extraData].map(([key, value]) => [key, Buffer.from(value).toString('utf8')]))
}

describe('a first subscription', () => {
  it('is drafted as one payment to the creator, with the record in the same transaction', async () => {
    const version = await havePlan('first')
    const draft = await draftPayment('first', { periods: 3, planVersion: version })
    expect(draft).toMatchObject({ kind: 'SUBSCRIBE', signer: bob.publicKey })
    expect(draft.preview.outputs).toEqual([{ to: alice.publicKey, amountNanos: 15_000_000_000n }])
    expect(draft.preview.spendNanos).toBe(15_000_000_000n + draft.preview.feeNanos)
    expect(draft.preview.summary).toBe(
      `${bob.publicKey} pays 15 DESO to ${alice.publicKey} for the plan “first” (“Gold”): 3 periods of 10 minutes.`,
    )
    const { PLAN, ...rest } = extraDataOf(draft.unsignedHex)
    expect(PLAN).toMatch(new RegExp(`^[0-9]+:${version}$`))
    expect(rest).toEqual({ V: '1', PERIODS: '3', PREV: '' })
  })

  it('goes from nothing over PENDING to ACTIVE, and gives access only then', async () => {
    await havePlan('story')
    expect(await subscription('story')).toBeNull()
    expect(await access('story')).toMatchObject({ granted: false, reason: 'NOT_SUBSCRIBED' })
    const transactionId = await world.send(await draftPayment('story'), bob)
    expect(await subscription('story')).toMatchObject({
      status: 'PENDING',
      startsAt: null,
      expiresAt: null,
      payments: [],
    })
    expect(await access('story')).toMatchObject({ granted: false, reason: 'NOT_COMMITTED' })
    await forward(1)
    expect(await subscription('story')).toEqual({
      fan: bob.publicKey,
      creator: alice.publicKey,
      slug: 'story',
      plan: await getPlan(world.as(null), alice.publicKey, 'story'),
      status: 'ACTIVE',
      startsAt: at(now),
      expiresAt: at(now + 600),
      payments: [
        {
          transactionId,
          height: expect.any(Number),
          paidNanos: 5_000_000_000n,
          periods: 1,
          startsAt: at(now),
          endsAt: at(now + 600),
        },
      ],
    })
    expect(await access('story')).toMatchObject({
      granted: true,
      reason: 'SUBSCRIBED',
      expiresAt: at(now + 600),
    })
  })

  it('ends to the second', async () => {
    await havePlan('exact')
    await pay('exact')
    const end = now + 600
    await forward(599)
    expect(now).toBe(end - 1)
    expect(await access('exact')).toMatchObject({ granted: true })
    await forward(1)
    expect(await access('exact')).toMatchObject({ granted: false, reason: 'EXPIRED' })
    expect(await subscription('exact')).toMatchObject({ status: 'EXPIRED', expiresAt: at(end) })
  })

  it('is drafted the same for the same key and input, whatever has happened since', async () => {
    await havePlan('same')
    const idempotencyKey = newKey()
    const draft = await draftPayment('same', { idempotencyKey })
    await world.send(draft, bob)
    expect(await draftPayment('same', { idempotencyKey, periods: 1, planVersion: null })).toEqual(draft)
    await expect(draftPayment('same', { idempotencyKey, periods: 2 })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    })
    await world.commit()
  })
})

describe('a renewal', () => {
  it('before the end extends it, and names the record that it renews', async () => {
    await havePlan('early')
    const first = await pay('early')
    const start = now
    await forward(100)
    const draft = await draftPayment('early', { periods: 2 })
    expect(extraDataOf(draft.unsignedHex).PREV).toMatch(new RegExp(`^[0-9]+:${first}$`))
    const second = await world.send(draft, bob)
    await forward(1)
    expect(await subscription('early')).toMatchObject({
      status: 'ACTIVE',
      startsAt: at(start),
      expiresAt: at(start + 1_800),
      payments: [
        { transactionId: second, periods: 2, startsAt: at(start + 600), endsAt: at(start + 1_800) },
        { transactionId: first, periods: 1, startsAt: at(start), endsAt: at(start + 600) },
      ],
    })
    expect((await access('early')).evidence.map(({ transactionId }) => transactionId).slice(0, 2)).toEqual([
      second,
      first,
    ])
  })

  it('takes nothing away while it is in flight', async () => {
    await havePlan('flight')
    await pay('flight')
    const end = now + 600
    await world.send(await draftPayment('flight'), bob)
    expect(await subscription('flight')).toMatchObject({ status: 'ACTIVE', expiresAt: at(end) })
    expect(await access('flight')).toMatchObject({ granted: true, expiresAt: at(end) })
    await world.commit()
    expect(await access('flight')).toMatchObject({ granted: true, expiresAt: at(end + 600) })
  })

  it('waits for the record before to be committed, as does the end', async () => {
    await havePlan('pending')
    await world.send(await draftPayment('pending'), bob)
    for (const draft of [draftPayment, draftEnd]) {
      const refused = draft('pending')
      await expect(refused).rejects.toBeInstanceOf(RecordPendingError)
      await expect(refused).rejects.toMatchObject({ code: 'RECORD_PENDING', retryable: true })
    }
    await world.commit()
    expect(await draftPayment('pending')).toMatchObject({ kind: 'SUBSCRIBE' })
    expect(await draftEnd('pending')).toMatchObject({ kind: 'UNSUBSCRIBE' })
  })

  it('after the end starts anew and names nothing', async () => {
    await havePlan('late')
    await pay('late')
    await forward(1_000)
    expect(await subscription('late')).toMatchObject({ status: 'EXPIRED' })
    const draft = await draftPayment('late')
    expect(extraDataOf(draft.unsignedHex).PREV).toBe('')
    const transactionId = await world.send(draft, bob)
    await forward(1)
    expect(await subscription('late')).toMatchObject({
      status: 'ACTIVE',
      startsAt: at(now),
      expiresAt: at(now + 600),
      payments: [{ transactionId }],
    })
  })

  it('pays the price of the present version, and leaves what was bought as it is', async () => {
    await havePlan('dearer')
    await pay('dearer')
    const start = now
    await havePlan('dearer', { priceNanos: 9n, periodSeconds: 60 })
    const draft = await draftPayment('dearer')
    expect(draft.preview.outputs).toEqual([{ to: alice.publicKey, amountNanos: 9n }])
    await world.send(draft, bob)
    await forward(1)
    expect(await subscription('dearer')).toMatchObject({
      plan: { priceNanos: 9n, periodSeconds: 60 },
      expiresAt: at(start + 660),
    })
  })
})

describe('unsubscribing', () => {
  it('ends access as soon as the node no longer shows the record', async () => {
    await havePlan('ending')
    await pay('ending')
    const draft = await draftEnd('ending')
    expect(draft).toMatchObject({ kind: 'UNSUBSCRIBE', signer: bob.publicKey })
    expect(draft.preview).toMatchObject({ outputs: [], spendNanos: draft.preview.feeNanos })
    expect(draft.preview.summary).toBe(
      `${bob.publicKey} ends the subscription to the plan “ending” of ${alice.publicKey}, giving up what was paid for, and pays the network fee alone.`,
    )
    await world.send(draft, bob)
    expect(await access('ending')).toMatchObject({ granted: false, reason: 'NOT_SUBSCRIBED' })
    expect(await subscription('ending')).toBeNull()
    await world.commit()
    expect(await subscription('ending')).toBeNull()
  })

  it('needs a record', async () => {
    await havePlan('never')
    await expect(draftEnd('never')).rejects.toBeInstanceOf(NotSubscribedError)
    await expect(draftEnd('No Slug')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'plan'],
    })
  })

  it('lets the fan subscribe again, as if for the first time', async () => {
    await havePlan('again')
    await pay('again', { periods: 9 })
    await world.send(await draftEnd('again'), bob)
    await world.commit()
    const draft = await draftPayment('again')
    expect(extraDataOf(draft.unsignedHex).PREV).toBe('')
    const transactionId = await world.send(draft, bob)
    await forward(1)
    expect(await subscription('again')).toMatchObject({
      startsAt: at(now),
      expiresAt: at(now + 600),
      payments: [{ transactionId }],
    })
  })

  it('removes a record that buys nothing, which is no subscription', async () => {
    await havePlan('unpaid')
    const { unsignedHex } = await draftPayment('unpaid')
    const { metadata, extraData, outputs } = decodeTransaction(Buffer.from(unsignedHex, 'hex'))
    const tooLittle = outputs.map((output) => ({ ...output, amountNanos: output.amountNanos - 1n }))
    await world.sendOwn({ metadata, extraData, outputs: tooLittle }, bob)
    await world.commit()
    expect(await access('unpaid')).toMatchObject({ granted: false, reason: 'UNDERPAID' })
    expect(await subscription('unpaid')).toBeNull()
    await world.send(await draftEnd('unpaid'), bob)
    expect(await access('unpaid')).toMatchObject({ granted: false, reason: 'NOT_SUBSCRIBED' })
    await world.commit()
  })
})

describe('a plan for good', () => {
  it('is bought once, and lasts', async () => {
    await havePlan('good', { periodSeconds: 0 })
    const draft = await draftPayment('good')
    expect(draft.preview.summary).toBe(
      `${bob.publicKey} pays 5 DESO to ${alice.publicKey} for the plan “good” (“Gold”): once, for good.`,
    )
    await world.send(draft, bob)
    await forward(1)
    expect((await subscription('good'))?.expiresAt?.toISOString()).toBe('9999-12-31T23:59:59.000Z')
    await forward(400_000_000)
    expect(await access('good')).toMatchObject({ granted: true })
  })

  it('takes no other number of periods than 1', async () => {
    await havePlan('good-once', { periodSeconds: 0 })
    await expect(draftPayment('good-once', { periods: 2 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'periods'],
      message: 'A plan for good is bought once: periods must be 1.',
    })
  })
})

describe('subscribe refuses', () => {
  it('another version than the one that the fan saw, and tells the present one', async () => {
    const seen = await havePlan('changed')
    const version = await havePlan('changed', { priceNanos: 6_000_000_000n })
    const refusal = draftPayment('changed', { planVersion: seen })
    await expect(refusal).rejects.toBeInstanceOf(PlanChangedError)
    await expect(refusal).rejects.toMatchObject({
      code: 'PLAN_CHANGED',
      plan: { creator: alice.publicKey, slug: 'changed', priceNanos: 6_000_000_000n, version },
    })
    expect(await draftPayment('changed', { planVersion: version })).toMatchObject({ kind: 'SUBSCRIBE' })
  })

  it('a closed plan, whose subscribers stay', async () => {
    await havePlan('shut')
    await pay('shut')
    await world.send(await closePlan(world.as(alice), { slug: 'shut', idempotencyKey: newKey() }), alice)
    await world.commit()
    await expect(draftPayment('shut')).rejects.toBeInstanceOf(PlanClosedError)
    expect(await access('shut')).toMatchObject({ granted: true })
    expect(await subscription('shut')).toMatchObject({ status: 'ACTIVE', plan: { state: 'CLOSED' } })
  })

  it('a plan whose newest version is not committed yet', async () => {
    const draft = await createPlan(world.as(alice), { slug: 'brand-new', ...GOLD, idempotencyKey: newKey() })
    await world.send(draft, alice)
    await expect(draftPayment('brand-new')).rejects.toBeInstanceOf(RecordPendingError)
    await world.commit()
    expect(await draftPayment('brand-new')).toMatchObject({ kind: 'SUBSCRIBE' })
  })

  it('a plan or creator that is not there', async () => {
    await expect(draftPayment('nothing')).rejects.toBeInstanceOf(PlanNotFoundError)
    await expect(draftPayment('gold', { creator: world.person('judy').publicKey })).rejects.toMatchObject({
      code: 'PLAN_NOT_FOUND',
      path: ['input', 'plan'],
    })
  })

  it('the creator’s own plan', async () => {
    await havePlan('own')
    const own = draftPayment('own', { signer: alice.publicKey })
    await expect(own).rejects.toBeInstanceOf(OwnSubscriptionError)
    await expect(own).rejects.toMatchObject({ code: 'NOT_ALLOWED' })
  })

  it.each([0, -1, 1_201, 1.5, Number.NaN])('%d periods', async (periods) => {
    const refusal = draftPayment('gold', { periods })
    await expect(refusal).rejects.toBeInstanceOf(InvalidInputError)
    await expect(refusal).rejects.toMatchObject({
      path: ['input', 'periods'],
      message: 'The number of periods is 1 to 1200.',
    })
  })

  it('more periods than 2^64 - 1 nanos pay for', async () => {
    await havePlan('huge', { priceNanos: 2n ** 63n })
    await expect(draftPayment('huge', { periods: 2 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'periods'],
      message: 'So many periods cost more than 2^64 - 1 nanos: at most 1.',
    })
  })

  it('what the fan cannot pay', async () => {
    await havePlan('dear', { priceNanos: 1_000_000_000_000_000n })
    await expect(draftPayment('dear')).rejects.toBeInstanceOf(InsufficientFundsError)
  })

  it('nobody as a signer', async () => {
    const input = { creator: alice.publicKey, plan: 'gold', idempotencyKey: newKey() }
    await expect(subscribe(world.as(null), input)).rejects.toBeInstanceOf(NotSignedInError)
    await expect(unsubscribe(world.as(null), input)).rejects.toBeInstanceOf(NotSignedInError)
  })
})

describe('lists', () => {
  it('show a subscription to its fan and to its creator', async () => {
    const [carol, dave] = [world.person('carol'), world.person('dave')]
    const plan = { slug: 'listed', ...GOLD, idempotencyKey: newKey() }
    await world.send(await createPlan(world.as(carol), plan), carol)
    await world.commit()
    const order = { creator: carol.publicKey, plan: 'listed', idempotencyKey: newKey() }
    await world.send(await subscribe(world.as(dave), order), dave)
    await world.commit()
    const expected = await getSubscription(world.as(null), dave.publicKey, carol.publicKey, 'listed')
    expect(expected?.status).toBe('ACTIVE')
    const asFan = await listSubscriptions(world.as(null), dave.publicKey, { active: true, page: {} })
    expect(asFan.edges.map(({ node }) => node)).toEqual([expected])
    const asCreator = await listSubscribers(world.as(null), carol.publicKey, { page: {} })
    expect(asCreator.edges.map(({ node }) => node)).toEqual([expected])
  })
})
