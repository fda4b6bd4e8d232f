import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChainWorld, openChainWorld, type Person } from '../../test/support/chain-world.js'
import { loadPlan } from '../access/records.js'
import type { RecordRef } from '../deso/chain.js'
import { decodeTransaction } from '../deso/codec.js'
import { publicKeyToBytes } from '../deso/keys.js'
import { InvalidInputError, NotSignedInError } from '../errors.js'
import { buildPlanRecord } from '../protocol/records.js'
import { closePlan } from './close-plan.js'
import { createPlan } from './create-plan.js'
import { PlanClosedError, PlanNotFoundError, RecordPendingError } from './errors.js'
import { getPlan } from './get-plan.js'
import { listPlans } from './list-plans.js'

let world: ChainWorld
let alice: Person
let keys = 0

beforeAll(async () => {
  world = await openChainWorld()
  alice = world.person('alice')
})
afterAll(() => world[Symbol.asyncDispose]())

const GOLD = { title: 'Gold ✨', priceNanos: 5_000_000_000n, periodSeconds: 2_592_000 }
const newKey = () => `key-${++keys}`

function draftPlan(slug: string, terms: Partial<typeof GOLD> = {}, idempotencyKey = newKey()) {
  return createPlan(world.as(alice), { slug, ...GOLD, ...terms, idempotencyKey })
}

/** Created, signed, sent and committed: its version. */
async function havePlan(slug: string, terms: Partial<typeof GOLD> = {}): Promise<string> {
  const version = await world.send(await draftPlan(slug, terms), alice)
  await world.commit()
  return version
}

function extraDataOf(unsignedHex: string): Record<string, string> {
  const { extraData } = decodeTransaction(Buffer.from(unsignedHex, 'hex'))
  return Object.fromEntries([...extraData].map(([key, value]) => [key, Buffer.from(value).toString('utf8')]))
}

