import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChain } from '../../test/support/fake-chain.js'
import { fakeGateway, MemoryState, request, sign, TestClock, user } from '../../test/support/fake-gateway.js'
import type { AppContext } from '../context.js'
import { decodeTransaction, unsignedBytes } from '../deso/codec.js'
import { InsufficientFundsError, InvalidInputError, NotSignedInError } from '../errors.js'
import { createTransaction } from './create-transaction.js'
import { createDraft } from './draft.js'
import type { DraftRequest } from './draft-request.js'
import { DraftExpiredError, IdempotencyConflictError } from './errors.js'
import { submitTransaction } from './submit.js'

const ALICE = user(1)
const BOB = user(2)
const DESO = 1_000_000_000n

let chain: FakeChain
let clock: TestClock
let state: MemoryState
let app: AppContext

beforeEach(() => {
  chain = new FakeChain()
  chain.fund(ALICE.publicKey, 10n * DESO)
  clock = new TestClock()
  state = new MemoryState()
  app = fakeGateway({ chain, clock, state })
})

function send(
  amountNanos: bigint,
  idempotencyKey = 'key',
  { viewer = null as typeof ALICE | null, to = BOB, gateway = app } = {},
) {
  const ctx = request(gateway, viewer?.publicKey ?? null)
  return createTransaction(ctx, {
    sendDeso: { to: to.publicKey, amountNanos, signer: ALICE.publicKey, idempotencyKey },
  })
}

describe('a draft', () => {
  it('says what the bytes do, to the nano', async () => {
    const draft = await send(DESO)
    const transaction = decodeTransaction(Buffer.from(draft.unsignedHex, 'hex'))
    const fee = BigInt(unsignedBytes(transaction).length + 74)
    expect(draft).toEqual({
      kind: 'SEND_DESO',
      unsignedHex: draft.unsignedHex,
      signer: ALICE.publicKey,
      expiresAtHeight: 2_648,
      attachment: null,
      preview: {
        kind: 'SEND_DESO',
        summary: `${ALICE.publicKey} pays 1 DESO to ${BOB.publicKey} and a network fee of 0.000000${fee} DESO.`,
        outputs: [{ to: BOB.publicKey, amountNanos: DESO }],
        feeNanos: fee,
        spendNanos: DESO + fee,
      },
    })
    expect(transaction.feeNanos).toBe(fee)
    expect(transaction.signature).toHaveLength(0)
    expect(transaction.nonce.expirationBlockHeight).toBe(2_648n)
  })

  it('to oneself spends only the fee, though the balance must cover it all', async () => {
    const draft = await send(DESO, 'self', { to: ALICE })
    expect(draft.preview.spendNanos).toBe(draft.preview.feeNanos)
    await expect(send(11n * DESO, 'self2', { to: ALICE })).rejects.toThrow(InsufficientFundsError)
  })

  it('is stored before it is answered', async () => {
    const draft = await send(DESO)
    const stored = [...state.entries.values()].map(({ value }) => value).join()
    expect(stored).toContain(draft.unsignedHex)
  })

  it('is kept for 7 days past its expiry', async () => {
    await send(DESO)
    const kept = [...state.entries.values()].map(({ expiresAt }) => expiresAt - clock.now())
    const blocks = 2_648 - chain.committedHeight
    expect(Math.min(...kept)).toBe(7 * 86_400_000 + blocks * 6_000)
  })

  it('has the nonce that any gateway of the seed gives the key, within its window', async () => {
    const other = fakeGateway({ chain })
    const [one, same, otherKey] = [
      await send(DESO),
      await send(DESO, 'key', { gateway: other }),
      await send(DESO, 'other'),
    ]
    expect(same.unsignedHex).toBe(one.unsignedHex)
    expect(nonceOf(otherKey.unsignedHex).partialId).not.toBe(nonceOf(one.unsignedHex).partialId)
    const strange = fakeGateway({ chain, seed: '02'.repeat(32) })
    expect(nonceOf((await send(DESO, 'key', { gateway: strange })).unsignedHex)).not.toEqual(
      nonceOf(one.unsignedHex),
    )
  })

  it('is refused with the numbers where the balance does not suffice, and pins nothing', async () => {
    const error = await send(10n * DESO).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'INSUFFICIENT_FUNDS', available: 10n * DESO })
    expect((error as InsufficientFundsError).required).toBeGreaterThan(10n * DESO)
    expect(state.entries.size).toBe(0)
    expect((await send(DESO)).preview.outputs).toEqual([{ to: BOB.publicKey, amountNanos: DESO }])
  })

  it('is not refused for an old balance that a node shows for a moment', async () => {
    const poor = user(9)
    clock.onSleep = () => chain.fund(poor.publicKey, 2n * DESO)
    const ctx = request(app, poor.publicKey)
    const draft = await createTransaction(ctx, {
      sendDeso: { to: BOB.publicKey, amountNanos: DESO, idempotencyKey: 'k' },
    })
    expect(draft.signer).toBe(poor.publicKey)
  })

  it('is refused where the network would find it too big', async () => {
    chain.maxTxnSizeBytes = 100
    await expect(send(DESO)).rejects.toThrow(InvalidInputError)
    expect(state.entries.size).toBe(0)
  })

  it('of 0 nanos is refused', async () => {
    await expect(send(0n)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'sendDeso', 'amountNanos'],
    })
  })

  it('needs a signer or a viewer', async () => {
    await expect(
      createTransaction(request(app), {
        sendDeso: { to: BOB.publicKey, amountNanos: 1n, idempotencyKey: 'k' },
      }),
    ).rejects.toThrow(NotSignedInError)
  })
})

