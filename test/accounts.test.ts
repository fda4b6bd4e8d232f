import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeTransaction } from '../src/deso/codec.js'
import { publicKeyToBytes } from '../src/deso/keys.js'
import { signTransaction } from '../src/deso/signature.js'
import type { Transaction } from '../src/deso/transaction.js'
import { stranger } from './support/market.js'
import { type Json, openWorld, type Person, signatureOf, type World } from './support/world.js'

/** Accounts, profiles and payments, through the API. */
let world: World
let keys = 0

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world[Symbol.asyncDispose]())

const newKey = () => `key-${++keys}`

async function account(by: Record<string, unknown>): Promise<Json> {
  const answer = await world.ask(
    `query ($by: AccountBy!) { account(by: $by) {
      publicKey username description balance { nanos deso usdCents }
    } }`,
    { by },
  )
  return answer.account
}

const byKey = ({ publicKey }: Person) => account({ publicKey })
const balanceOf = async (person: Person) => BigInt((await byKey(person)).balance.nanos)

async function create(input: Record<string, unknown>): Promise<Json> {
  const { createTransaction } = await world.ask(
    `mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) {
      draft { kind unsignedHex signer { publicKey } expiresAtHeight preview {
        kind summary outputs { to { publicKey } amount { nanos } } fee { nanos } spend { nanos } } }
      errors { __typename code message path retryable }
    } }`,
    { input },
  )
  return createTransaction
}

function profile(person: Person, fields: Record<string, unknown>): Promise<Json> {
  return create({ updateProfile: { signer: person.publicKey, idempotencyKey: newKey(), ...fields } })
}

async function commit({ draft, errors }: Json, person: Person): Promise<Json> {
  if (!draft) throw new Error(JSON.stringify(errors))
  const result = await world.submit(draft.unsignedHex, person)
  expect(result).toMatchObject({ errors: [], replayed: false, transaction: { status: 'COMMITTED' } })
  return result.transaction
}

describe('an account', () => {
  it('is every valid key, with balance 0 if nobody has seen it', async () => {
    const nobody = stranger('nobody has seen me')
    expect(await byKey(nobody)).toEqual({
      publicKey: nobody.publicKey,
      username: null,
      description: null,
      balance: { nanos: '0', deso: '0', usdCents: null },
    })
  })

  it('has the node’s balance, exactly, in nanos and in DESO', async () => {
    const someone = stranger('somebody with odd sums')
    await world.chain.fund(someone.publicKey, 1_500_000_001n)
    expect((await byKey(someone)).balance).toEqual({
      nanos: '1500000001',
      deso: '1.500000001',
      usdCents: null,
    })
  })

  it('is found by its username, without case; an unknown name is null', async () => {
    const carol = world.person('carol')
    await commit(await profile(carol, { username: 'Carol_1' }), carol)
    for (const username of ['Carol_1', 'carol_1', 'CAROL_1']) {
      expect(await account({ username })).toMatchObject({ publicKey: carol.publicKey, username: 'Carol_1' })
    }
    for (const username of ['carol', '', 'carol_1 ', 'x'.repeat(26), 'a/b', 'é', carol.publicKey]) {
      expect(await account({ username })).toBeNull()
    }
  })

  it('has neither plans nor contents nor subscriptions at first', async () => {
    const answer = await world.ask(
      `query ($key: PublicKey!) { account(by: { publicKey: $key }) {
        plan(slug: "gold") { id } plans { nodes { id } } contents { nodes { id } }
        subscriptions { nodes { id } } subscribers { nodes { id } } viewerSubscription(plan: "gold") { id }
      } }`,
      { key: stranger('nobody').publicKey },
    )
    const none = { nodes: [] }
    expect(answer.account).toEqual({
      plan: null,
      plans: none,
      contents: none,
      subscriptions: none,
      subscribers: none,
      viewerSubscription: null,
    })
  })
})

