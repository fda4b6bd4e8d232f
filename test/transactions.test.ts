import { secp256k1 } from '@noble/curves/secp256k1.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getAccount } from '../src/account/get-account.js'
import type { RequestContext } from '../src/context.js'
import { decodeTransaction, encodeTransaction, unsignedBytes } from '../src/deso/codec.js'
import { publicKeyFromBytes, publicKeyOf, publicKeyToBytes } from '../src/deso/keys.js'
import { sha256d } from '../src/deso/signature.js'
import type { Gateway } from '../src/gateway.js'
import { buildPlanRecord, buildSubscriptionRecord } from '../src/protocol/records.js'
import { createTransaction } from '../src/transaction/create-transaction.js'
import { createDraft } from '../src/transaction/draft.js'
import type { Draft } from '../src/transaction/draft-request.js'
import { getTransaction } from '../src/transaction/status.js'
import { submitTransaction } from '../src/transaction/submit.js'
import { openChain, openWorld, type Person, type World } from './support/world.js'

/** Drafts and submits against the local chain, over HTTP, with the state on disk. */
const DESO = 1_000_000_000n
const SUBMIT = '/api/v0/submit-transaction'
const SEED = '0a'.repeat(32)

let world: World
let keys = 0

beforeAll(async () => {
  world = await openWorld({ env: { GATEWAY_SEED: SEED } })
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
})

function newKey(): string {
  keys += 1
  return `key-${keys}`
}

function request(gateway: Gateway = world.gateway): RequestContext {
  const { signal } = new AbortController()
  return {
    app: gateway.app,
    viewer: null,
    signal,
    loaders: gateway.app.createLoaders(signal),
    requestId: 'test',
  }
}

/** A key that has nothing but what a test gives it. */
function stranger(name: string): Person {
  const privateKey = sha256d(Buffer.from(name))
  return { name, privateKey, publicKey: publicKeyFromBytes(publicKeyOf(privateKey), 'testnet') }
}

function send(
  from: Person,
  to: Person,
  amountNanos: bigint,
  idempotencyKey: string,
  gateway = world.gateway,
): Promise<Draft> {
  return createTransaction(request(gateway), {
    sendDeso: { to: to.publicKey, amountNanos, signer: from.publicKey, idempotencyKey },
  })
}

/** With `k` a signature of its own, as a wallet that does not follow RFC 6979 makes one each time. */
function sign({ unsignedHex }: Draft, { privateKey }: Person, k?: number): string {
  const transaction = decodeTransaction(Buffer.from(unsignedHex, 'hex'))
  const extraEntropy = k === undefined ? false : new Uint8Array(32).fill(k)
  const signature = secp256k1.sign(sha256d(unsignedBytes(transaction)), privateKey, {
    prehash: false,
    format: 'der',
    extraEntropy,
  })
  return Buffer.from(encodeTransaction({ ...transaction, signature })).toString('hex')
}

function submit(signedHex: string, wait: 'ACCEPTED' | 'COMMITTED' = 'COMMITTED', gateway = world.gateway) {
  return submitTransaction(request(gateway), { signedHex }, wait)
}

async function balance({ publicKey }: Person): Promise<bigint> {
  return (await getAccount(request(), publicKey)).balanceNanos
}

