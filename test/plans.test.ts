import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { subscriptionRecord } from './support/hand-made.js'
import { at, DESO, Market } from './support/market.js'
import type { Json, Person } from './support/world.js'

/** Plans of 1,000 nanos for 600 seconds, unless said otherwise. */
let market: Market
let creator: Person
let other: Person

beforeAll(async () => {
  market = await Market.open()
  creator = await market.person('the creator')
  other = await market.person('another creator')
})
afterAll(() => market[Symbol.asyncDispose]())

const GRACE = 3600

describe('a changed plan', () => {
  it('is PLAN_CHANGED with the current terms for who saw another version', async () => {
    const fan = await market.person('saw another')
    const old = await market.plan(creator, 'changed')
    const order = { creator: creator.publicKey, plan: 'changed', signer: fan.publicKey }
    const seen = { ...order, planVersion: old.id }
    expect((await market.draft('subscribe', seen)).errors).toEqual([])
    const terms = { priceNanos: '2000', periodSeconds: 1200, title: 'Better' }
    const version = await market.plan(creator, 'changed', terms)
    expect(await market.refusal('subscribe', seen)).toMatchObject({
      __typename: 'PlanChanged',
      code: 'PLAN_CHANGED',
      path: ['input', 'planVersion'],
      plan: {
        version: version.id,
        price: { nanos: '2000' },
        periodSeconds: 1200,
        title: 'Better',
        state: 'OPEN',
      },
    })
    const { draft } = await market.draft('subscribe', { ...order, planVersion: version.id })
    expect(draft.preview.outputs[0].amount.nanos).toBe('2000')
  })

  it('on its way changes nothing yet, and a draft of the current version stays good', async () => {
    const fan = await market.person('on its way')
    const old = await market.plan(creator, 'changing')
    const payload = await market.payment(fan, creator, 'changing', { planVersion: old.id })
    await market.send(
      await market.draft('createPlan', {
        slug: 'changing',
        title: 'New',
        priceNanos: '9',
        periodSeconds: 60,
        signer: creator.publicKey,
      }),
      creator,
    )
    await market.execute(payload, fan)
    expect(await market.verdict(creator, 'changing', fan)).toBe('SUBSCRIBED')
  })

  it('may be paid for at its old terms for an hour of block time, to the second', async () => {
    const [fan, late] = [await market.person('within the hour'), await market.person('after the hour')]
    await market.plan(creator, 'grace')
    const [good, lost] = [
      await market.payment(fan, creator, 'grace'),
      await market.payment(late, creator, 'grace'),
    ]
    const changed = await market.pass(1)
    await market.plan(creator, 'grace', { priceNanos: '900000' })
    await market.pass(GRACE)
    await market.execute(good, fan)
    expect(await market.subscription(fan, 'grace')).toMatchObject({
      status: 'ACTIVE',
      startsAt: at(changed + GRACE),
      expiresAt: at(changed + GRACE + 600),
      payments: [{ paid: { nanos: '1000' }, periods: 1 }],
    })
    await market.pass(1)
    const before = await market.balance(creator)
    const { errors, transaction } = await market.world.submit(lost.draft.unsignedHex, late, 'ACCEPTED')
    expect(errors).toMatchObject([{ code: 'DRAFT_EXPIRED', transaction: null }])
    expect(transaction).toMatchObject({ status: 'UNKNOWN' })
    await market.commit()
    expect(await market.balance(creator)).toBe(before)
    expect(await market.verdict(creator, 'grace', late)).toBe('NOT_SUBSCRIBED')
  })
})

