import { secp256k1 } from '@noble/curves/secp256k1.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChain } from '../../test/support/fake-chain.js'
import {
  fakeGateway,
  MemoryState,
  request,
  sign,
  signatureOf,
  TestClock,
  user,
} from '../../test/support/fake-gateway.js'
import type { AppContext } from '../context.js'
import { decodeTransaction, encodeTransaction, unsignedBytes } from '../deso/codec.js'
import { sha256d, signTransaction } from '../deso/signature.js'
import type { Transaction } from '../deso/transaction.js'
import type { Draft } from './draft-request.js'
import { sendDeso } from './kinds/send-deso.js'
import { getTransaction } from './status.js'
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

function draft(amountNanos = DESO, idempotencyKey = 'key', gateway = app): Promise<Draft> {
  return sendDeso(request(gateway), {
    to: BOB.publicKey,
    amountNanos,
    signer: ALICE.publicKey,
    idempotencyKey,
  })
}

function submit(signedHex: string, gateway = app, wait?: 'COMMITTED') {
  return submitTransaction(request(gateway), { signedHex }, wait)
}

function status(id: string, gateway = app) {
  return getTransaction(request(gateway), id)
}

/** Other nonces k give other signatures, as a wallet that signs anew makes them. */
function signAgain(unsignedHex: string, times: number): string {
  const transaction = decodeTransaction(Buffer.from(unsignedHex, 'hex'))
  const digest = sha256d(unsignedBytes(transaction))
  const extraEntropy = new Uint8Array(32).fill(times)
  const signature = secp256k1.sign(digest, ALICE.privateKey, { prehash: false, format: 'der', extraEntropy })
  return Buffer.from(encodeTransaction({ ...transaction, signature })).toString('hex')
}

