import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { publicKeyFromBytes, publicKeyToBytes } from '../src/deso/keys.js'
import { encodeGlobalId } from '../src/graphql/relay/global-id.js'
import { DESO, Market, stranger } from './support/market.js'
import { type Json, openWorld, type Person, signatureOf, type World } from './support/world.js'

/** What a gateway says while its node hangs, resets, refuses, or answers what no node should. */
let market: Market
let world: World
let creator: Person
let fan: Person
let post: string

/** A handful of timeouts, on a busy machine. */
const LONGEST_MS = 4_000
const FAULTS = ['hang', 'reset', '500', 'html', 'halfBody'] as const
const UNAVAILABLE = { code: 'NODE_UNAVAILABLE', retryable: true }

const TIP = '/api/v0/get-committed-tip-block-info'
const BLOCK = '/api/v1/block'
const ASSOCIATIONS = '/api/v0/user-associations/query'
const POSTS = '/api/v0/get-posts-hashhexlist'
const USERS = '/api/v0/get-users-stateless'
const FEES = '/api/v0/txn-construction-params'
const PARAMS = '/api/v0/get-all-global-params'
const SUBMIT = '/api/v0/submit-transaction'

beforeAll(async () => {
  market = await Market.open({ NODE_TIMEOUT_MS: '1000', COMMIT_WAIT_SECONDS: '1' })
  world = market.world
  creator = await market.person('the creator')
  fan = await market.person('the fan')
  await market.plan(creator, 'gold', { periodSeconds: 86_400 * 365 })
  await market.pay(fan, creator, 'gold')
  post = await publish()
})
afterAll(() => market[Symbol.asyncDispose]())
beforeEach(() => heal())

async function publish(): Promise<string> {
  const form = new FormData()
  const fields = { title: 'T', teaser: 't', policy: 'PLAN:gold', idempotencyKey: market.newKey() }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob(['the bytes']), 'file.txt')
  const headers = { authorization: `Bearer ${await world.signIn(creator)}` }
  const response = await fetch(`${world.url}/api/upload-content`, { method: 'POST', headers, body: form })
  return (await market.execute(await response.json(), creator)).id
}

async function heal(): Promise<void> {
  await fetch(`${world.chain.url}/dev/faults`, { method: 'DELETE' })
}

/** From now on, with a block that nobody has read yet. */
async function spoil(path: string, kind: string, more: Record<string, unknown> = {}): Promise<void> {
  await world.chain.mine(1)
  await heal()
  await world.chain.faults({ kind, path, times: 1_000_000, ...more })
}