describe('a closed plan', () => {
  it('is PLAN_CLOSED to buyers and to who closes it again; subscribers keep what they paid for', async () => {
    const [fan, other] = [await market.person('subscriber'), await market.person('too late')]
    await market.plan(creator, 'closed')
    const start = await market.pass(10)
    await market.pay(fan, creator, 'closed')
    const promised = await market.payment(other, creator, 'closed')
    const closing = { slug: 'closed', signer: creator.publicKey }
    const closed = await market.execute(await market.draft('closePlan', closing), creator)
    const order = { creator: creator.publicKey, plan: 'closed', signer: fan.publicKey }
    expect(await market.refusal('subscribe', order)).toMatchObject({
      __typename: 'PlanClosed',
      code: 'PLAN_CLOSED',
      retryable: false,
    })
    expect(await market.refusal('closePlan', closing)).toMatchObject({ code: 'PLAN_CLOSED' })
    expect(await market.subscription(fan, 'closed')).toMatchObject({
      status: 'ACTIVE',
      plan: { state: 'CLOSED', version: closed.id, price: { nanos: '1000' } },
    })
    // What was drafted before is good for the hour of grace.
    await market.execute(promised, other)
    expect(await market.verdict(creator, 'closed', other)).toBe('SUBSCRIBED')
    await market.pass(599)
    expect(await market.verdict(creator, 'closed', fan)).toBe('SUBSCRIBED')
    expect(await market.pass(1)).toBe(start + 600)
    expect(await market.verdict(creator, 'closed', fan)).toBe('EXPIRED')

    await market.plan(creator, 'closed', { priceNanos: '3' })
    await market.pay(fan, creator, 'closed')
    expect(await market.verdict(creator, 'closed', fan)).toBe('SUBSCRIBED')
  })

  it('that never was is PLAN_NOT_FOUND', async () => {
    const fan = await market.person('nothing there', DESO)
    const error = await market.refusal('subscribe', {
      creator: creator.publicKey,
      plan: 'never-was',
      signer: fan.publicKey,
    })
    expect(error).toMatchObject({ code: 'PLAN_NOT_FOUND', path: ['input', 'plan'] })
    expect(await market.refusal('closePlan', { slug: 'never-was', signer: creator.publicKey })).toMatchObject(
      { code: 'PLAN_NOT_FOUND' },
    )
    expect(await market.access(creator, 'never-was', fan)).toBeNull()
  })
})

describe('a payment that cannot be', () => {
  it('to oneself is NOT_ALLOWED', async () => {
    await market.plan(creator, 'own')
    expect(
      await market.refusal('subscribe', {
        creator: creator.publicKey,
        plan: 'own',
        signer: creator.publicKey,
      }),
    ).toMatchObject({ __typename: 'NotAllowed', code: 'NOT_ALLOWED', retryable: false })
  })

  it('beyond the balance is INSUFFICIENT_FUNDS with the sums, and pins nothing', async () => {
    const fan = await market.person('poor', 5000n)
    await market.plan(creator, 'dear', { priceNanos: '2500' })
    const order = {
      creator: creator.publicKey,
      plan: 'dear',
      signer: fan.publicKey,
      periods: 2,
      idempotencyKey: market.newKey(),
    }
    const error = await market.refusal('subscribe', order)
    expect(error).toMatchObject({ __typename: 'InsufficientFunds', code: 'INSUFFICIENT_FUNDS' })
    expect(error.available).toBe('5000')
    const fee = BigInt(error.required) - 5000n
    await market.world.chain.fund(fan.publicKey, fee - 1n)
    expect(await market.refusal('subscribe', order)).toMatchObject({
      required: error.required,
      available: String(4999n + fee),
    })
    await market.world.chain.fund(fan.publicKey, 1n)
    const { draft } = await market.draft('subscribe', order)
    expect(draft.preview).toMatchObject({ fee: { nanos: String(fee) }, spend: { nanos: error.required } })
    await market.execute({ draft }, fan)
    expect(await market.balance(fan)).toBe(0n)
    expect(await market.verdict(creator, 'dear', fan)).toBe('SUBSCRIBED')
  })

  it('of more than any balance can be is INVALID_INPUT', async () => {
    const fan = await market.person('huge', DESO)
    await market.plan(creator, 'huge', { priceNanos: '18446744073709551615' })
    const order = { creator: creator.publicKey, plan: 'huge', signer: fan.publicKey }
    expect(await market.refusal('subscribe', order)).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
    expect(await market.refusal('subscribe', { ...order, periods: 2 })).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'periods'],
    })
  })
})

describe('the same refusals over REST', () => {
  it('have the statuses that fit', async () => {
    const [fan, poor] = [await market.person('over REST'), await market.person('poor over REST', 5n)]
    await market.plan(creator, 'rest-closed')
    await market.execute(
      await market.draft('closePlan', { slug: 'rest-closed', signer: creator.publicKey }),
      creator,
    )
    const old = await market.plan(creator, 'rest')
    await market.plan(creator, 'rest', { priceNanos: '2000' })
    const refuse = async (input: Record<string, unknown>) => {
      const order = { creator: creator.publicKey, plan: 'rest', signer: fan.publicKey }
      const response = await fetch(`${market.world.url}/api/subscribe`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...order, idempotencyKey: market.newKey(), ...input }),
      })
      const { draft, errors } = (await response.json()) as Json
      expect(draft).toBeNull()
      return [response.status, errors[0].__typename]
    }
    expect(await refuse({ planVersion: old.id })).toEqual([409, 'PlanChanged'])
    expect(await refuse({ plan: 'rest-closed' })).toEqual([409, 'PlanClosed'])
    expect(await refuse({ plan: 'rest-never' })).toEqual([404, 'PlanNotFound'])
    expect(await refuse({ signer: creator.publicKey })).toEqual([403, 'NotAllowed'])
    expect(await refuse({ signer: poor.publicKey })).toEqual([402, 'InsufficientFunds'])
    expect(await refuse({ signer: null })).toEqual([401, 'NotSignedIn'])
    expect(await refuse({ periods: 0 })).toEqual([400, 'InvalidInput'])
    expect(await refuse({ idempotencyKey: 'with space' })).toEqual([400, 'InvalidInput'])
    await market.send(await market.payment(fan, creator, 'rest', { idempotencyKey: 'rest' }), fan)
    expect(await refuse({})).toEqual([409, 'RecordPending'])
    expect(await refuse({ idempotencyKey: 'rest', periods: 2 })).toEqual([409, 'IdempotencyConflict'])
    await market.commit()
  })
})

