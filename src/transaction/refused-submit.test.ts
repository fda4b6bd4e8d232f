import { beforeEach, describe, expect, it } from 'vitest'
import { sign } from '../../test/support/fake-gateway.js'
import { ALICE, BOB, DESO, decode, PaymentWorld, signAgain } from '../../test/support/payment-world.js'

let world: PaymentWorld

beforeEach(() => {
  world = new PaymentWorld()
})

describe('a refused submit', () => {
  async function refuse() {
    const drafted = await world.draft(9n * DESO)
    world.chain.balances.set(ALICE.publicKey, DESO)
    return { drafted, result: await world.submit(sign(drafted.unsignedHex, ALICE)) }
  }

  it('is REJECTED with the rule, and says what is lacking', async () => {
    const { drafted, result } = await refuse()
    const required = 9n * DESO + drafted.preview.feeNanos
    expect(result).toMatchObject({
      transaction: {
        status: 'REJECTED',
        kind: 'SEND_DESO',
        rejection: { rule: 'RuleErrorInsufficientBalance' },
      },
      replayed: false,
      errors: [{ code: 'INSUFFICIENT_FUNDS', required, available: DESO }],
    })
    expect((await world.status(result.transaction?.id ?? '')).status).toBe('REJECTED')
  })

  it('is never sent again: a repeat, and another signature, get the same refusal', async () => {
    const { drafted, result } = await refuse()
    world.chain.fund(ALICE.publicKey, 10n * DESO)
    expect(await world.submit(sign(drafted.unsignedHex, ALICE))).toEqual(result)
    expect(await world.submit(signAgain(drafted.unsignedHex, 1))).toEqual(result)
    expect(world.chain.submitted).toHaveLength(1)
  })

  it('then funded, drafted again and signed, pays once', async () => {
    await refuse()
    world.chain.fund(ALICE.publicKey, 10n * DESO)
    const again = await world.draft(9n * DESO)
    expect(await world.submit(sign(again.unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [],
    })
    world.chain.commit()
    expect(world.chain.minedIds).toHaveLength(1)
    expect(world.chain.balances.get(BOB.publicKey)).toBe(9n * DESO)
  })

  it('that is mined all the same is COMMITTED, and its successor cannot pay again', async () => {
    const { drafted, result } = await refuse()
    world.chain.fund(ALICE.publicKey, 20n * DESO)
    const again = await world.draft(9n * DESO)
    const entry = {
      id: result.transaction?.id ?? '',
      hex: sign(drafted.unsignedHex, ALICE),
      transaction: decode(sign(drafted.unsignedHex, ALICE)),
    }
    world.chain.mempool.push(entry)
    world.chain.commit()
    expect(await world.status(entry.id)).toMatchObject({ id: entry.id, status: 'COMMITTED' })
    expect(await world.submit(sign(again.unsignedHex, ALICE))).toMatchObject({
      transaction: { id: entry.id, status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(await world.submit(entry.hex)).toMatchObject({
      transaction: { status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(world.chain.minedIds).toEqual([entry.id])
  })

  it('stays REJECTED when its successor is mined, and past its expiry', async () => {
    const { result } = await refuse()
    world.chain.fund(ALICE.publicKey, 10n * DESO)
    await world.submit(sign((await world.draft(9n * DESO)).unsignedHex, ALICE))
    world.chain.commit()
    expect((await world.status(result.transaction?.id ?? '')).status).toBe('REJECTED')
    world.chain.mine(2_700)
    expect((await world.status(result.transaction?.id ?? '')).status).toBe('REJECTED')
  })

  it('by any other rule is TRANSACTION_REJECTED with the rule', async () => {
    world.chain.faults.push({ rule: 'RuleErrorDerivedKeyNotAuthorized', kind: 'DERIVED_KEY' })
    const { unsignedHex } = await world.draft()
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'REJECTED', rejection: { rule: 'RuleErrorDerivedKeyNotAuthorized' } },
      errors: [{ code: 'TRANSACTION_REJECTED', rule: 'RuleErrorDerivedKeyNotAuthorized' }],
    })
  })

  it('after its expiry is DRAFT_EXPIRED', async () => {
    const { unsignedHex } = await world.draft()
    world.chain.mine(2_700)
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'REJECTED' },
      errors: [{ code: 'DRAFT_EXPIRED', transaction: null }],
    })
  })

  it('after its expiry is success where another way had brought it into a block', async () => {
    const { unsignedHex } = await world.draft()
    world.chain.submit(signAgain(unsignedHex, 1))
    world.chain.mine(2_700)
    expect(await world.submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { id: world.chain.minedIds[0], status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
  })
})
