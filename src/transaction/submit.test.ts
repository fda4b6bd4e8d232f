import { beforeEach, describe, expect, it } from 'vitest'
import { request, sign, signatureOf, user } from '../../test/support/fake-gateway.js'
import {
  ALICE,
  BOB,
  DESO,
  decode,
  hexOf,
  PaymentWorld,
  signAgain,
  signed,
} from '../../test/support/payment-world.js'
import type { Transaction } from '../deso/transaction.js'
import { submitTransaction } from './submit.js'

let world: PaymentWorld

beforeEach(() => {
  world = new PaymentWorld()
})

describe('a submit', () => {
  it('sends the draft and is PENDING: in the mempool is never paid', async () => {
    const { unsignedHex, preview } = await world.draft()
    const result = await world.submit(sign(unsignedHex, ALICE))
    expect(result).toEqual({
      transaction: {
        id: world.chain.mempool[0]?.id,
        kind: 'SEND_DESO',
        status: 'PENDING',
        signer: ALICE.publicKey,
        outputs: preview.outputs,
        feeNanos: preview.feeNanos,
        block: null,
        rejection: null,
      },
      replayed: false,
      errors: [],
    })
  })

  it('takes the unsigned bytes with the signature too, and knows them for the same', async () => {
    const { unsignedHex } = await world.draft()
    const first = await submitTransaction(request(world.app), {
      unsignedHex,
      signature: signatureOf(unsignedHex, ALICE),
    })
    const second = await world.submit(sign(unsignedHex, ALICE))
    expect(second).toEqual({ ...first, replayed: true })
    expect(world.chain.submitted).toHaveLength(1)
  })

  it('is COMMITTED once a committed block holds it, with that block', async () => {
    const { unsignedHex } = await world.draft()
    const { transaction } = await world.submit(sign(unsignedHex, ALICE))
    world.chain.mine(1)
    expect((await world.status(transaction?.id ?? '')).status).toBe('PENDING')
    world.chain.mine(2)
    expect(await world.status(transaction?.id ?? '')).toMatchObject({
      status: 'COMMITTED',
      kind: 'SEND_DESO',
      block: { height: 11, time: 1_700_000_011 },
    })
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
  })

  it('with wait COMMITTED answers when it is committed', async () => {
    world.clock.onSleep = () => world.chain.mine(1)
    const { unsignedHex } = await world.draft()
    const result = await world.submit(sign(unsignedHex, ALICE), world.app, 'COMMITTED')
    expect(result).toMatchObject({ transaction: { status: 'COMMITTED' }, replayed: false, errors: [] })
  })

  it('with wait COMMITTED answers PENDING when the deadline passes', async () => {
    const { unsignedHex } = await world.draft()
    const start = world.clock.now()
    const result = await world.submit(sign(unsignedHex, ALICE), world.app, 'COMMITTED')
    expect(result).toMatchObject({ transaction: { status: 'PENDING' }, errors: [] })
    expect(world.clock.now() - start).toBe(5_100)
  })

  it('of one draft, 50 times at once, is one payment and 50 answers that name it', async () => {
    const drafts = await Promise.all(Array.from({ length: 50 }, () => world.draft()))
    const results = await Promise.all(
      drafts.map(({ unsignedHex }, index) => world.submit(signAgain(unsignedHex, index))),
    )
    world.chain.commit()
    expect(new Set(results.map(({ transaction }) => transaction?.id))).toEqual(new Set(world.chain.minedIds))
    expect(world.chain.minedIds).toHaveLength(1)
    expect(results.filter(({ replayed }) => replayed)).toHaveLength(49)
    expect(results.flatMap(({ errors }) => errors)).toEqual([])
    expect(world.chain.balances.get(BOB.publicKey)).toBe(DESO)
  })

  it('of a second signature over the same bytes gets what the first got', async () => {
    const { unsignedHex } = await world.draft()
    const first = await world.submit(signAgain(unsignedHex, 1))
    const second = await world.submit(signAgain(unsignedHex, 2))
    expect(second).toEqual({ ...first, replayed: true })
    expect(world.chain.submitted).toHaveLength(1)
  })

  it('of other bytes with the nonce of a draft that was sent gets what was sent', async () => {
    const { unsignedHex } = await world.draft()
    const first = await world.submit(sign(unsignedHex, ALICE))
    const other = {
      ...decode(unsignedHex),
      outputs: [{ publicKey: user(7).bytes, amountNanos: 3n }],
      feeNanos: 5_000n,
    }
    expect(await world.submit(signed(other))).toEqual({ ...first, replayed: true })
    expect(world.chain.submitted).toHaveLength(1)
  })

  it('that is in the mempool already is success', async () => {
    const { unsignedHex } = await world.draft()
    world.chain.submit(sign(unsignedHex, ALICE))
    const result = await world.submit(sign(unsignedHex, ALICE))
    expect(result).toMatchObject({ transaction: { status: 'PENDING' }, replayed: true, errors: [] })
  })
})