describe('a plan record made by hand', () => {
  const terms = { V: '1', PRICENANOS: '1000', PERIODSECONDS: '600', TITLE: 'T', STATE: 'OPEN' }

  function version(slug: string, extra: Record<string, string>, signer = creator, target = creator) {
    return market.record(signer, { type: 'DIG:PLAN', value: slug, target, extra })
  }

  async function shown(slug: string) {
    const { account } = await market.world.ask(
      'query ($key: PublicKey!, $slug: Slug!) { account(by: { publicKey: $key }) { plan(slug: $slug) { state title version periodSeconds price { nanos } } } }',
      { key: creator.publicKey, slug },
    )
    return account.plan
  }

  it('that is ill-formed counts as CLOSED, with the terms of the one before; a good one opens it again', async () => {
    const first = await version('broken', { ...terms, TITLE: 'First', PREV: '' })
    const fan = await market.person('of a broken plan')
    await market.pay(fan, creator, 'broken')
    const broken = await version('broken', { ...terms, PRICENANOS: '0', TITLE: 'Second', PREV: first.text })
    expect(await shown('broken')).toEqual({
      state: 'CLOSED',
      title: 'First',
      version: broken.id,
      periodSeconds: 600,
      price: { nanos: '1000' },
    })
    expect(await market.verdict(creator, 'broken', fan)).toBe('SUBSCRIBED')
    expect(
      await market.refusal('subscribe', {
        creator: creator.publicKey,
        plan: 'broken',
        signer: fan.publicKey,
      }),
    ).toMatchObject({ code: 'PLAN_CLOSED' })
    await market.plan(creator, 'broken', { priceNanos: '7' })
    expect(await shown('broken')).toMatchObject({ state: 'OPEN', price: { nanos: '7' } })
  })

  it.each([
    ['a price of 0', { PRICENANOS: '0' }],
    ['a price beyond 64 bits', { PRICENANOS: '18446744073709551616' }],
    ['a period of 59 s', { PERIODSECONDS: '59' }],
    ['a period beyond ten years', { PERIODSECONDS: '315360001' }],
    ['a state of its own', { STATE: 'open' }],
    ['another version', { V: '2' }],
  ])('with %s from the start is no plan', async (name, fault) => {
    const slug = `no-plan-${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}`
    await version(slug, { ...terms, PREV: '', ...fault })
    expect(await shown(slug)).toBeNull()
  })

  it('by somebody else is no plan of the creator', async () => {
    await version('foreign', { ...terms, PREV: '' }, other, creator)
    expect(await shown('foreign')).toBeNull()
  })

  it('that was deleted locks everybody out, until a new one comes', async () => {
    const { id, text } = await market.plan(creator, 'deleted')
    const fan = await market.person('locked out')
    await market.pay(fan, creator, 'deleted', { periods: 10 })
    await market.deleteRecord(creator, id)
    await market.commit()
    expect(await shown('deleted')).toBeNull()
    expect(await market.access(creator, 'deleted', fan)).toBeNull()
    expect(await market.subscriptions(fan)).toEqual([])
    // One that does not name it: payments below its block may rest on versions outside the chain.
    await version('deleted', { ...terms, PREV: '' })
    expect(await market.verdict(creator, 'deleted', fan)).toBe('SUBSCRIBED')
    const late = await market.person('after the gap')
    await market.record(late, { ...subscriptionRecord(creator, { text }), value: 'deleted' })
    expect(await market.verdict(creator, 'deleted', late)).toBe('NOT_SUBSCRIBED')
  })

  it('with a PREV of another creator’s plan does not take that over', async () => {
    const theirs = await market.plan(other, 'borrowed', { priceNanos: '1' })
    await version('borrowed', { ...terms, PREV: theirs.text })
    const fan = await market.person('of a borrowed plan')
    await market.record(fan, {
      ...subscriptionRecord(creator, theirs),
      value: 'borrowed',
      outputs: [{ to: creator, nanos: 1n }],
    })
    expect(await market.verdict(creator, 'borrowed', fan)).toBe('NOT_SUBSCRIBED')
  })
})
