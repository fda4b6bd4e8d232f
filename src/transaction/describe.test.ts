import { beforeEach, describe, expect, it } from 'vitest'
import { FakeChain } from '../../test/support/fake-chain.js'
import { fakeGateway, request, sign, user } from '../../test/support/fake-gateway.js'
import type { RequestContext } from '../context.js'
import { encodeTransaction } from '../deso/codec.js'
import type { Transaction, TransactionMetadata } from '../deso/transaction.js'
import { buildPlanRecord, buildSubscriptionRecord } from '../protocol/records.js'
import { decodeTransactionHex } from './decode.js'

const ALICE = user(1)
const BOB = user(2)
const PLAN = { height: 7, id: 'ab'.repeat(32) }
const FEE = 'a network fee of 0.0000003 DESO.'

let chain: FakeChain
let ctx: RequestContext

beforeEach(() => {
  chain = new FakeChain()
  ctx = request(fakeGateway({ chain }))
})

function transaction(change: Partial<Transaction>): Transaction {
  return {
    outputs: [],
    metadata: { type: 'BASIC_TRANSFER' },
    publicKey: ALICE.bytes,
    extraData: new Map(),
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: 300n,
    nonce: { expirationBlockHeight: 1_000n, partialId: 5n },
    ...change,
  }
}

function decode(change: Partial<Transaction>) {
  return decodeTransactionHex(ctx, Buffer.from(encodeTransaction(transaction(change))).toString('hex'))
}