describe('a payment', () => {
  it('of 50 concurrent calls with one key, each signed and submitted, is one, and 50 answers name it', async () => {
    const [alice, bob, key] = [world.person('alice'), stranger('fifty'), newKey()]
    const drafts = await Promise.all(Array.from({ length: 50 }, () => send(alice, bob, DESO, key)))
    const results = await Promise.all(drafts.map((draft, index) => submit(sign(draft, alice, index))))
    expect(new Set(drafts.map(({ unsignedHex }) => unsignedHex)).size).toBe(1)
    expect(new Set(results.map(({ transaction }) => transaction?.id)).size).toBe(1)
    expect(new Set(results.map(({ transaction }) => transaction?.status))).toEqual(new Set(['COMMITTED']))
    expect(results.flatMap(({ errors }) => errors)).toEqual([])
    expect(await balance(bob)).toBe(DESO)
  })

  it('that was refused for want of funds pays once when there are funds', async () => {
    const [poor, bob, key] = [stranger('poor'), stranger('payee'), newKey()]
    await world.chain.fund(poor.publicKey, 2n * DESO)
    const draft = await send(poor, bob, DESO, key)
    await submit(sign(await send(poor, world.person('carol'), DESO + DESO / 2n, newKey()), poor))
    const left = await balance(poor)
    const refused = await submit(sign(draft, poor))
    expect(refused).toMatchObject({
      transaction: { status: 'REJECTED', rejection: { rule: 'RuleErrorInsufficientBalance' } },
      errors: [{ code: 'INSUFFICIENT_FUNDS', required: DESO + draft.preview.feeNanos, available: left }],
    })
    await world.chain.fund(poor.publicKey, DESO)
    expect(await submit(sign(draft, poor))).toEqual(refused)
    const again = await send(poor, bob, DESO, key)
    expect(again.preview.feeNanos).toBe(draft.preview.feeNanos + 1n)
    expect(await submit(sign(again, poor))).toMatchObject({
      transaction: { status: 'COMMITTED' },
      errors: [],
    })
    expect(await balance(bob)).toBe(DESO)
    expect((await getTransaction(request(), refused.transaction?.id ?? '')).status).toBe('REJECTED')
  })

  it.each([
    'halfBody',
    'reset',
    'html',
    '500',
  ])('whose answer is lost by %s is never called failed, and pays once', async (kind) => {
    const [alice, bob] = [world.person('alice'), stranger(`lost by ${kind}`)]
    const draft = await send(alice, bob, DESO, newKey())
    await world.chain.faults({ kind, path: SUBMIT, times: 1 })
    const first = await submit(sign(draft, alice, 1), 'ACCEPTED')
    expect(['PENDING', 'COMMITTED']).toContain(first.transaction?.status)
    for (const error of first.errors)
      expect(error).toMatchObject({ code: 'NODE_UNAVAILABLE', retryable: true })
    const second = await submit(sign(draft, alice, 2))
    expect(second).toMatchObject({
      transaction: { id: first.transaction?.id, status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(await balance(bob)).toBe(DESO)
  })

  it('survives a restart between draft, submit and commit', async () => {
    const [alice, bob, key] = [world.person('alice'), stranger('restarted'), newKey()]
    const draft = await send(alice, bob, DESO, key)
    await world.restart()
    expect(await send(alice, bob, DESO, key)).toEqual(draft)
    const { transaction } = await submit(sign(draft, alice, 1), 'ACCEPTED')
    await world.restart()
    expect(await submit(sign(draft, alice, 2))).toMatchObject({
      transaction: { id: transaction?.id, status: 'COMMITTED' },
      replayed: true,
    })
    await world.restart()
    expect(await getTransaction(request(), transaction?.id ?? '')).toMatchObject({
      status: 'COMMITTED',
      kind: 'SEND_DESO',
    })
    expect(await balance(bob)).toBe(DESO)
  })

  it('through two gateways that share only the seed is one, named by both', async () => {
    await using other = await openWorld({ chain: world.chain, env: { GATEWAY_SEED: SEED } })
    const [alice, bob, key] = [world.person('alice'), stranger('two gateways'), newKey()]
    const [one, same] = [await send(alice, bob, DESO, key), await send(alice, bob, DESO, key, other.gateway)]
    expect(same.unsignedHex).toBe(one.unsignedHex)
    const first = await submit(sign(one, alice, 1))
    const second = await submit(sign(same, alice, 2), 'COMMITTED', other.gateway)
    expect(second).toMatchObject({
      transaction: { id: first.transaction?.id, status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(await balance(bob)).toBe(DESO)
  })

  it('sent at once through two gateways that share only the seed is one', async () => {
    await using other = await openWorld({ chain: world.chain, env: { GATEWAY_SEED: SEED } })
    const [alice, bob, key] = [world.person('alice'), stranger('at once'), newKey()]
    const [one, same] = [await send(alice, bob, DESO, key), await send(alice, bob, DESO, key, other.gateway)]
    const results = await Promise.all([
      submit(sign(one, alice, 3)),
      submit(sign(same, alice, 4), 'COMMITTED', other.gateway),
    ])
    expect(results.map(({ transaction }) => transaction?.status)).toEqual(['COMMITTED', 'COMMITTED'])
    expect(new Set(results.map(({ transaction }) => transaction?.id)).size).toBe(1)
    expect(await balance(bob)).toBe(DESO)
  })

  it('that was made elsewhere is sent and followed; one that this gateway never saw is found by the node', async () => {
    const [alice, bob] = [world.person('alice'), stranger('elsewhere')]
    const draft = await send(alice, bob, DESO, newKey())
    const nonce = { expirationBlockHeight: 80_000n, partialId: 5n }
    const transaction = {
      ...decodeTransaction(Buffer.from(draft.unsignedHex, 'hex')),
      nonce,
      feeNanos: 1_000n,
    }
    const unsignedHex = Buffer.from(encodeTransaction(transaction)).toString('hex')
    const sent = await submit(sign({ ...draft, unsignedHex }, alice))
    expect(sent).toMatchObject({
      transaction: { kind: 'SEND_DESO', status: 'COMMITTED', feeNanos: 1_000n },
      replayed: false,
      errors: [],
    })
    await using other = await openWorld({ chain: world.chain })
    await expect
      .poll(() => getTransaction(request(other.gateway), sent.transaction?.id ?? ''), { timeout: 5_000 })
      .toMatchObject({ status: 'COMMITTED', block: sent.transaction?.block })
  })
})

describe('a profile', () => {
  it('is made and changed, and what is not given stays', async () => {
    const erin = stranger('erin of the profile')
    await world.chain.fund(erin.publicKey, DESO)
    const change = async (fields: { username?: string; description?: string }) => {
      const draft = await createTransaction(request(), {
        updateProfile: {
          ...fields,
          signer: erin.publicKey,
          idempotencyKey: newKey(),
        },
      })
      return submit(sign(draft, erin))
    }
    expect(await change({ username: 'erin_of_profile', description: 'first' })).toMatchObject({
      transaction: { kind: 'UPDATE_PROFILE', status: 'COMMITTED' },
    })
    await change({ description: 'second' })
    expect(await getAccount(request(), erin.publicKey)).toMatchObject({
      username: 'erin_of_profile',
      description: 'second',
    })
  })
})

describe('a subscription', () => {
  it('of ten keys at once is sent once', async () => {
    const [creator, fan] = [world.person('frank'), world.person('grace')]
    const [creatorBytes, slug] = [publicKeyToBytes(creator.publicKey), 'ten-keys']
    const planDraft = await createDraft(request(), {
      operation: 'createPlan',
      input: {},
      signer: creator.publicKey,
      idempotencyKey: newKey(),
      kind: 'CREATE_PLAN',
      build: () =>
        buildPlanRecord({
          creator: creatorBytes,
          slug,
          title: 'Ten',
          priceNanos: DESO,
          periodSeconds: 600,
          state: 'OPEN',
          prev: null,
        }),
    })
    const { transaction } = await submit(sign(planDraft, creator))
    const plan = { height: transaction?.block?.height ?? 0, id: transaction?.id ?? '' }
    const before = await balance(creator)
    const drafts = await Promise.all(
      Array.from({ length: 10 }, () =>
        createDraft(request(), {
          operation: 'subscribe',
          input: {},
          signer: fan.publicKey,
          idempotencyKey: newKey(),
          kind: 'SUBSCRIBE',
          build: () => ({
            ...buildSubscriptionRecord({
              creator: creatorBytes,
              slug,
              plan,
              priceNanos: DESO,
              periods: 1,
              prev: null,
            }),
            subscribe: { creator: creator.publicKey, slug, plan, head: null },
          }),
        }),
      ),
    )
    const results = await Promise.all(drafts.map((draft) => submit(sign(draft, fan))))
    expect(results.map(({ transaction: sent }) => sent?.status).sort()).toEqual([
      'COMMITTED',
      ...Array(9).fill('UNKNOWN'),
    ])
    expect(results.flatMap(({ errors }) => errors.map(({ code }) => code))).toEqual(
      Array(9).fill('DRAFT_EXPIRED'),
    )
    expect((await balance(creator)) - before).toBe(DESO)
  })
})

describe('an expired draft', () => {
  it('says so in good time, with its transaction if it was mined', async () => {
    await using expiring = await openWorld({ chain: await openChain(0) })
    const { gateway, chain } = expiring
    const [alice, bob] = [expiring.person('alice'), expiring.person('bob')]
    const [unused, used] = await Promise.all(
      ['unused', 'used'].map((key) => send(alice, bob, DESO, key, gateway)),
    )
    await chain.post(SUBMIT, { TransactionHex: sign(used as Draft, alice) })
    await chain.mine(2_700)
    const again = (key: string) => send(alice, bob, DESO, key, gateway)
    await expect(again('unused')).rejects.toMatchObject({ code: 'DRAFT_EXPIRED', transaction: null })
    await expect(again('used')).rejects.toMatchObject({
      code: 'DRAFT_EXPIRED',
      transaction: { status: 'COMMITTED' },
    })
    expect(await submit(sign(unused as Draft, alice), 'COMMITTED', gateway)).toMatchObject({
      transaction: { status: 'REJECTED' },
      errors: [{ code: 'DRAFT_EXPIRED', transaction: null }],
    })
    expect(await submit(sign(used as Draft, alice), 'COMMITTED', gateway)).toMatchObject({
      transaction: { status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect((unused as Draft).expiresAtHeight).toBe(2_648)
    await chain.close()
  })
})
