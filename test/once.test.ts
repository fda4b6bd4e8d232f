import { secp256k1 } from '@noble/curves/secp256k1.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeTransaction } from '../src/deso/codec.js'
import { publicKeyToBytes } from '../src/deso/keys.js'
import { sha256d } from '../src/deso/signature.js'
import { DESO, stranger } from './support/market.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

/** One idempotency key is one payment, however often and at once it is drafted, signed and submitted. */
let world: World
let creator: Person
let keys = 0

beforeAll(async () => {
  world = await openWorld()
  creator = world.person('alice')
})
afterAll(() => world[Symbol.asyncDispose]())

const DRAFT = 'draft { unsignedHex } errors { code retryable ... on IdempotencyConflict { differs } }'
const SUBMIT = `mutation ($input: SubmitTransactionInput!) { submitTransaction(input: $input) {
  replayed transaction { transactionId status } errors { code retryable }
} }`

async function person(name: string): Promise<Person> {
  const someone = stranger(name)
  await world.chain.fund(someone.publicKey, 100n * DESO)
  return someone
}

function newKey(): string {
  keys += 1
  return `key-${keys}`
}

async function makePlan(slug: string): Promise<void> {
  const input = { slug, title: 'Gold', priceNanos: String(DESO), periodSeconds: 600 }
  const { createPlan } = await world.ask(
    `mutation ($input: CreatePlanInput!) { createPlan(input: $input) { ${DRAFT} } }`,
    { input: { ...input, signer: creator.publicKey, idempotencyKey: newKey() } },
  )
  const { transaction } = await world.submit(createPlan.draft.unsignedHex, creator)
  expect(transaction.status).toBe('COMMITTED')
}

async function draftSubscription(fan: Person, plan: string, idempotencyKey: string): Promise<Json> {
  const { subscribe } = await world.ask(
    `mutation ($input: SubscribeInput!) { subscribe(input: $input) { ${DRAFT} } }`,
    { input: { creator: creator.publicKey, plan, signer: fan.publicKey, idempotencyKey } },
  )
  return subscribe
}

async function draftPayment(from: Person, to: Person, idempotencyKey: string): Promise<Json> {
  const sendDeso = { to: to.publicKey, amountNanos: String(DESO), signer: from.publicKey, idempotencyKey }
  const { createTransaction } = await world.ask(
    `mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) { ${DRAFT} } }`,
    { input: { sendDeso } },
  )
  return createTransaction
}

/** Every second one as RFC 6979 has it, the others each different, as some wallets sign. */
function signatureOf(unsignedHex: string, { privateKey }: Person, index: number): string {
  const digest = sha256d(Buffer.from(unsignedHex, 'hex'))
  const extraEntropy = index % 2 === 0 ? false : new Uint8Array(32).fill(index)
  const der = secp256k1.sign(digest, privateKey, { prehash: false, format: 'der', extraEntropy })
  return Buffer.from(der).toString('hex')
}

async function submit(unsignedHex: string, signer: Person, index: number): Promise<Json> {
  const input = { unsignedHex, signature: signatureOf(unsignedHex, signer, index), wait: 'COMMITTED' }
  return (await world.ask(SUBMIT, { input })).submitTransaction
}

/** Payments of one to the other in all blocks, the newest too. */
async function paymentsOnChain(from: Person, to: Person): Promise<number> {
  const [payer, payee] = [from, to].map(({ publicKey }) => publicKeyToBytes(publicKey))
  const { height } = await world.chain.mine(1)
  let payments = 0
  for (let at = 0; at <= height; at += 1) {
    const { body } = await world.chain.post('/api/v1/block', { Height: at, FullBlock: true })
    for (const { RawTransactionHex } of body.Transactions) {
      const { publicKey, outputs } = decodeTransaction(Buffer.from(RawTransactionHex, 'hex'))
      const pays = outputs.some((output) => Buffer.compare(output.publicKey, payee as Uint8Array) === 0)
      if (pays && Buffer.compare(publicKey, payer as Uint8Array) === 0) payments += 1
    }
  }
  return payments
}

function expectOne(results: readonly Json[]): void {
  expect(new Set(results.map(({ transaction }) => transaction.transactionId)).size).toBe(1)
  expect(results.map(({ transaction }) => transaction.status)).toEqual(results.map(() => 'COMMITTED'))
  expect(results.flatMap(({ errors }) => errors)).toEqual([])
  expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1)
}