describe('a profile', () => {
  it('is made with a name, then changed in part: what is not given stays', async () => {
    const dave = world.person('dave')
    const before = await balanceOf(dave)
    const first = await profile(dave, { username: 'dave', description: 'A painter.' })
    expect(first.draft).toMatchObject({
      kind: 'UPDATE_PROFILE',
      signer: { publicKey: dave.publicKey },
      preview: {
        kind: 'UPDATE_PROFILE',
        outputs: [],
        summary: expect.stringContaining('sets the username “dave”, the description in their profile'),
      },
    })
    await commit(first, dave)
    expect(before - (await balanceOf(dave))).toBe(BigInt(first.draft.preview.spend.nanos))
    expect(await byKey(dave)).toMatchObject({ username: 'dave', description: 'A painter.' })

    const second = await profile(dave, { description: 'A better painter.' })
    expect(second.draft.preview.summary).not.toContain('username')
    await commit(second, dave)
    expect(await byKey(dave)).toMatchObject({ username: 'dave', description: 'A better painter.' })

    await commit(await profile(dave, { username: 'David' }), dave)
    expect(await byKey(dave)).toMatchObject({ username: 'David', description: 'A better painter.' })
    expect(await account({ username: 'dave' })).toBeNull()

    const picture = `data:image/png;base64,${Buffer.from('pixels').toString('base64')}`
    await commit(await profile(dave, { picture }), dave)
    expect(await byKey(dave)).toMatchObject({ username: 'David', description: 'A better painter.' })
  })

  it('cannot take a name that is taken, in any case, and is told so before anybody signs', async () => {
    const [erin, frank] = [world.person('erin'), world.person('frank')]
    await commit(await profile(erin, { username: 'Erin' }), erin)
    for (const username of ['Erin', 'erin', 'ERIN']) {
      expect(await profile(frank, { username })).toEqual({
        draft: null,
        errors: [
          {
            __typename: 'InvalidInput',
            code: 'INVALID_INPUT',
            message: 'This username is taken.',
            path: ['input', 'updateProfile', 'username'],
            retryable: false,
          },
        ],
      })
    }
    // One's own name in another case is no other name.
    await commit(await profile(erin, { username: 'eRIN' }), erin)
    expect((await byKey(erin)).username).toBe('eRIN')
  })

  it('of nobody, without money for the fee, is refused with the sums', async () => {
    const poor = stranger('poor')
    expect((await profile(poor, { username: 'poor' })).errors).toMatchObject([
      { __typename: 'InsufficientFunds', code: 'INSUFFICIENT_FUNDS', retryable: false },
    ])
  })
})

describe('sending DESO', () => {
  it('moves the money, to the nano, and tells so beforehand', async () => {
    const [grace, heidi] = [world.person('grace'), world.person('heidi')]
    const [sender, receiver] = [await balanceOf(grace), await balanceOf(heidi)]
    const payload = await create({
      sendDeso: {
        to: heidi.publicKey,
        amountNanos: '1500000000',
        signer: grace.publicKey,
        idempotencyKey: newKey(),
      },
    })
    const { preview, kind, signer } = payload.draft
    const fee = BigInt(preview.fee.nanos)
    expect([kind, signer.publicKey]).toEqual(['SEND_DESO', grace.publicKey])
    expect(fee).toBeGreaterThan(0n)
    expect(preview).toEqual({
      kind: 'SEND_DESO',
      summary: `${grace.publicKey} pays 1.5 DESO to ${heidi.publicKey} and a network fee of 0.0000000${fee} DESO.`,
      outputs: [{ to: { publicKey: heidi.publicKey }, amount: { nanos: '1500000000' } }],
      fee: { nanos: String(fee) },
      spend: { nanos: String(1_500_000_000n + fee) },
    })
    const { transactionId } = await commit(payload, grace)
    expect(sender - (await balanceOf(grace))).toBe(1_500_000_000n + fee)
    expect((await balanceOf(heidi)) - receiver).toBe(1_500_000_000n)
    expect(await transaction(transactionId)).toEqual({
      transactionId,
      kind: 'SEND_DESO',
      status: 'COMMITTED',
      signer: { publicKey: grace.publicKey },
      outputs: [{ to: { publicKey: heidi.publicKey }, amount: { nanos: '1500000000' } }],
      fee: { nanos: String(fee) },
      block: {
        height: expect.any(Number),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        time: expect.stringMatching(/Z$/),
      },
      rejection: null,
    })
  })

  it('of all that there is but the fee is refused with both sums', async () => {
    const ivan = world.person('ivan')
    const balance = await balanceOf(ivan)
    const input = { to: world.person('judy').publicKey, signer: ivan.publicKey, idempotencyKey: newKey() }
    const { createTransaction } = await world.ask(
      `mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) {
        draft { kind } errors { __typename ... on InsufficientFunds { required available } } } }`,
      { input: { sendDeso: { ...input, amountNanos: String(balance) } } },
    )
    const [error] = createTransaction.errors
    expect(error).toMatchObject({ __typename: 'InsufficientFunds', available: String(balance) })
    expect(BigInt(error.required)).toBeGreaterThan(balance)
  })
})

async function transaction(id: string): Promise<Json> {
  const answer = await world.ask(
    `query ($id: TransactionId!) { transaction(id: $id) {
      transactionId kind status signer { publicKey } outputs { to { publicKey } amount { nanos } }
      fee { nanos } block { height hash time } rejection { rule }
    } }`,
    { id },
  )
  return answer.transaction
}

async function decode(hex: string): Promise<Json> {
  const { decodeTransaction } = await world.ask(
    `query ($hex: Hex!) { decodeTransaction(hex: $hex) {
      kind summary outputs { to { publicKey } amount { nanos } } fee { nanos } spend { nanos } } }`,
    { hex },
  )
  return decodeTransaction
}

/** A transfer that no gateway made, signed. */
function foreign(from: Person, to: Person, nanos: bigint, nonce: bigint): string {
  const unsigned: Transaction = {
    outputs: [{ publicKey: publicKeyToBytes(to.publicKey), amountNanos: nanos }],
    metadata: { type: 'BASIC_TRANSFER' },
    publicKey: publicKeyToBytes(from.publicKey),
    extraData: new Map(),
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: 1_000n,
    nonce: { expirationBlockHeight: 1_000n, partialId: nonce },
  }
  return Buffer.from(encodeTransaction(signTransaction(unsigned, from.privateKey))).toString('hex')
}