describe('createPlan', () => {
  it('drafts a record that pays nobody and says all terms', async () => {
    const draft = await draftPlan('drafted')
    expect(draft).toMatchObject({ kind: 'CREATE_PLAN', signer: alice.publicKey })
    expect(draft.preview.outputs).toEqual([])
    expect(draft.preview.spendNanos).toBe(draft.preview.feeNanos)
    expect(draft.preview.summary).toContain('offers the plan “drafted” (“Gold ✨”) for 5 DESO per 30 days')
    expect(decodeTransaction(Buffer.from(draft.unsignedHex, 'hex')).metadata).toEqual({
      type: 'CREATE_USER_ASSOCIATION',
      targetPublicKey: publicKeyToBytes(alice.publicKey),
      appPublicKey: new Uint8Array(33),
      associationType: Uint8Array.from(Buffer.from('DIG:PLAN')),
      associationValue: Uint8Array.from(Buffer.from('drafted')),
    })
    expect(extraDataOf(draft.unsignedHex)).toEqual({
      V: '1',
      PRICENANOS: '5000000000',
      PERIODSECONDS: '2592000',
      TITLE: 'Gold ✨',
      STATE: 'OPEN',
      PREV: '',
    })
  })

  it('makes a plan once it is committed, and not before', async () => {
    const version = await world.send(await draftPlan('fresh'), alice)
    expect(await getPlan(world.as(null), alice.publicKey, 'fresh')).toBeNull()
    await world.commit()
    expect(await getPlan(world.as(null), alice.publicKey, 'fresh')).toEqual({
      creator: alice.publicKey,
      slug: 'fresh',
      ...GOLD,
      state: 'OPEN',
      version,
    })
  })

  it('makes a new version of a plan that is there, which names the one before', async () => {
    const first = await havePlan('twice')
    const draft = await draftPlan('twice', { title: 'Golden', priceNanos: 7n })
    expect(extraDataOf(draft.unsignedHex).PREV).toMatch(new RegExp(`^[0-9]+:${first}$`))
    const second = await world.send(draft, alice)
    expect(await getPlan(world.as(null), alice.publicKey, 'twice')).toMatchObject({
      title: 'Gold ✨',
      version: first,
    })
    await world.commit()
    expect(await getPlan(world.as(null), alice.publicKey, 'twice')).toMatchObject({
      title: 'Golden',
      priceNanos: 7n,
      version: second,
    })
  })

  it('waits for the version before to be committed', async () => {
    await world.send(await draftPlan('pending'), alice)
    const again = draftPlan('pending')
    await expect(again).rejects.toBeInstanceOf(RecordPendingError)
    await expect(again).rejects.toMatchObject({ code: 'RECORD_PENDING', retryable: true })
    await expect(
      closePlan(world.as(alice), { slug: 'pending', idempotencyKey: newKey() }),
    ).rejects.toBeInstanceOf(RecordPendingError)
    await world.commit()
    expect(await draftPlan('pending')).toMatchObject({ kind: 'CREATE_PLAN' })
  })

  it('gives the same draft for the same key and input, whatever has happened since', async () => {
    const key = newKey()
    const draft = await draftPlan('same', {}, key)
    await world.send(draft, alice)
    expect(await draftPlan('same', {}, key)).toEqual(draft)
    await expect(draftPlan('same', { priceNanos: 1n }, key)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    })
  })

  it.each([
    [{ slug: 'Gold' }, 'slug', 'A slug is 1 to 64 of a-z, 0-9 and -.'],
    [{ slug: 'a'.repeat(65) }, 'slug', 'A slug is 1 to 64 of a-z, 0-9 and -.'],
    [{ title: '' }, 'title', 'A title is 1 to 256 bytes of UTF-8 without control characters.'],
    [{ title: 'é'.repeat(129) }, 'title', 'A title is 1 to 256 bytes of UTF-8 without control characters.'],
    [{ title: 'a\nb' }, 'title', 'A title is 1 to 256 bytes of UTF-8 without control characters.'],
    [
      { priceNanos: 0n },
      'priceNanos',
      'A price is at least 1 nano and below 2^64; what is free needs no plan.',
    ],
    [
      { priceNanos: 2n ** 64n },
      'priceNanos',
      'A price is at least 1 nano and below 2^64; what is free needs no plan.',
    ],
    [
      { periodSeconds: 59 },
      'periodSeconds',
      'A period is 60 to 315360000 seconds, or 0: bought once, for good.',
    ],
    [
      { periodSeconds: 315_360_001 },
      'periodSeconds',
      'A period is 60 to 315360000 seconds, or 0: bought once, for good.',
    ],
    [
      { periodSeconds: -1 },
      'periodSeconds',
      'A period is 60 to 315360000 seconds, or 0: bought once, for good.',
    ],
  ])('refuses %o', async (terms, field, message) => {
    const refusal = createPlan(world.as(alice), { slug: 'x', ...GOLD, ...terms, idempotencyKey: newKey() })
    await expect(refusal).rejects.toBeInstanceOf(InvalidInputError)
    await expect(refusal).rejects.toMatchObject({ path: ['input', field], message })
  })

  it.each([1n, 2n ** 64n - 1n])('takes a price of %d nanos', async (priceNanos) => {
    expect(extraDataOf((await draftPlan('price', { priceNanos })).unsignedHex).PRICENANOS).toBe(
      String(priceNanos),
    )
  })

  it('drafts for any signer, and for nobody not at all', async () => {
    const bob = world.person('bob')
    const input = { slug: 'x', ...GOLD, idempotencyKey: newKey() }
    expect(await createPlan(world.as(null), { ...input, signer: bob.publicKey })).toMatchObject({
      signer: bob.publicKey,
    })
    await expect(createPlan(world.as(null), input)).rejects.toBeInstanceOf(NotSignedInError)
  })
})

