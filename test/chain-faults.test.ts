import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DESO, Market, stranger } from './support/market.js'
import { type Json, type Person, signatureOf } from './support/world.js'

/**
 * What a chain may do to a transaction between its submit and its commit, and a node to a reader. The local chain's own
 * faults bring it about, and it is seen as a client sees it.
 */
let market: Market
let fan: Person

beforeAll(async () => {
  market = await Market.open({ NODE_TIMEOUT_MS: '1000' })
  fan = await market.person('fan')
})

afterEach(() => fault({}))

afterAll(() => market[Symbol.asyncDispose]())

function fault(what: Record<string, unknown>): Promise<unknown> {
  return market.world.chain.faults(what)
}

async function draftPayment(to: Person, amountNanos = String(DESO), from = fan): Promise<Json> {
  const sendDeso = { to: to.publicKey, amountNanos, signer: from.publicKey, idempotencyKey: market.newKey() }
  return (await market.draft('createTransaction', { sendDeso })).draft
}

async function transaction(id: string): Promise<Json> {
  const { transaction } = await market.world.ask(
    `query ($id: TransactionId!) { transaction(id: $id) {
      status kind signer { publicKey } block { height hash } rejection { rule }
    } }`,
    { id },
  )
  return transaction
}

const status = async (id: string): Promise<string> => (await transaction(id)).status

/** A payment that a node has taken. */
async function sent(to: Person): Promise<{ id: string; unsignedHex: string }> {
  const { unsignedHex } = await draftPayment(to)
  const { transaction, errors } = await market.world.submit(unsignedHex, fan, 'ACCEPTED')
  expect([transaction.status, errors]).toEqual(['PENDING', []])
  return { id: transaction.transactionId, unsignedHex }
}