describe('a submit', () => {
  it('sends the draft and is PENDING: in the mempool is never paid', async () => {
    const { unsignedHex, preview } = await draft()
    const result = await submit(sign(unsignedHex, ALICE))
    expect(result).toEqual({
      transaction: {
        id: chain.mempool[0]?.id,
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
    const { unsignedHex } = await draft()
    const first = await submitTransaction(request(app), {
      unsignedHex,
      signature: signatureOf(unsignedHex, ALICE),
    })
    const second = await submit(sign(unsignedHex, ALICE))
    expect(second).toEqual({ ...first, replayed: true })
    expect(chain.submitted).toHaveLength(1)
  })

  it('is COMMITTED once a committed block holds it, with that block', async () => {
    const { unsignedHex } = await draft()
    const { transaction } = await submit(sign(unsignedHex, ALICE))
    chain.mine(1)
    expect((await status(transaction?.id ?? '')).status).toBe('PENDING')
    chain.mine(2)
    expect(await status(transaction?.id ?? '')).toMatchObject({
      status: 'COMMITTED',
      kind: 'SEND_DESO',
      block: { height: 11, time: 1_700_000_011 },
    })
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
  })

  it('with wait COMMITTED answers when it is committed', async () => {
    clock.onSleep = () => chain.mine(1)
    const { unsignedHex } = await draft()
    const result = await submit(sign(unsignedHex, ALICE), app, 'COMMITTED')
    expect(result).toMatchObject({ transaction: { status: 'COMMITTED' }, replayed: false, errors: [] })
  })

  it('with wait COMMITTED answers PENDING when the deadline passes', async () => {
    const { unsignedHex } = await draft()
    const start = clock.now()
    const result = await submit(sign(unsignedHex, ALICE), app, 'COMMITTED')
    expect(result).toMatchObject({ transaction: { status: 'PENDING' }, errors: [] })
    expect(clock.now() - start).toBe(5_100)
  })

  it('of one draft, 50 times at once, is one payment and 50 answers that name it', async () => {
    const drafts = await Promise.all(Array.from({ length: 50 }, () => draft()))
    const results = await Promise.all(
      drafts.map(({ unsignedHex }, index) => submit(signAgain(unsignedHex, index))),
    )
    chain.commit()
    expect(new Set(results.map(({ transaction }) => transaction?.id))).toEqual(new Set(chain.minedIds))
    expect(chain.minedIds).toHaveLength(1)
    expect(results.filter(({ replayed }) => replayed)).toHaveLength(49)
    expect(results.flatMap(({ errors }) => errors)).toEqual([])
    expect(chain.balances.get(BOB.publicKey)).toBe(DESO)
  })

  it('of a second signature over the same bytes gets what the first got', async () => {
    const { unsignedHex } = await draft()
    const first = await submit(signAgain(unsignedHex, 1))
    const second = await submit(signAgain(unsignedHex, 2))
    expect(second).toEqual({ ...first, replayed: true })
    expect(chain.submitted).toHaveLength(1)
  })

  it('of other bytes with the nonce of a draft that was sent gets what was sent', async () => {
    const { unsignedHex } = await draft()
    const first = await submit(sign(unsignedHex, ALICE))
    const other = {
      ...decode(unsignedHex),
      outputs: [{ publicKey: user(7).bytes, amountNanos: 3n }],
      feeNanos: 5_000n,
    }
    expect(await submit(signed(other))).toEqual({ ...first, replayed: true })
    expect(chain.submitted).toHaveLength(1)
  })

  it('that is in the mempool already is success', async () => {
    const { unsignedHex } = await draft()
    chain.submit(sign(unsignedHex, ALICE))
    const result = await submit(sign(unsignedHex, ALICE))
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
    const result = await submit(signedHex)
    expect(result).toMatchObject({
      transaction: null,
      replayed: false,
      errors: [{ code: 'MALFORMED_TRANSACTION' }],
    })
  })

  it('unsigned is INVALID_SIGNATURE', async () => {
    const { unsignedHex } = await draft()
    expect(await submit(unsignedHex)).toMatchObject({
      transaction: null,
      errors: [{ code: 'INVALID_SIGNATURE' }],
    })
    expect(chain.submitted).toEqual([])
  })

  it('signed by somebody else is INVALID_SIGNATURE', async () => {
    const { unsignedHex } = await draft()
    expect(await submit(sign(unsignedHex, BOB))).toMatchObject({
      transaction: null,
      errors: [{ code: 'INVALID_SIGNATURE' }],
    })
    expect(chain.submitted).toEqual([])
  })

  it('changed after signing is INVALID_SIGNATURE', async () => {
    const { unsignedHex } = await draft()
    const changed = { ...decode(sign(unsignedHex, ALICE)), feeNanos: 1n }
    expect(await submit(hex(changed))).toMatchObject({ errors: [{ code: 'INVALID_SIGNATURE' }] })
  })

  it('with a signature that is no DER is INVALID_SIGNATURE', async () => {
    const { unsignedHex } = await draft()
    const result = await submitTransaction(request(app), { unsignedHex, signature: '00' })
    expect(result).toMatchObject({ transaction: null, errors: [{ code: 'INVALID_SIGNATURE' }] })
  })
})

describe('a refused submit', () => {
  async function refuse() {
    const drafted = await draft(9n * DESO)
    chain.balances.set(ALICE.publicKey, DESO)
    return { drafted, result: await submit(sign(drafted.unsignedHex, ALICE)) }
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
    expect((await status(result.transaction?.id ?? '')).status).toBe('REJECTED')
  })

  it('is never sent again: a repeat, and another signature, get the same refusal', async () => {
    const { drafted, result } = await refuse()
    chain.fund(ALICE.publicKey, 10n * DESO)
    expect(await submit(sign(drafted.unsignedHex, ALICE))).toEqual(result)
    expect(await submit(signAgain(drafted.unsignedHex, 1))).toEqual(result)
    expect(chain.submitted).toHaveLength(1)
  })

  it('then funded, drafted again and signed, pays once', async () => {
    await refuse()
    chain.fund(ALICE.publicKey, 10n * DESO)
    const again = await draft(9n * DESO)
    expect(await submit(sign(again.unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [],
    })
    chain.commit()
    expect(chain.minedIds).toHaveLength(1)
    expect(chain.balances.get(BOB.publicKey)).toBe(9n * DESO)
  })

  it('that is mined all the same is COMMITTED, and its successor cannot pay again', async () => {
    const { drafted, result } = await refuse()
    chain.fund(ALICE.publicKey, 20n * DESO)
    const again = await draft(9n * DESO)
    const entry = {
      id: result.transaction?.id ?? '',
      hex: sign(drafted.unsignedHex, ALICE),
      transaction: decode(sign(drafted.unsignedHex, ALICE)),
    }
    chain.mempool.push(entry)
    chain.commit()
    expect(await status(entry.id)).toMatchObject({ id: entry.id, status: 'COMMITTED' })
    expect(await submit(sign(again.unsignedHex, ALICE))).toMatchObject({
      transaction: { id: entry.id, status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(await submit(entry.hex)).toMatchObject({
      transaction: { status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(chain.minedIds).toEqual([entry.id])
  })

  it('stays REJECTED when its successor is mined, and past its expiry', async () => {
    const { result } = await refuse()
    chain.fund(ALICE.publicKey, 10n * DESO)
    await submit(sign((await draft(9n * DESO)).unsignedHex, ALICE))
    chain.commit()
    expect((await status(result.transaction?.id ?? '')).status).toBe('REJECTED')
    chain.mine(2_700)
    expect((await status(result.transaction?.id ?? '')).status).toBe('REJECTED')
  })

  it('by any other rule is TRANSACTION_REJECTED with the rule', async () => {
    chain.faults.push({ rule: 'RuleErrorDerivedKeyNotAuthorized', kind: 'DERIVED_KEY' })
    const { unsignedHex } = await draft()
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'REJECTED', rejection: { rule: 'RuleErrorDerivedKeyNotAuthorized' } },
      errors: [{ code: 'TRANSACTION_REJECTED', rule: 'RuleErrorDerivedKeyNotAuthorized' }],
    })
  })

  it('after its expiry is DRAFT_EXPIRED', async () => {
    const { unsignedHex } = await draft()
    chain.mine(2_700)
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'REJECTED' },
      errors: [{ code: 'DRAFT_EXPIRED', transaction: null }],
    })
  })

  it('after its expiry is success where another way had brought it into a block', async () => {
    const { unsignedHex } = await draft()
    chain.submit(signAgain(unsignedHex, 1))
    chain.mine(2_700)
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { id: chain.minedIds[0], status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
  })
})

describe('a submit whose answer is lost', () => {
  it('is found in the mempool', async () => {
    chain.faults.push('ANSWER_LOST')
    const { unsignedHex } = await draft()
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [],
    })
  })

  it('never says failed when it cannot know, and pays once when sent again', async () => {
    chain.faults.push('LOST_ON_THE_WAY')
    const { unsignedHex } = await draft()
    const lost = await submit(sign(unsignedHex, ALICE))
    expect(lost).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [{ code: 'NODE_UNAVAILABLE', retryable: true }],
    })
    expect((await status(lost.transaction?.id ?? '')).status).toBe('PENDING')
    const again = await submit(signAgain(unsignedHex, 1))
    expect(again).toMatchObject({
      transaction: { id: lost.transaction?.id, status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    chain.commit()
    expect(chain.minedIds).toEqual([lost.transaction?.id])
  })

  it('is found in a block though it is in no mempool and no index', async () => {
    chain.isIndexed = false
    chain.faults.push('ANSWER_LOST')
    const { unsignedHex } = await draft()
    const { node } = chain
    const submitLost = node.submit
    node.submit = async (...args) => {
      try {
        return await submitLost(...args)
      } finally {
        chain.commit()
      }
    }
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'COMMITTED' },
      errors: [],
    })
  })

  it('with wait COMMITTED is followed to its end', async () => {
    chain.faults.push('ANSWER_LOST')
    const { unsignedHex } = await draft()
    const { node } = chain
    const found = node.transactionInfo
    node.transactionInfo = async () => null
    clock.onSleep = () => chain.mine(1)
    expect(await submit(sign(unsignedHex, ALICE), app, 'COMMITTED')).toMatchObject({
      transaction: { status: 'COMMITTED' },
      errors: [],
    })
    node.transactionInfo = found
  })

  it('while the node is down is answered from what is stored', async () => {
    const { unsignedHex } = await draft()
    const { transaction } = await submit(sign(unsignedHex, ALICE))
    chain.isDown = true
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({ transaction, replayed: true })
    await expect(status(transaction?.id ?? '')).rejects.toMatchObject({ code: 'NODE_UNAVAILABLE' })
  })

  it('that found the node down before anything was sent says so, and nothing was sent', async () => {
    const { unsignedHex } = await draft()
    chain.isDown = true
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'UNKNOWN', signer: ALICE.publicKey },
      errors: [{ code: 'NODE_UNAVAILABLE', retryable: true }],
    })
    chain.isDown = false
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      replayed: false,
      errors: [],
    })
  })

  it('is sent again when a node has forgotten it', async () => {
    const { unsignedHex } = await draft()
    await submit(sign(unsignedHex, ALICE))
    chain.mempool = []
    clock.ms += 10_000
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    expect(chain.mempool).toHaveLength(1)
  })

  it('and refused when sent again after a node had taken it, may still be mined: it stays PENDING', async () => {
    const { unsignedHex } = await draft()
    await submit(sign(unsignedHex, ALICE))
    chain.faults.push({ rule: 'RuleErrorInsufficientBalance', kind: 'INSUFFICIENT_BALANCE' })
    clock.ms += 10_000
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [],
    })
    chain.commit()
    expect(await submit(sign(unsignedHex, ALICE))).toMatchObject({ transaction: { status: 'COMMITTED' } })
  })
})

