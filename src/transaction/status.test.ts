import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChain } from '../../test/support/fake-chain.js'
import { fakeGateway, MemoryState, request, sign, TestClock, user } from '../../test/support/fake-gateway.js'
import type { AppContext } from '../context.js'
import { decodeTransaction, encodeTransaction } from '../deso/codec.js'
import type { Transaction } from '../deso/transaction.js'
import { createTransaction } from './create-transaction.js'
import { getTransaction } from './status.js'
import { submitTransaction } from './submit.js'

const ALICE = user(1)
const BOB = user(2)

let chain: FakeChain
let state: MemoryState
let app: AppContext

beforeEach(() => {
  chain = new FakeChain()
  chain.fund(ALICE.publicKey, 1_000_000_000n)
  state = new MemoryState()
  app = fakeGateway({ chain, state, clock: new TestClock() })
})

async function sent(idempotencyKey = 'key'): Promise<string> {
  const { transaction } = await submitTransaction(request(app), {
    signedHex: await signedDraft(idempotencyKey),
  })
  return transaction?.id ?? ''
}

async function signedDraft(idempotencyKey = 'key'): Promise<string> {
  const input = { to: BOB.publicKey, amountNanos: 5n, signer: ALICE.publicKey, idempotencyKey }
  const { unsignedHex } = await createTransaction(request(app), { sendDeso: input })
  return sign(unsignedHex, ALICE)
}

function status(id: string, height?: number) {
  return getTransaction(request(app), id, height === undefined ? {} : { height })
}

describe('a transaction that was sent here', () => {
  it('is looked for in the blocks from its submit onward, never in the index', async () => {
    chain.mine(500)
    chain.isIndexed = false
    const id = await sent()
    chain.commit()
    chain.blocksRead = 0
    expect((await status(id)).status).toBe('COMMITTED')
    expect(chain.blocksRead).toBeLessThanOrEqual(4)
  })

  it('is answered from the store once it is committed, though the chain is far away', async () => {
    const id = await sent()
    chain.commit()
    await status(id)
    chain.mine(1_000)
    chain.blocksRead = 0
    expect((await status(id)).status).toBe('COMMITTED')
    expect(chain.blocksRead).toBe(0)
  })

  it('is EXPIRED only when its height has passed in the committed chain', async () => {
    const id = await sent()
    chain.mempool = []
    chain.mine(2_648 - chain.committedHeight)
    expect(chain.committedHeight).toBe(2_648)
    for (let polls = 0; polls < 25; polls += 1) expect((await status(id)).status).toBe('PENDING')
    chain.mine(1)
    expect((await status(id)).status).toBe('EXPIRED')
    expect(await submitTransaction(request(app), { signedHex: await resigned(id) })).toMatchObject({
      transaction: { status: 'EXPIRED' },
      errors: [{ code: 'DRAFT_EXPIRED' }],
    })
  })

  it('is not EXPIRED while blocks that may hold it have not been looked through, and is found in the end', async () => {
    const id = await sent()
    const waiting = chain.mempool
    chain.mempool = []
    chain.mine(2_600)
    chain.mempool = waiting
    chain.mine(100)
    const seen: string[] = []
    while (seen.at(-1) !== 'COMMITTED') {
      seen.push((await status(id)).status)
      expect(seen.length).toBeLessThan(30)
    }
    expect(new Set(seen)).toEqual(new Set(['PENDING', 'COMMITTED']))
  })

  it('reads a bounded number of blocks at a time, and each but once', async () => {
    const id = await sent()
    chain.mempool = []
    chain.mine(1_000)
    chain.blocksRead = 0
    await status(id)
    expect(chain.blocksRead).toBe(128)
    for (let polls = 0; polls < 20; polls += 1) await status(id)
    expect(chain.blocksRead).toBeLessThan(1_000 + 20 * 32)
  })

  it('is found in blocks that hold transactions of others and of other nonces', async () => {
    const [first, second] = [await sent('one'), await sent('two')]
    chain.fund(BOB.publicKey, 1_000_000n)
    const { unsignedHex } = await createTransaction(request(app), {
      sendDeso: {
        to: ALICE.publicKey,
        amountNanos: 5n,
        signer: BOB.publicKey,
        idempotencyKey: 'one',
      },
    })
    chain.submit(sign(unsignedHex, BOB))
    // Of somebody else, with the very nonce of the first.
    const stolen = { ...decode(chain.submitted[0] ?? ''), publicKey: BOB.bytes, signature: new Uint8Array() }
    chain.submit(sign(hexOf(stolen), BOB))
    chain.mempool.reverse()
    chain.commit()
    expect((await status(first)).id).toBe(first)
    expect((await status(second)).id).toBe(second)
    expect(chain.minedIds).toHaveLength(4)
  })

  async function resigned(id: string): Promise<string> {
    const hex = chain.submitted.at(-1) ?? ''
    expect(id).not.toBe('')
    return hex
  }
})

function decode(hex: string): Transaction {
  return decodeTransaction(Buffer.from(hex, 'hex'))
}

function hexOf(transaction: Transaction): string {
  return Buffer.from(encodeTransaction(transaction)).toString('hex')
}

describe('a transaction of which this gateway knows nothing', () => {
  it('is UNKNOWN where the index does not find it, which proves nothing', async () => {
    expect(await status('ab'.repeat(32))).toEqual({
      id: 'ab'.repeat(32),
      kind: 'OTHER',
      status: 'UNKNOWN',
      signer: null,
      outputs: [],
      feeNanos: null,
      block: null,
      rejection: null,
    })
  })

  it('is PENDING in the mempool, UNKNOWN in limbo, COMMITTED when the index and the block tell of it', async () => {
    const id = chain.submit(await signedDraft())
    expect(await status(id)).toMatchObject({
      status: 'PENDING',
      kind: 'SEND_DESO',
      signer: ALICE.publicKey,
      block: null,
    })
    chain.mine(1)
    expect((await status(id)).status).toBe('UNKNOWN')
    chain.mine(2)
    expect(await status(id)).toMatchObject({ status: 'COMMITTED', kind: 'SEND_DESO', block: { height: 11 } })
  })

  it('is COMMITTED by its block alone where the height is known, however far the index lags', async () => {
    chain.isIndexed = false
    const id = chain.submit(await signedDraft())
    chain.commit()
    expect((await status(id)).status).toBe('UNKNOWN')
    expect(await status(id, 11)).toMatchObject({ status: 'COMMITTED', block: { height: 11 } })
    expect((await status(id, 12)).status).toBe('UNKNOWN')
  })

  it('is not believed to be what an index answers under another id', async () => {
    const id = chain.submit(await signedDraft())
    const { node } = chain
    const honest = node.transactionInfo
    node.transactionInfo = () => honest(id)
    expect((await status('cd'.repeat(32))).status).toBe('UNKNOWN')
  })
})