describe('what bytes would do', () => {
  it('is a payment with every recipient', async () => {
    const outputs = [
      { publicKey: BOB.bytes, amountNanos: 1_500_000_000n },
      { publicKey: ALICE.bytes, amountNanos: 7n },
    ]
    expect(await decode({ outputs })).toEqual({
      kind: 'SEND_DESO',
      summary: `${ALICE.publicKey} pays 1.5 DESO to ${BOB.publicKey}, 0.000000007 DESO to themselves and ${FEE}`,
      outputs: [
        { to: BOB.publicKey, amountNanos: 1_500_000_000n },
        { to: ALICE.publicKey, amountNanos: 7n },
      ],
      feeNanos: 300n,
      spendNanos: 1_500_000_300n,
    })
  })

  it('is the same of signed bytes', async () => {
    const unsigned = transaction({ outputs: [{ publicKey: BOB.bytes, amountNanos: 1n }] })
    const unsignedHex = Buffer.from(encodeTransaction(unsigned)).toString('hex')
    expect(await decodeTransactionHex(ctx, sign(unsignedHex, ALICE))).toEqual(
      await decodeTransactionHex(ctx, unsignedHex),
    )
  })

  it('is a subscription with its payment, to whom and how much the bytes say', async () => {
    const record = buildSubscriptionRecord({
      creator: BOB.bytes,
      slug: 'gold',
      plan: PLAN,
      priceNanos: 5_000_000_000n,
      periods: 3,
      prev: null,
    })
    expect(await decode(record)).toMatchObject({
      kind: 'SUBSCRIBE',
      summary: `${ALICE.publicKey} subscribes to the plan “gold” for 3 periods, and pays 15 DESO to ${BOB.publicKey} and ${FEE}`,
      spendNanos: 15_000_000_300n,
    })
  })

  it('is a subscription that buys nothing where it is ill-formed', async () => {
    const record = buildSubscriptionRecord({
      creator: BOB.bytes,
      slug: 'gold',
      plan: PLAN,
      priceNanos: 1n,
      periods: 1,
      prev: null,
    })
    const preview = await decode({ ...record, outputs: [], extraData: new Map() })
    expect(preview.kind).toBe('SUBSCRIBE')
    expect(preview.summary).toBe(
      `${ALICE.publicKey} writes an ill-formed subscription to the plan “gold”, which buys nothing, and pays ${FEE}`,
    )
  })

  it('is a plan with its terms, or its end', async () => {
    const terms = {
      creator: ALICE.bytes,
      slug: 'gold',
      title: 'Gold\u202e',
      priceNanos: 2n,
      periodSeconds: 86_400,
      prev: null,
    }
    const open = await decode(buildPlanRecord({ ...terms, state: 'OPEN' }))
    expect(open.kind).toBe('CREATE_PLAN')
    expect(open.summary).toBe(
      `${ALICE.publicKey} offers the plan “gold” (“Gold\ufffd”) for 0.000000002 DESO per 1 day, and pays ${FEE}`,
    )
    const forGood = await decode(buildPlanRecord({ ...terms, periodSeconds: 0, state: 'OPEN' }))
    expect(forGood.summary).toContain('for 0.000000002 DESO, bought once, for good')
    const closed = await decode(buildPlanRecord({ ...terms, state: 'CLOSED' }))
    expect(closed.kind).toBe('CREATE_PLAN')
    expect(closed.summary).toContain('closes the plan “gold”')
  })

  it('is an unsubscription only where the node shows that very subscription of the signer', async () => {
    const id = 'cd'.repeat(32)
    const metadata: TransactionMetadata = {
      type: 'DELETE_USER_ASSOCIATION',
      associationId: Buffer.from(id, 'hex'),
    }
    expect((await decode({ metadata })).kind).toBe('OTHER')
    const entry = {
      id,
      transactor: ALICE.publicKey,
      target: BOB.publicKey,
      isAppZero: true,
      type: 'dig:subscription',
      value: 'gold',
      extraData: new Map(),
      blockHeight: 3,
    }
    chain.associations.set('entry', entry)
    expect(await decode({ metadata })).toMatchObject({
      kind: 'UNSUBSCRIBE',
      summary: `${ALICE.publicKey} deletes a subscription, and gives up what was paid for, and pays ${FEE}`,
    })
    for (const other of [{ transactor: BOB.publicKey }, { isAppZero: false }, { type: 'DIG:PLAN' }]) {
      chain.associations.set('entry', { ...entry, ...other })
      expect((await decode({ metadata })).kind).toBe('OTHER')
    }
  })

  it('is a content that is published, replaced or unpublished', async () => {
    const post = {
      type: 'SUBMIT_POST',
      postHashToModify: new Uint8Array(),
      parentStakeId: new Uint8Array(),
      body: Buffer.from('{}'),
      creatorBasisPoints: 1_000n,
      stakeMultipleBasisPoints: 12_500n,
      timestampNanos: 1n,
      isHidden: false,
    } as const
    const fields = { DIGV: '1', DIGTITLE: 'A film', DIGMANIFEST: 'bafy', DIGACCESS: 'PLAN:gold' }
    const extraData = new Map(Object.entries(fields).map(([key, text]) => [key, Buffer.from(text)]))
    expect(await decode({ metadata: post, extraData })).toMatchObject({
      kind: 'PUBLISH_CONTENT',
      summary: `${ALICE.publicKey} publishes “A film”, open to “PLAN:gold”, and pays ${FEE}`,
    })
    const edit = { ...post, postHashToModify: new Uint8Array(32) }
    expect((await decode({ metadata: edit, extraData })).kind).toBe('UPDATE_CONTENT')
    expect((await decode({ metadata: { ...edit, isHidden: true }, extraData })).kind).toBe('HIDE_CONTENT')
    expect((await decode({ metadata: post })).kind).toBe('OTHER')
  })

  it('is a profile, whose first one costs what the network asks', async () => {
    chain.createProfileFeeNanos = 10_000_000n
    const metadata = {
      type: 'UPDATE_PROFILE',
      profilePublicKey: new Uint8Array(),
      newUsername: Buffer.from('alice'),
      newDescription: Buffer.from('x'),
      newProfilePic: new Uint8Array(),
      newCreatorBasisPoints: 10_000n,
      newStakeMultipleBasisPoints: 12_500n,
      isHidden: false,
    } as const
    expect(await decode({ metadata })).toMatchObject({
      kind: 'UPDATE_PROFILE',
      summary: `${ALICE.publicKey} sets the username “alice”, the description in their profile, and pays 0.01 DESO for a first profile and ${FEE}`,
      spendNanos: 10_000_300n,
    })
    chain.profiles.set(ALICE.publicKey, {
      username: 'alice',
      description: '',
      creatorBasisPoints: 0n,
      isHidden: false,
    })
    expect((await decode({ metadata })).spendNanos).toBe(300n)
    expect((await decode({ metadata: { ...metadata, profilePublicKey: BOB.bytes } })).kind).toBe('OTHER')
  })

  it.each([
    [
      'a tip',
      {
        extraData: new Map([['DiamondLevel', new Uint8Array([1])]]),
        outputs: [{ publicKey: BOB.bytes, amountNanos: 1n }],
      },
    ],
    ['a transfer to nobody', {}],
    [
      'an association of another protocol',
      {
        metadata: {
          type: 'CREATE_USER_ASSOCIATION',
          targetPublicKey: BOB.bytes,
          appPublicKey: new Uint8Array(33),
          associationType: Buffer.from('LIKE'),
          associationValue: Buffer.from('x'),
        },
      },
    ],
    ['an unknown type', { metadata: { type: 'OPAQUE', typeNumber: 26n, bytes: new Uint8Array(3) } }],
  ] as [
    string,
    Partial<Transaction>,
  ][])('%s is OTHER, and says that it is not explained', async (_, change) => {
    const preview = await decode(change)
    expect(preview.kind).toBe('OTHER')
    expect(preview.summary).toContain('this gateway does not explain')
    expect(preview.feeNanos).toBe(300n)
  })

  it('of bytes that do not decode is MALFORMED_TRANSACTION', async () => {
    await expect(decodeTransactionHex(ctx, '00')).rejects.toMatchObject({ code: 'MALFORMED_TRANSACTION' })
    await expect(decodeTransactionHex(ctx, '0g')).rejects.toMatchObject({ code: 'MALFORMED_TRANSACTION' })
  })
})