describe('two gateways that share nothing but the seed', () => {
  it('pay once: the second signature is answered with the form that was mined', async () => {
    const other = fakeGateway({ chain, clock })
    const [one, same] = [await draft(), await draft(DESO, 'key', other)]
    const first = await submit(signAgain(one.unsignedHex, 1))
    chain.commit()
    chain.mine(40)
    const second = await submit(signAgain(same.unsignedHex, 2), other)
    expect(second).toMatchObject({
      transaction: { id: first.transaction?.id, status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(chain.minedIds).toHaveLength(1)
  })

  it('answer PENDING while the other’s form waits in an uncommitted block, then that form', async () => {
    const other = fakeGateway({ chain, clock })
    const { unsignedHex } = await draft()
    await draft(DESO, 'key', other)
    const first = await submit(signAgain(unsignedHex, 1))
    chain.mine(1)
    const second = await submit(signAgain(unsignedHex, 2), other)
    expect(second).toMatchObject({ transaction: { status: 'PENDING' }, replayed: true, errors: [] })
    chain.mine(2)
    expect(await status(second.transaction?.id ?? '', other)).toMatchObject({
      id: first.transaction?.id,
      status: 'COMMITTED',
    })
  })

  it('answer PENDING where the other’s form waits in the mempool and is not outbid', async () => {
    const other = fakeGateway({ chain, clock })
    const { unsignedHex } = await draft()
    await draft(DESO, 'key', other)
    const first = await submit(signAgain(unsignedHex, 1))
    chain.faults.push({ rule: 'MempoolFailedReplaceByHigherFee', kind: 'NONCE_IN_MEMPOOL' })
    const second = await submit(signAgain(unsignedHex, 2), other)
    expect(second).toMatchObject({ transaction: { status: 'PENDING' }, replayed: true, errors: [] })
    chain.commit()
    expect(await status(second.transaction?.id ?? '', other)).toMatchObject({
      id: first.transaction?.id,
      status: 'COMMITTED',
    })
    chain.mine(2_700)
    expect((await status(second.transaction?.id ?? '', other)).status).toBe('COMMITTED')
  })

  it('that share the state as well send one form', async () => {
    const other = fakeGateway({ chain, clock, state })
    const { unsignedHex } = await draft()
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        submit(signAgain(unsignedHex, index), index % 2 ? app : other),
      ),
    )
    expect(new Set(results.map(({ transaction }) => transaction?.id)).size).toBe(1)
    expect(new Set(chain.submitted).size).toBe(1)
    expect(results.flatMap(({ errors }) => errors)).toEqual([])
  })
})

describe('a gateway that dies', () => {
  class Death extends Error {}

  /** Lets every write in turn be the last that happens, then starts again on what was written. */
  it('at any write between draft and commit loses nothing and pays once', async () => {
    for (let survived = 0; ; survived += 1) {
      const chain = new FakeChain()
      chain.fund(ALICE.publicKey, 10n * DESO)
      const state = new MemoryState()
      let left = survived
      state.onWrite = () => {
        if (left === 0) throw new Death()
        left -= 1
      }
      const story = async () => {
        const gateway = fakeGateway({ chain, state })
        const { unsignedHex } = await draft(DESO, 'key', gateway)
        await submit(sign(unsignedHex, ALICE), gateway)
        chain.commit()
        return submit(sign(unsignedHex, ALICE), gateway)
      }
      const hasDied = await story().then(
        () => false,
        (error: unknown) => {
          if (error instanceof Death) return true
          throw error
        },
      )
      state.onWrite = () => {}
      const result = await story()
      expect(result).toMatchObject({ transaction: { status: 'COMMITTED' }, errors: [] })
      expect(chain.minedIds).toHaveLength(1)
      if (!hasDied) break
      expect(survived).toBeLessThan(20)
    }
  })

  it('between sending and hearing the answer sends the same bytes again', async () => {
    const { unsignedHex } = await draft()
    const { node } = chain
    const { submit: sendNow } = node
    node.submit = async (hex) => {
      await sendNow(hex)
      throw new Death()
    }
    await expect(submit(sign(unsignedHex, ALICE))).rejects.toThrow(Death)
    node.submit = sendNow
    const restarted = fakeGateway({ chain, clock, state })
    expect(await submit(signAgain(unsignedHex, 5), restarted)).toMatchObject({
      transaction: { status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    chain.commit()
    expect(new Set(chain.submitted).size).toBe(1)
    expect(chain.minedIds).toHaveLength(1)
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
    const result = await submit(signed(foreign()))
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
    chain.commit()
    expect((await status(result.transaction?.id ?? '')).status).toBe('COMMITTED')
  })

  it('may replace an earlier one of its nonce, as its signer wants', async () => {
    const first = await submit(signed(foreign()))
    const second = await submit(signed(foreign({ feeNanos: 5_000n })))
    expect(second).toMatchObject({ transaction: { status: 'PENDING' }, replayed: false })
    chain.commit()
    expect(await status(first.transaction?.id ?? '')).toMatchObject({
      id: second.transaction?.id,
      status: 'COMMITTED',
    })
  })

  it('that was mined long ago is found by the index, and answered', async () => {
    const signedHex = signed(foreign())
    chain.submit(signedHex)
    chain.mine(3_000)
    const result = await submit(signedHex)
    expect(result).toMatchObject({ replayed: true, errors: [] })
    for (let polls = 0; polls < 40; polls += 1) await status(result.transaction?.id ?? '')
    expect(await status(result.transaction?.id ?? '')).toMatchObject({
      id: chain.minedIds[0],
      status: 'COMMITTED',
    })
  })

  it('of a type that this gateway does not know is OTHER, and sent', async () => {
    const result = await submit(
      signed(foreign({ metadata: { type: 'OPAQUE', typeNumber: 9n, bytes: new Uint8Array(34) } })),
    )
    expect(result).toMatchObject({ transaction: { kind: 'OTHER', status: 'PENDING' }, errors: [] })
  })
})

function decode(transactionHex: string): Transaction {
  return decodeTransaction(Buffer.from(transactionHex, 'hex'))
}

function hex(transaction: Transaction): string {
  return Buffer.from(encodeTransaction(transaction)).toString('hex')
}

function signed(transaction: Transaction): string {
  return hex(signTransaction(transaction, ALICE.privateKey))
}