/** The answer, which must come in time and hold no stack. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const start = performance.now()
  const answer = await work
  expect(performance.now() - start).toBeLessThan(LONGEST_MS)
  expect(JSON.stringify(answer)).not.toMatch(/\\n +at |node_modules|\.[jt]s:\d/)
  return answer
}

async function get(path: string, token?: string): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${world.url}${path}`, {
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
  })
  return { status: response.status, body: await response.json() }
}

async function draftPayment(to: Person, amountNanos = DESO, from = fan): Promise<Json> {
  const idempotencyKey = market.newKey()
  const sendDeso = {
    to: to.publicKey,
    amountNanos: String(amountNanos),
    signer: from.publicKey,
    idempotencyKey,
  }
  return (await market.draft('createTransaction', { sendDeso })).draft
}

describe.each(FAULTS)('a node whose answer is: %s', (kind) => {
  it('makes a draft NODE_UNAVAILABLE, whichever answer is missing, and the key good for another try', async () => {
    const [buyer, idempotencyKey] = [await market.person(`buyer by ${kind}`), market.newKey()]
    // Each hang takes its time; the other faults are looked at everywhere.
    const paths = kind === 'hang' ? [ASSOCIATIONS, FEES] : [TIP, BLOCK, ASSOCIATIONS, USERS, FEES, PARAMS]
    for (const path of [...paths, '*']) {
      await spoil(path, kind)
      const payload = await inTime(market.payment(buyer, creator, 'gold', { idempotencyKey }))
      expect({ path, ...payload }).toEqual({
        path,
        draft: null,
        errors: [expect.objectContaining({ __typename: 'NodeUnavailable', ...UNAVAILABLE })],
      })
    }
    await heal()
    await market.execute(await market.payment(buyer, creator, 'gold', { idempotencyKey }), buyer)
    expect(await market.verdict(creator, 'gold', buyer)).toBe('SUBSCRIBED')
  })

  it('makes access unknown, which is no grant and no refusal, and no byte goes out', async () => {
    const other = await market.person(`not subscribed by ${kind}`, 0n)
    const people = await Promise.all(
      [fan, other].map(async (person) => ({ person, token: await world.signIn(person) })),
    )
    const to = { plan: encodeGlobalId('Plan', creator.publicKey, 'gold') }
    const ask = (account: string) =>
      world.query(
        'query ($to: AccessTarget!, $account: PublicKey) { access(to: $to, account: $account) { granted reason } }',
        { to, account },
      )
    const check = `/api/check-access?creator=${creator.publicKey}&slug=gold&account=`
    const failed = { status: 502, body: { errors: [UNAVAILABLE] } }
    for (const path of kind === 'hang' ? [BLOCK, ASSOCIATIONS] : [TIP, BLOCK, ASSOCIATIONS]) {
      await spoil(path, kind)
      const asked = people.map(({ person, token }) =>
        Promise.all([
          ask(person.publicKey),
          get(`${check}${person.publicKey}`),
          get(`/content/${post}/0`, token),
          get(`/api/fetch-content?postHash=${post}&file=0`, token),
        ]),
      )
      for (const [access, ...rest] of await inTime(Promise.all(asked))) {
        expect(access).toMatchObject({
          data: { access: null },
          errors: [{ path: ['access'], extensions: UNAVAILABLE }],
        })
        expect(rest).toMatchObject([failed, failed, failed])
      }
    }
    await heal()
    expect(await market.verdict(creator, 'gold', fan)).toBe('SUBSCRIBED')
    expect(await market.verdict(creator, 'gold', other)).toBe('NOT_SUBSCRIBED')
  })

  it('makes a content unknown, which is not the same as none', async () => {
    const token = await world.signIn(fan)
    await spoil(POSTS, kind)
    const [content, rest, bytes] = await inTime(
      Promise.all([
        world.query('query ($hash: TransactionId!) { content(postHash: $hash) { title } }', { hash: post }),
        get(`/api/fetch-content?postHash=${post}`),
        get(`/content/${post}/0`, token),
      ]),
    )
    expect(content).toMatchObject({ data: { content: null }, errors: [{ extensions: UNAVAILABLE }] })
    expect([rest.status, bytes.status]).toEqual([502, 502])
  })

  it('makes a submit neither failed nor done: it is PENDING, and once there is an answer, once on the chain', async () => {
    const to = stranger(`paid by ${kind}`)
    const draft = await draftPayment(to)
    await spoil(SUBMIT, kind)
    const first = await inTime(world.submit(draft.unsignedHex, fan, 'ACCEPTED'))
    expect(first.transaction).toMatchObject({ kind: 'SEND_DESO', status: 'PENDING', rejection: null })
    // Half an answer comes from a node that has taken it, and it is found there.
    const errors = kind === 'halfBody' ? [] : [{ code: 'NODE_UNAVAILABLE' }]
    expect(first.errors).toMatchObject(errors)
    await heal()
    const second = await inTime(world.submit(draft.unsignedHex, fan, 'ACCEPTED'))
    const { transactionId } = first.transaction
    expect(second).toMatchObject({
      transaction: { transactionId, status: 'PENDING' },
      replayed: true,
      errors: [],
    })
    await market.commit()
    expect(await world.submit(draft.unsignedHex, fan)).toMatchObject({
      transaction: { transactionId, status: 'COMMITTED' },
      replayed: true,
      errors: [],
    })
    expect(await market.balance(to)).toBe(DESO)
  })

  it('as a whole sends nothing, says so, and nothing is lost', async () => {
    const to = stranger(`paid later by ${kind}`)
    const draft = await draftPayment(to)
    await spoil('*', kind)
    expect(await inTime(world.submit(draft.unsignedHex, fan, 'ACCEPTED'))).toMatchObject({
      transaction: { status: 'UNKNOWN' },
      replayed: false,
      errors: [{ code: 'NODE_UNAVAILABLE' }],
    })
    await heal()
    const sent = await world.submit(draft.unsignedHex, fan, 'ACCEPTED')
    expect(sent).toMatchObject({ transaction: { status: 'PENDING' }, replayed: false, errors: [] })
    await spoil('*', kind)
    // What it has taken is remembered, though nobody can say more now.
    expect(await inTime(world.submit(draft.unsignedHex, fan, 'ACCEPTED'))).toMatchObject({
      transaction: { transactionId: sent.transaction.transactionId, status: 'PENDING' },
      replayed: true,
    })
    await heal()
    await market.commit()
    expect(await market.balance(to)).toBe(DESO)
  })

  it('makes the gateway alive and not ready', async () => {
    await spoil('*', kind)
    const [alive, ready] = await inTime(Promise.all([get('/healthz'), get('/readyz')]))
    expect(alive.status).toBe(200)
    expect(ready).toEqual({
      status: 503,
      body: { ready: false, node: false, storage: true, nodes: ['down'] },
    })
    await heal()
    expect((await get('/readyz')).status).toBe(200)
  })

  it('nulls only what it would have told: the rest of a page stands', async () => {
    const token = await world.signIn(fan)
    const query = `query ($key: PublicKey!) {
      contents(creator: $key, first: 5) { nodes { title creator { username balance { nanos } } viewerAccess { granted } files { name } } }
      gateway { network limits { maxPageSize } }
    }`
    await spoil(USERS, kind)
    const withoutUsers = await inTime(world.query(query, { key: creator.publicKey }, token))
    const content = { title: 'T', files: [{ name: 'file.txt' }] }
    expect(withoutUsers.data).toEqual({
      contents: {
        nodes: [{ ...content, creator: { username: null, balance: null }, viewerAccess: { granted: true } }],
      },
      gateway: { network: 'TESTNET', limits: { maxPageSize: 100 } },
    })
    expect(withoutUsers.errors?.map(({ path, extensions }) => [path?.at(-1), extensions.code])).toEqual([
      ['username', 'NODE_UNAVAILABLE'],
      ['balance', 'NODE_UNAVAILABLE'],
    ])
    await spoil(ASSOCIATIONS, kind)
    const { data, errors } = await inTime(world.query(query, { key: creator.publicKey }, token))
    expect(data?.contents.nodes).toMatchObject([{ ...content, viewerAccess: null }])
    expect(errors).toMatchObject([
      { path: ['contents', 'nodes', 0, 'viewerAccess'], extensions: UNAVAILABLE },
    ])
  })
})

describe('a node without an exchange rate to tell', () => {
  it('leaves amounts without dollars, and nothing else without anything', async () => {
    await using own = await Market.open({ NODE_TIMEOUT_MS: '400' })
    await own.world.chain.faults({ kind: 'hang', path: '/api/v0/get-exchange-rate', times: 1_000_000 })
    const { data, errors } = await inTime(
      own.world.query(
        'query ($key: PublicKey!) { account(by: { publicKey: $key }) { balance { nanos deso usdCents } } }',
        { key: own.world.person('alice').publicKey },
      ),
    )
    expect(errors).toBeUndefined()
    expect(data?.account.balance).toEqual({ nanos: '10000000000000', deso: '10000', usdCents: null })
  })
})

describe('a node that refuses a submit with 500 and a rule', () => {
  const TEXT = 'SubmitTransaction: Problem processing transaction: '

  it('of too little money is INSUFFICIENT_FUNDS with the sums that it names', async () => {
    const draft = await draftPayment(stranger('never paid'))
    const sums = '_spendBalance: amountNanos (1000000300) exceeds spendable balance (17) at tipHeight (9)'
    await spoil(SUBMIT, '500', { text: `${TEXT}ConnectBasicTransfer: ${sums}: RuleErrorInsufficientBalance` })
    const signature = signatureOf(Buffer.from(draft.unsignedHex, 'hex'), fan)
    const { submitTransaction } = await world.ask(
      `mutation ($input: SubmitTransactionInput!) { submitTransaction(input: $input) {
        transaction { status rejection { rule } }
        errors { code retryable ... on InsufficientFunds { required available } }
      } }`,
      { input: { unsignedHex: draft.unsignedHex, signature } },
    )
    expect(submitTransaction).toEqual({
      transaction: { status: 'REJECTED', rejection: { rule: 'RuleErrorInsufficientBalance' } },
      errors: [{ code: 'INSUFFICIENT_FUNDS', retryable: false, required: '1000000300', available: '17' }],
    })
  })

  it('of any other kind is TRANSACTION_REJECTED with the rule, and the same bytes are never sent again', async () => {
    const to = stranger('refused')
    const draft = await draftPayment(to)
    await spoil(SUBMIT, '500', { text: `${TEXT}RuleErrorSomethingNew` })
    const refused = await world.submit(draft.unsignedHex, fan, 'ACCEPTED')
    expect(refused).toMatchObject({
      transaction: { status: 'REJECTED', rejection: { rule: 'RuleErrorSomethingNew' } },
      errors: [{ __typename: 'TransactionRejected', code: 'TRANSACTION_REJECTED' }],
    })
    await heal()
    expect(await world.submit(draft.unsignedHex, fan, 'ACCEPTED')).toEqual(refused)
    await market.commit()
    expect(await market.balance(to)).toBe(0n)
  })

  it('of a nonce that was used, while no block has it, is still looked for and never failed', async () => {
    const to = stranger('nonce in use')
    const draft = await draftPayment(to)
    await spoil(SUBMIT, '500', { text: `${TEXT}RuleErrorReusedNonce` })
    expect(await world.submit(draft.unsignedHex, fan, 'ACCEPTED')).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [],
    })
  })
})

describe('a node that is slow, within the time that it has', () => {
  it('is waited for', async () => {
    const draft = await draftPayment(stranger('slowly paid'))
    await spoil('*', 'latency', { ms: 40 })
    expect(await world.submit(draft.unsignedHex, fan, 'ACCEPTED')).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [],
    })
    expect(await market.verdict(creator, 'gold', fan)).toBe('SUBSCRIBED')
  })
})

describe('a node of another network', () => {
  it('is NODE_UNAVAILABLE to all that would rest on it, as transactions name no network', async () => {
    await using lost = await openWorld({ chain: world.chain, env: { DESO_NETWORK: 'mainnet' } })
    const [from, to] = [fan, creator].map(({ publicKey }) =>
      publicKeyFromBytes(publicKeyToBytes(publicKey), 'mainnet'),
    )
    const sendDeso = { to, amountNanos: '5', signer: from, idempotencyKey: 'k' }
    const { data } = await lost.query(
      `mutation ($input: CreateTransactionInput!) {
        createTransaction(input: $input) { draft { kind } errors { code message } }
      }`,
      { input: { sendDeso } },
    )
    expect(data?.createTransaction).toEqual({
      draft: null,
      errors: [
        {
          code: 'NODE_UNAVAILABLE',
          message: 'The DeSo node is on testnet, and this gateway is for mainnet.',
        },
      ],
    })
    const { data: account, errors } = await lost.query(
      'query ($key: PublicKey!) { account(by: { publicKey: $key }) { balance { nanos } plan(slug: "gold") { slug } } }',
      { key: to },
    )
    expect(account).toEqual({ account: { balance: null, plan: null } })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['NODE_UNAVAILABLE', 'NODE_UNAVAILABLE'])
    expect((await fetch(`${lost.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${lost.url}/healthz`)).status).toBe(200)
  })
})

describe('several nodes', () => {
  it('stand in for each other: what one does not answer, the next does', async () => {
    const DESO_NODE_URL = `http://127.0.0.1:9,${world.chain.url}`
    await using other = await openWorld({ chain: world.chain, clock: world.clock, env: { DESO_NODE_URL } })
    const [from, to] = [await market.person('of two nodes'), stranger('by two nodes')]
    const sendDeso = { to: to.publicKey, amountNanos: '5', signer: from.publicKey, idempotencyKey: 'k' }
    const { createTransaction } = await other.ask(
      `mutation ($input: CreateTransactionInput!) {
        createTransaction(input: $input) { draft { unsignedHex } errors { code } }
      }`,
      { input: { sendDeso } },
    )
    expect(createTransaction.errors).toEqual([])
    expect(await other.submit(createTransaction.draft.unsignedHex, from, 'ACCEPTED')).toMatchObject({
      transaction: { status: 'PENDING' },
      errors: [],
    })
    await market.commit()
    expect(await market.balance(to)).toBe(5n)
  })
})

describe('a node that is gone', () => {
  it('does not keep a gateway from starting; it answers once the node does', async () => {
    await using lost = await openWorld({
      chain: world.chain,
      env: { DESO_NODE_URL: 'http://127.0.0.1:9', NODE_TIMEOUT_MS: '400' },
    })
    const { data, errors } = await inTime(
      lost.query('{ gateway { network tipHeight committedTip { height } storage { isHealthy } } }'),
    )
    expect(data).toEqual({
      gateway: { network: 'TESTNET', tipHeight: null, committedTip: null, storage: { isHealthy: true } },
    })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['NODE_UNAVAILABLE', 'NODE_UNAVAILABLE'])
  })

  it('while a submit waits for the commit ends the wait in PENDING, in good time', async () => {
    await using own = await openWorld({
      chain: world.chain,
      env: { NODE_TIMEOUT_MS: '400', COMMIT_WAIT_SECONDS: '1' },
    })
    const draft = await draftPayment(stranger('waited for'))
    const sent = await own.submit(draft.unsignedHex, fan, 'ACCEPTED')
    await spoil('*', 'hang')
    expect(await inTime(own.submit(draft.unsignedHex, fan, 'COMMITTED'))).toMatchObject({
      transaction: { transactionId: sent.transaction.transactionId, status: 'PENDING' },
      replayed: true,
    })
  })
})