describe('a submit of what cannot be sent', () => {
  it.each([
    ['no bytes', ''],
    ['truncated', '00010203'],
    ['odd digits', '000'],
    ['no hex', 'zz'],
  ])('%s is MALFORMED_TRANSACTION, without a transaction', async (_, signedHex) => {
    const result = await world.submit(signedHex)
    expect(result).toMatchObject({
      transaction: null,
      replayed: false,
      errors: [{ code: 'MALFORMED_TRANSACTION' }],
    })
  })

  it('unsigned is INVALID_SIGNATURE', async () => {
    const { unsignedHex } = await world.draft()
    expect(await world.submit(unsignedHex)).toMatchObject({
      transaction: null,
      errors: [{ code: 'INVALID_SIGNATURE' }],
    })
    expect(world.chain.submitted).toEqual([])
  })

  it('signed by somebody else is INVALID_SIGNATURE', async () => {
    const { unsignedHex } = await world.draft()
    expect(await world.submit(sign(unsignedHex, BOB))).toMatchObject({
      transaction: null,
      errors: [{ code: 'INVALID_SIGNATURE' }],
    })
    expect(world.chain.submitted).toEqual([])
  })

  it('changed after signing is INVALID_SIGNATURE', async () => {
    const { unsignedHex } = await world.draft()
    const changed = { ...decode(sign(unsignedHex, ALICE)), feeNanos: 1n }
    expect(await world.submit(hexOf(changed))).toMatchObject({ errors: [{ code: 'INVALID_SIGNATURE' }] })
  })

  it('with a signature that is no DER is INVALID_SIGNATURE', async () => {
    const { unsignedHex } = await world.draft()
    const result = await submitTransaction(request(world.app), { unsignedHex, signature: '00' })
    expect(result).toMatchObject({ transaction: null, errors: [{ code: 'INVALID_SIGNATURE' }] })
  })
})

describe('a transaction that the gateway did not draft', () => {
  function foreign(change: Partial<Transaction> = {}): Transaction {
    return {
      outputs: [{ publicKey: BOB.bytes, amountNanos: 5n }],
      metadata: { type: 'BASIC_TRANSFER' },
      publicKey: ALICE.bytes,
      extraData: new Map(),
      signature: new Uint8Array(),
      version: 1n,
      feeNanos: 500n,
      nonce: { expirationBlockHeight: 86_000n, partialId: 77n },
      ...change,
    }
  }

  it('is sent, described from its own bytes, and followed', async () => {
    const result = await world.submit(signed(foreign()))
    expect(result).toMatchObject({
      transaction: {
        kind: 'SEND_DESO',
        status: 'PENDING',
        outputs: [{ to: BOB.publicKey, amountNanos: 5n }],
        feeNanos: 500n,
      },
      replayed: false,
      errors: [],
    })
    world.chain.commit()
    expect((await world.status(result.transaction?.id ?? '')).status).toBe('COMMITTED')
  })

  it('may replace an earlier one of its nonce, as its signer wants', async () => {
    const first = await world.submit(signed(foreign()))
    const second = await world.submit(signed(foreign({ feeNanos: 5_000n })))
    expect(second).toMatchObject({ transaction: { status: 'PENDING' }, replayed: false })
    world.chain.commit()
    expect(await world.status(first.transaction?.id ?? '')).toMatchObject({
      id: second.transaction?.id,
      status: 'COMMITTED',
    })
  })

  it('that was mined long ago is found by the index, and answered', async () => {
    const signedHex = signed(foreign())
    world.chain.submit(signedHex)
    world.chain.mine(3_000)
    const result = await world.submit(signedHex)
    expect(result).toMatchObject({ replayed: true, errors: [] })
    for (let polls = 0; polls < 40; polls += 1) await world.status(result.transaction?.id ?? '')
    expect(await world.status(result.transaction?.id ?? '')).toMatchObject({
      id: world.chain.minedIds[0],
      status: 'COMMITTED',
    })
  })

  it('of a type that this gateway does not know is OTHER, and sent', async () => {
    const result = await world.submit(
      signed(foreign({ metadata: { type: 'OPAQUE', typeNumber: 9n, bytes: new Uint8Array(34) } })),
    )
    expect(result).toMatchObject({ transaction: { kind: 'OTHER', status: 'PENDING' }, errors: [] })
  })
})