describe.each(['mempool', 'blocks', 'nowhere'])('a payment in limbo (%s)', (where) => {
  it('is PENDING for as long as it lasts, also when handed in again, and then paid once', async () => {
    const to = stranger(`waits in ${where}`)
    await fault({ kind: 'limbo', where })
    const { id, unsignedHex } = await sent(to)
    for (let blocks = 0; blocks < 5; blocks += 1) {
      await market.world.chain.mine(1)
      expect(await status(id)).toBe('PENDING')
    }
    market.world.clock.forward(11) // From then on a repeat is sent again.
    expect(await market.world.submit(unsignedHex, fan, 'ACCEPTED')).toMatchObject({
      transaction: { transactionId: id, status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    await fault({})
    await market.commit()
    expect(await status(id)).toBe('COMMITTED')
    expect(await market.balance(to)).toBe(DESO)
  })
})

describe('a payment whose block is reorganised away', () => {
  it('is PENDING until another block holds it, and tells that one', async () => {
    const to = stranger('paid in another block')
    const { id } = await sent(to)
    const { height } = await market.world.chain.mine(1)
    const hashAt = async (at: number) =>
      (await market.world.chain.post('/api/v1/block', { Height: at, FullBlock: false })).body.Header
        .BlockHashHex
    const first = await hashAt(height)
    await fault({ kind: 'reorg' })
    expect(await transaction(id)).toMatchObject({ status: 'PENDING', block: null })
    await market.commit()
    const { block, ...rest } = await transaction(id)
    expect(rest).toMatchObject({ status: 'COMMITTED', rejection: null })
    expect(block.hash).not.toBe(first)
    expect(block.hash).toBe(await hashAt(block.height))
    expect(await market.balance(to)).toBe(DESO)
  })

  it('and is forgotten stays PENDING, and is paid once when the same bytes are handed in again', async () => {
    const to = stranger('forgotten')
    const { id, unsignedHex } = await sent(to)
    await market.world.chain.mine(1)
    await fault({ kind: 'reorg', where: 'nowhere' })
    await market.commit()
    expect([await status(id), await market.balance(to)]).toEqual(['PENDING', 0n])
    market.world.clock.forward(11)
    expect(await market.world.submit(unsignedHex, fan, 'ACCEPTED')).toMatchObject({
      transaction: { transactionId: id, status: 'PENDING' },
      errors: [],
    })
    await market.commit()
    expect([await status(id), await market.balance(to)]).toEqual(['COMMITTED', DESO])
  })

  it('gives no access, and no access that a committed one bought is lost', async () => {
    const creator = await market.person('creator of the reorganised')
    await market.plan(creator, 'gold')
    const first = await market.payment(fan, creator, 'gold')
    await market.send(first, fan)
    await market.world.chain.mine(1)
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_COMMITTED')
    await fault({ kind: 'reorg', where: 'nowhere' })
    expect(await market.verdict(creator, 'gold', fan)).toBe('NOT_SUBSCRIBED')
    // What was sent may be mined yet: a second payment has to wait, whatever the node shows.
    const second = await market.payment(fan, creator, 'gold')
    expect(second).toMatchObject({ draft: null, errors: [{ code: 'RECORD_PENDING', retryable: true }] })
    market.world.clock.forward(11)
    await market.send(first, fan)
    await market.commit()
    expect(await market.verdict(creator, 'gold', fan)).toBe('SUBSCRIBED')
    await market.send(await market.payment(fan, creator, 'gold'), fan)
    await market.world.chain.mine(1)
    await fault({ kind: 'reorg', where: 'nowhere' })
    expect(await market.verdict(creator, 'gold', fan)).toBe('SUBSCRIBED')
  })
})

describe('a payment that the node refused', () => {
  it('is REJECTED with the rule, and COMMITTED once it is mined all the same; its successor pays nothing more', async () => {
    const poor = await market.person('poor', 2n * DESO)
    const to = stranger('paid by the poor')
    const draft = await draftPayment(to, String(DESO), poor)
    await market.send({ draft: await draftPayment(stranger('first'), String(DESO + DESO / 2n), poor) }, poor)
    const refused = await market.world.submit(draft.unsignedHex, poor, 'ACCEPTED')
    expect(refused).toMatchObject({
      transaction: { status: 'REJECTED' },
      errors: [{ __typename: 'InsufficientFunds' }],
    })
    const id = refused.transaction.transactionId
    await market.world.chain.fund(poor.publicKey, 5n * DESO)
    expect(await transaction(id)).toMatchObject({
      status: 'REJECTED',
      rejection: { rule: 'RuleErrorInsufficientBalance' },
    })
    // Somebody else hands in the same bytes: the node says no once more, and mines them (recordings: b2).
    const again = await market.world.chain.post('/api/v0/submit-transaction', {
      UnsignedTransactionHex: draft.unsignedHex,
      TransactionSignatureHex: signatureOf(Buffer.from(draft.unsignedHex, 'hex'), poor),
    })
    expect([again.status, again.body.error]).toEqual([400, expect.stringMatching(/InsufficientBalance$/)])
    await market.commit()
    expect(await transaction(id)).toMatchObject({ status: 'COMMITTED', rejection: null })
    expect(await market.world.submit(draft.unsignedHex, poor)).toMatchObject({
      transaction: { transactionId: id, status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(await market.balance(to)).toBe(DESO)
  })
})

describe('while no node answers', () => {
  it('what became of a payment is UNKNOWN, and nothing else is', async () => {
    const [settled, open] = [await sent(stranger('settled')), await sent(stranger('open'))]
    await fault({ kind: 'hang', path: '*', times: 100 })
    expect(await transaction(open.id)).toMatchObject({
      status: 'UNKNOWN',
      kind: 'SEND_DESO',
      signer: { publicKey: fan.publicKey },
    })
    expect(await status('ab'.repeat(32))).toBe('UNKNOWN')
    await fault({})
    expect(await status(open.id)).toBe('PENDING')
    await market.commit()
    expect(await status(settled.id)).toBe('COMMITTED')
    await fault({ kind: 'reset', path: '*', times: 100 })
    expect(await status(settled.id)).toBe('COMMITTED')
    await fault({})
    expect(await status(open.id)).toBe('COMMITTED')
  })
})

describe('a node whose reads flicker', () => {
  it('takes no access away, and makes nobody pay twice', async () => {
    const creator = await market.person('creator behind a flicker')
    await market.plan(creator, 'gold')
    await market.pay(fan, creator, 'gold')
    // A renewal that is in no block yet: for moments the node shows the record before it, or none.
    await market.send(await market.payment(fan, creator, 'gold'), fan)
    for (let reads = 0; reads < 10; reads += 1) {
      await fault({ kind: 'flicker', path: '/api/v0/user-associations', times: 1 })
      expect(await market.verdict(creator, 'gold', fan)).toBe('SUBSCRIBED')
    }
    await fault({ kind: 'flicker', path: '/api/v0/user-associations', times: 1 })
    const { errors } = await market.payment(fan, creator, 'gold')
    expect(errors).toMatchObject([{ code: 'RECORD_PENDING', retryable: true }])
    await fault({})
    await market.commit()
    expect((await market.subscription(fan, 'gold')).payments).toHaveLength(2)
  })
})

describe('an address behind which another network stands from now on', () => {
  it('is found out by /readyz, and asked nothing until it is mended', async () => {
    const ready = async () => {
      const response = await fetch(`${market.world.url}/readyz`)
      const { nodes } = (await response.json()) as Json
      return [response.status, nodes]
    }
    expect(await ready()).toEqual([200, ['ready']])
    await fault({ kind: 'wrongNetwork', network: 'mainnet' })
    expect(await ready()).toEqual([503, ['other-network']])
    const sendDeso = {
      to: stranger('somewhere').publicKey,
      amountNanos: '1',
      signer: fan.publicKey,
      idempotencyKey: market.newKey(),
    }
    expect(await market.draft('createTransaction', { sendDeso })).toMatchObject({
      draft: null,
      errors: [{ code: 'NODE_UNAVAILABLE', retryable: true }],
    })
    await fault({})
    expect(await ready()).toEqual([200, ['ready']])
    expect((await market.draft('createTransaction', { sendDeso })).errors).toEqual([])
  })
})
