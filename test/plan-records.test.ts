import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { subscriptionRecord } from './support/hand-made.js'
import { Market } from './support/market.js'
import type { Person } from './support/world.js'

/** Plan records that no gateway would draft, signed and handed straight to the node. */
let market: Market
let creator: Person
let other: Person

beforeAll(async () => {
  market = await Market.open()
  creator = await market.person('the creator')
  other = await market.person('another creator')
})
afterAll(() => market[Symbol.asyncDispose]())

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