describe('an idempotency key', () => {
  it.each(['', 'with space', 'tab\t', 'ümlaut', 'x'.repeat(129), 'line\n'])('%j is refused', async (key) => {
    await expect(send(1n, key)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'idempotencyKey'],
    })
  })

  it('of 128 visible ASCII characters is fine', async () => {
    expect((await send(1n, '!~'.repeat(64))).kind).toBe('SEND_DESO')
  })

  it('gives 50 concurrent calls the same bytes, and checks once', async () => {
    let builds = 0
    const drafts = await Promise.all(
      Array.from({ length: 50 }, () =>
        createDraft(request(app), {
          ...plainRequest('k'),
          build() {
            builds += 1
            return plainRequest('k').build()
          },
        }),
      ),
    )
    expect(new Set(drafts.map(({ unsignedHex }) => unsignedHex)).size).toBe(1)
    expect(builds).toBe(1)
  })

  it('gives the same draft for the same input, whatever has changed since', async () => {
    const draft = await send(9n * DESO)
    chain.balances.set(ALICE.publicKey, 0n)
    chain.feeRate = 5_000n
    chain.mine(5)
    expect(await send(9n * DESO)).toEqual(draft)
  })

  it('gives the same draft for arguments in another order, omitted, null or undefined', async () => {
    const of = (input: DraftRequest['input']) => createDraft(request(app), { ...plainRequest('k'), input })
    const draft = await of({ a: 1, b: { x: 'y', z: [1, null] } })
    expect(await of({ b: { z: [1, null], x: 'y', w: undefined }, a: 1, c: null })).toEqual(draft)
    await expect(of({ a: 1, b: { x: 'y', z: [null, 1] } })).rejects.toMatchObject({ differs: ['b'] })
  })

  it('with other input or another operation is a conflict', async () => {
    await send(DESO)
    await expect(send(2n * DESO)).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
      differs: ['amountNanos'],
    })
    await expect(send(3n * DESO, 'key', { to: user(3) })).rejects.toMatchObject({
      differs: ['amountNanos', 'to'],
    })
    await expect(
      createDraft(request(app), { ...plainRequest('key'), operation: 'other' }),
    ).rejects.toMatchObject({ differs: ['operation'] })
  })

  it('with lists that differ says which element does, and what is there only once', async () => {
    const of = (input: DraftRequest['input']) => createDraft(request(app), { ...plainRequest('k'), input })
    await of({ files: [{ name: 'a' }, { name: 'b' }], title: 't' })
    await expect(of({ files: [{ name: 'a' }, { name: 'c' }, {}] })).rejects.toMatchObject({
      differs: ['files.1', 'files.2', 'title'],
    })
    const many = Array.from({ length: 101 }, () => 'a')
    await expect(of({ files: many, title: 't' })).rejects.toMatchObject({
      differs: ['files', 'files.0', 'files.1'],
    })
  })

  it('belongs to its signer', async () => {
    chain.fund(BOB.publicKey, DESO)
    await send(DESO)
    const ctx = request(app, BOB.publicKey)
    expect(
      (
        await createTransaction(ctx, {
          sendDeso: { to: ALICE.publicKey, amountNanos: 5n, idempotencyKey: 'key' },
        })
      ).signer,
    ).toBe(BOB.publicKey)
  })

  it('that somebody else pinned yields to the signer, signed in, with the same nonce', async () => {
    const pinned = await send(DESO)
    await expect(send(2n * DESO, 'key', { viewer: BOB })).rejects.toThrow(IdempotencyConflictError)
    const own = await send(2n * DESO, 'key', { viewer: ALICE })
    expect(own.preview.outputs[0]?.amountNanos).toBe(2n * DESO)
    expect(nonceOf(own.unsignedHex)).toEqual(nonceOf(pinned.unsignedHex))
    await expect(send(DESO)).rejects.toThrow(IdempotencyConflictError)
    await expect(send(3n * DESO, 'key', { viewer: ALICE })).rejects.toThrow(IdempotencyConflictError)
  })

  it('that somebody else pinned in an earlier window yields with the nonce of that window', async () => {
    chain.mine(2_030)
    const pinned = await send(DESO)
    chain.mine(100)
    const own = await send(2n * DESO, 'key', { viewer: ALICE })
    expect(nonceOf(own.unsignedHex)).toEqual(nonceOf(pinned.unsignedHex))
    expect((await send(DESO, 'new')).expiresAtHeight).toBeGreaterThan(own.expiresAtHeight)
  })

  it('that somebody else pinned is the signer’s once the signer has asked for the same', async () => {
    const pinned = await send(DESO)
    expect(await send(DESO, 'key', { viewer: ALICE })).toEqual(pinned)
    await expect(send(2n * DESO, 'key', { viewer: ALICE })).rejects.toThrow(IdempotencyConflictError)
  })

  it('that somebody else pinned does not yield once it is signed and sent', async () => {
    const pinned = await send(DESO)
    await submitTransaction(request(app), { signedHex: sign(pinned.unsignedHex, ALICE) })
    await expect(send(2n * DESO, 'key', { viewer: ALICE })).rejects.toThrow(IdempotencyConflictError)
  })

  it('keeps its draft across the edge of a window', async () => {
    chain.mine(2_030)
    const draft = await send(DESO)
    chain.mine(100)
    expect(await send(DESO)).toEqual(draft)
    expect((await send(DESO, 'new')).expiresAtHeight).toBe(4_096 + 600)
  })

  it('of an expired draft says so, with the transaction if it was mined, however it was sent', async () => {
    const [unused, used] = [await send(DESO, 'unused'), await send(DESO, 'used')]
    chain.mine(20)
    chain.submit(sign(used.unsignedHex, ALICE))
    chain.mine(2_700)
    await expect(send(DESO, 'unused')).rejects.toMatchObject({ code: 'DRAFT_EXPIRED', transaction: null })
    const error = (await send(DESO, 'used').catch((cause: unknown) => cause)) as DraftExpiredError
    expect(error).toBeInstanceOf(DraftExpiredError)
    expect(error.transaction).toMatchObject({ id: chain.minedIds[0], status: 'COMMITTED', kind: 'SEND_DESO' })
    expect(unused.expiresAtHeight).toBeLessThan(chain.committedHeight)
  })

  it('of an expired draft that somebody else pinned yields to the signer, with a new nonce', async () => {
    const pinned = await send(DESO)
    chain.mine(2_700)
    await expect(send(DESO, 'key', { viewer: BOB })).rejects.toThrow(DraftExpiredError)
    const own = await send(DESO, 'key', { viewer: ALICE })
    expect(own.expiresAtHeight).toBeGreaterThan(pinned.expiresAtHeight)
  })
})