describe('50 calls at once with one key', () => {
  it('that each draft, sign and submit a subscription are one payment, and each answer names it', async () => {
    await makePlan('fifty')
    const [fan, key] = [await person('fifty at once'), newKey()]
    const results = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const { draft, errors } = await draftSubscription(fan, 'fifty', key)
        expect(errors).toEqual([])
        return submit(draft.unsignedHex, fan, index)
      }),
    )
    expectOne(results)
    expect(await paymentsOnChain(fan, creator)).toBe(1)
  })

  it('that each draft, sign and submit a transfer are one payment, and each answer names it', async () => {
    const [from, to, key] = [await person('sends at once'), stranger('gets it once'), newKey()]
    const drafts = await Promise.all(Array.from({ length: 50 }, () => draftPayment(from, to, key)))
    expect(new Set(drafts.map(({ draft }) => draft.unsignedHex)).size).toBe(1)
    expectOne(await Promise.all(drafts.map(({ draft }, index) => submit(draft.unsignedHex, from, index))))
    expect(await paymentsOnChain(from, to)).toBe(1)
  })

  it('over GraphQL and REST alike are one', async () => {
    const [from, to, key] = [await person('both ways'), stranger('gets it both ways'), newKey()]
    const post = async (path: string, body: unknown) => {
      const response = await fetch(`${world.url}/api/transaction/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as Json
    }
    const sendDeso = {
      to: to.publicKey,
      amountNanos: String(DESO),
      signer: from.publicKey,
      idempotencyKey: key,
    }
    const [one, same] = await Promise.all([draftPayment(from, to, key), post('create', { sendDeso })])
    const { unsignedHex } = one.draft
    expect(same.draft.unsignedHex).toBe(unsignedHex)
    const signature = signatureOf(unsignedHex, from, 1)
    const results = await Promise.all([
      submit(unsignedHex, from, 2),
      post('submit', { unsignedHex, signature, wait: 'COMMITTED' }),
    ])
    expectOne(results)
    expect(await paymentsOnChain(from, to)).toBe(1)
  })
})

describe('keys of their own', () => {
  it('are payments of their own', async () => {
    const [from, to] = [await person('pays five times'), stranger('is paid five times')]
    const drafts = await Promise.all(Array.from({ length: 5 }, () => draftPayment(from, to, newKey())))
    const results = await Promise.all(drafts.map(({ draft }) => submit(draft.unsignedHex, from, 0)))
    expect(new Set(results.map(({ transaction }) => transaction.transactionId)).size).toBe(5)
    expect(await paymentsOnChain(from, to)).toBe(5)
  })

  it('are one payment all the same where they are one subscription at once; the others say why', async () => {
    await makePlan('ten')
    const fan = await person('ten keys')
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const { draft, errors } = await draftSubscription(fan, 'ten', newKey())
        if (!draft) return errors
        const result = await submit(draft.unsignedHex, fan, index)
        return result.errors.length > 0 ? result.errors : [{ code: result.transaction.status }]
      }),
    )
    const codes = outcomes.map(([{ code }]) => code)
    expect(codes.filter((code) => code === 'COMMITTED')).toHaveLength(1)
    expect(codes.filter((code) => !['COMMITTED', 'RECORD_PENDING', 'DRAFT_EXPIRED'].includes(code))).toEqual(
      [],
    )
    expect(await paymentsOnChain(fan, creator)).toBe(1)
  })
})

describe('a key that is used for something else', () => {
  const change = (from: Person, to: Person, amountNanos: string, idempotencyKey: string, token?: string) =>
    world
      .ask(
        `mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) { ${DRAFT} } }`,
        { input: { sendDeso: { to: to.publicKey, amountNanos, signer: from.publicKey, idempotencyKey } } },
        token,
      )
      .then(({ createTransaction }) => createTransaction as Json)

  it('is IDEMPOTENCY_CONFLICT, over all operations of its signer, and free to others', async () => {
    await makePlan('conflict')
    const [from, other, to, key] = [await person('repeats'), await person('other'), stranger('to'), newKey()]
    expect((await change(from, to, '5', key)).errors).toEqual([])
    const conflict = (...differs: string[]) => ({
      draft: null,
      errors: [{ code: 'IDEMPOTENCY_CONFLICT', retryable: false, differs }],
    })
    expect(await change(from, to, '6', key)).toEqual(conflict('amountNanos'))
    expect(await draftSubscription(from, 'conflict', key)).toEqual(conflict('operation'))
    expect((await change(other, to, '6', key)).errors).toEqual([])
  })

  it('by a stranger yields to its signer, signed in, and not the other way round', async () => {
    const [from, to, key] = [await person('is preceded'), stranger('of the preceded'), newKey()]
    const theirs = await change(from, to, '999', key)
    const token = await world.signIn(from)
    const own = await change(from, to, '5', key, token)
    expect(own.errors).toEqual([])
    expect(own.draft.unsignedHex).not.toBe(theirs.draft.unsignedHex)
    expect(await change(from, to, '5', key)).toEqual(own)
    expect((await change(from, to, '999', key)).errors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }])
    expect((await submit(own.draft.unsignedHex, from, 0)).transaction.status).toBe('COMMITTED')
    // Both have one nonce: signed by mistake, the stranger's pays nothing more.
    const late = await submit(theirs.draft.unsignedHex, from, 0)
    expect(late).toMatchObject({ transaction: { status: 'COMMITTED' }, replayed: true, errors: [] })
    expect(await paymentsOnChain(from, to)).toBe(1)
  })
})