describe('decodeTransaction', () => {
  it('tells of a draft what its preview told, signed or not', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const { draft } = await create({
      sendDeso: { to: bob.publicKey, amountNanos: '7', signer: alice.publicKey, idempotencyKey: newKey() },
    })
    expect(await decode(draft.unsignedHex)).toEqual(draft.preview)
    expect(await decode(draft.unsignedHex.toUpperCase())).toEqual(draft.preview)
    const signature = signatureOf(Buffer.from(draft.unsignedHex, 'hex'), alice)
    const length = (signature.length / 2).toString(16).padStart(2, '0')
    const signedHex = signed(draft.unsignedHex, length + signature)
    expect(await decode(signedHex)).toEqual(draft.preview)
  })

  /** The empty signature, of length 0, stands before version, fee and nonce: known by what follows it. */
  function signed(unsignedHex: string, signature: string): string {
    const place = unsignedHex.lastIndexOf('0001')
    return `${unsignedHex.slice(0, place)}${signature}${unsignedHex.slice(place + 2)}`
  }

  it('tells of bytes that others made, and sends nothing', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const before = await balanceOf(bob)
    expect(await decode(foreign(alice, bob, 5n, 77n))).toEqual({
      kind: 'SEND_DESO',
      summary: `${alice.publicKey} pays 0.000000005 DESO to ${bob.publicKey} and a network fee of 0.000001 DESO.`,
      outputs: [{ to: { publicKey: bob.publicKey }, amount: { nanos: '5' } }],
      fee: { nanos: '1000' },
      spend: { nanos: '1005' },
    })
    await world.chain.mine(3)
    expect(await balanceOf(bob)).toBe(before)
  })

  it('of a type that it does not know says so, and names every payment all the same', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const hex = Buffer.from(
      encodeTransaction({
        outputs: [{ publicKey: publicKeyToBytes(bob.publicKey), amountNanos: 9n }],
        metadata: { type: 'OPAQUE', typeNumber: 22n, bytes: new Uint8Array([1, 2, 3]) },
        publicKey: publicKeyToBytes(alice.publicKey),
        extraData: new Map(),
        signature: new Uint8Array(),
        version: 1n,
        feeNanos: 1n,
        nonce: { expirationBlockHeight: 1n, partialId: 1n },
      }),
    ).toString('hex')
    expect(await decode(hex)).toMatchObject({
      kind: 'OTHER',
      outputs: [{ to: { publicKey: bob.publicKey }, amount: { nanos: '9' } }],
      spend: { nanos: '10' },
      summary: expect.stringContaining('does not explain'),
    })
  })

  it('of anything else is a fault of the argument, which says where', async () => {
    const hex = foreign(world.person('alice'), world.person('bob'), 5n, 78n)
    for (const bytes of [
      '',
      '00',
      'abcd',
      hex.slice(0, -2),
      `${hex}00`,
      '00'.repeat(200),
      'ff'.repeat(65_536),
    ]) {
      const { data, errors } = await world.query<Json>(
        'query ($hex: Hex!) { decodeTransaction(hex: $hex) { kind } }',
        {
          hex: bytes,
        },
      )
      expect(data).toBeNull()
      expect(errors).toMatchObject([
        {
          message: expect.stringMatching(/^Not a well-formed DeSo transaction: .* at byte \d+\.$/),
          path: ['decodeTransaction'],
          extensions: { code: 'BAD_USER_INPUT', retryable: false },
        },
      ])
    }
  })
})

describe('transaction', () => {
  it('of nothing is UNKNOWN', async () => {
    const id = 'ab'.repeat(32)
    expect(await transaction(id)).toEqual({
      transactionId: id,
      kind: 'OTHER',
      status: 'UNKNOWN',
      signer: null,
      outputs: [],
      fee: null,
      block: null,
      rejection: null,
    })
  })

  it('tells of what others handed to the node themselves, on its way and committed', async () => {
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const TransactionHex = foreign(alice, bob, 11n, 99n)
    const { status, body } = await world.chain.post('/api/v0/submit-transaction', { TransactionHex })
    expect(status).toBe(200)
    const known = {
      transactionId: body.TxnHashHex,
      kind: 'SEND_DESO',
      signer: { publicKey: alice.publicKey },
      outputs: [{ to: { publicKey: bob.publicKey }, amount: { nanos: '11' } }],
      fee: { nanos: '1000' },
      rejection: null,
    }
    const seen: string[] = []
    for (let tries = 0; tries < 300 && seen.at(-1) !== 'COMMITTED'; tries += 1) {
      const found = await transaction(body.TxnHashHex)
      seen.push(found.status)
      if (found.status === 'UNKNOWN') continue // the node's index lags
      expect(found).toMatchObject(known)
      expect(found.block === null).toBe(found.status === 'PENDING')
    }
    expect(seen.at(-1)).toBe('COMMITTED')
    expect(new Set(seen)).not.toContain('REJECTED')
  })
})