describe('a draft after a refused submit', () => {
  async function refusedDraft() {
    const draft = await send(9n * DESO)
    chain.balances.set(ALICE.publicKey, DESO)
    await submitTransaction(request(app), { signedHex: sign(draft.unsignedHex, ALICE) })
    return draft
  }

  it('has the same nonce and outputs, and a nano more of fee', async () => {
    const draft = await refusedDraft()
    chain.fund(ALICE.publicKey, 10n * DESO)
    const again = await send(9n * DESO)
    expect(nonceOf(again.unsignedHex)).toEqual(nonceOf(draft.unsignedHex))
    expect(again.preview).toEqual({
      ...draft.preview,
      summary: draft.preview.summary.replace(
        `${draft.preview.feeNanos} DESO.`,
        `${draft.preview.feeNanos + 1n} DESO.`,
      ),
      feeNanos: draft.preview.feeNanos + 1n,
      spendNanos: draft.preview.spendNanos + 1n,
    })
    expect(await send(9n * DESO)).toEqual(again)
  })

  it('has the present minimum fee where that is more', async () => {
    const draft = await refusedDraft()
    chain.fund(ALICE.publicKey, 10n * DESO)
    chain.feeRate = 3_000n
    const again = decodeTransaction(Buffer.from((await send(9n * DESO)).unsignedHex, 'hex'))
    expect(again.feeNanos).toBe(BigInt(unsignedBytes(again).length + 74) * 3n)
    expect(again.feeNanos).toBeGreaterThan(draft.preview.feeNanos + 1n)
  })

  it('is refused beforehand while it would fail again', async () => {
    await refusedDraft()
    await expect(send(9n * DESO)).rejects.toThrow(InsufficientFundsError)
  })
})