describe('closePlan', () => {
  const draftClosing = (slug: string) => closePlan(world.as(alice), { slug, idempotencyKey: newKey() })

  it('drafts a last version with the same terms', async () => {
    const open = await havePlan('closing')
    const draft = await draftClosing('closing')
    expect(draft.preview).toMatchObject({ kind: 'CREATE_PLAN', outputs: [] })
    expect(draft.preview.summary).toContain('closes the plan “closing”')
    expect(extraDataOf(draft.unsignedHex)).toMatchObject({
      STATE: 'CLOSED',
      TITLE: 'Gold ✨',
      PRICENANOS: '5000000000',
    })
    const closed = await world.send(draft, alice)
    expect(await getPlan(world.as(null), alice.publicKey, 'closing')).toMatchObject({
      state: 'OPEN',
      version: open,
    })
    await world.commit()
    expect(await getPlan(world.as(null), alice.publicKey, 'closing')).toEqual({
      creator: alice.publicKey,
      slug: 'closing',
      ...GOLD,
      state: 'CLOSED',
      version: closed,
    })
  })

  it('refuses what is closed already, also by an ill-formed version', async () => {
    await havePlan('closed')
    await world.send(await draftClosing('closed'), alice)
    await world.commit()
    await expect(draftClosing('closed')).rejects.toBeInstanceOf(PlanClosedError)
    await havePlan('broken')
    const { current } = await loadPlan(world.as(null), { creator: alice.publicKey, slug: 'broken' })
    const { extraData, ...record } = planRecord('broken', 'Gold', current?.ref)
    await world.sendOwn({ ...record, extraData: new Map([...extraData, ['V', Buffer.from('2')]]) }, alice)
    await world.commit()
    await expect(draftClosing('broken')).rejects.toBeInstanceOf(PlanClosedError)
  })

  it('refuses a plan that is not there', async () => {
    await expect(draftClosing('nothing')).rejects.toBeInstanceOf(PlanNotFoundError)
    await expect(draftClosing('nothing')).rejects.toMatchObject({
      code: 'PLAN_NOT_FOUND',
      path: ['input', 'slug'],
    })
    await expect(draftClosing('No Slug')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'slug'],
    })
  })

  it('closes a plan whose title another app wrote as this gateway would not', async () => {
    const titles = { 'odd-empty': '', 'odd-long': 'é'.repeat(200), 'odd-lines': 'two\nlines' }
    for (const [slug, title] of Object.entries(titles)) await world.sendOwn(planRecord(slug, title), alice)
    await world.commit()
    const titleOf = async (slug: string) => extraDataOf((await draftClosing(slug)).unsignedHex).TITLE
    expect(await titleOf('odd-empty')).toBe('odd-empty')
    expect(await titleOf('odd-long')).toBe('é'.repeat(128))
    expect(await titleOf('odd-lines')).toBe('twolines')
  })

  /** Written by an app that sets itself no limits. */
  function planRecord(slug: string, title: string, prev: RecordRef | null = null) {
    const terms = { ...GOLD, title: 'x', creator: alice.bytes, slug, state: 'OPEN' as const, prev }
    const record = buildPlanRecord(terms)
    return { ...record, extraData: new Map([...record.extraData, ['TITLE', Buffer.from(title)]]) }
  }
})

describe('getPlan and listPlans', () => {
  it('find no plan of an account that nobody has seen, and none of that slug', async () => {
    expect(await getPlan(world.as(null), world.person('judy').publicKey, 'gold')).toBeNull()
    expect(await listPlans(world.as(null), world.person('judy').publicKey, {})).toEqual({
      edges: [],
      hasNextPage: false,
      hasPreviousPage: false,
    })
  })

  it('page through the plans of a creator while versions come and go', async () => {
    const carol = world.person('carol')
    const draft = (slug: string) => createPlan(world.as(carol), { slug, ...GOLD, idempotencyKey: newKey() })
    for (const slug of ['e30', 'e10', 'e20', 'e00', 'e40']) await world.send(await draft(slug), carol)
    await world.commit()
    const slugs: string[] = []
    let after: string | undefined
    for (;;) {
      const page = await listPlans(world.as(null), carol.publicKey, { first: 2, ...(after && { after }) })
      slugs.push(...page.edges.map(({ node }) => node.slug))
      after = page.edges.at(-1)?.cursor
      // Both the row at the cursor and a row behind it get a version that is not committed.
      await world.send(await draft(slugs.at(-1) ?? ''), carol)
      await world.send(await draft(`${slugs.at(-1)}-new`), carol)
      if (!page.hasNextPage) break
    }
    expect(slugs).toEqual(['e00', 'e10', 'e20', 'e30', 'e40'])
  })
})