describe('the nonce window', () => {
  it('is that of the network where that is smaller: half of it, and half a window more', async () => {
    chain.networkWindow = 288
    // Half of 288 - 10 is 139, and 69 more; the committed height lies in the first window.
    expect((await send(1n)).expiresAtHeight).toBe(139 + 69)
  })

  it('never reaches beyond what the network takes, and leaves time to sign', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 14, max: 5_000 }),
        fc.integer({ min: 0, max: 400 }),
        async (networkWindow, blocks) => {
          const chain = new FakeChain(blocks)
          chain.networkWindow = networkWindow
          chain.fund(ALICE.publicKey, DESO)
          const { expiresAtHeight } = await send(1n, 'k', { gateway: fakeGateway({ chain }) })
          const left = expiresAtHeight - chain.committedHeight
          expect(left).toBeLessThanOrEqual(Math.min(networkWindow - 10, 2_648))
          expect(left).toBeGreaterThanOrEqual(Math.min(Math.floor((networkWindow - 10) / 4), 600))
        },
      ),
      { numRuns: 60 },
    )
  })
})

function plainRequest(idempotencyKey: string): DraftRequest {
  return {
    operation: 'sendDeso',
    input: {},
    signer: ALICE.publicKey,
    idempotencyKey,
    kind: 'SEND_DESO',
    build: () => ({
      outputs: [{ publicKey: BOB.bytes, amountNanos: 5n }],
      metadata: { type: 'BASIC_TRANSFER' },
      extraData: new Map(),
    }),
  }
}

function nonceOf(unsignedHex: string) {
  return decodeTransaction(Buffer.from(unsignedHex, 'hex')).nonce
}
