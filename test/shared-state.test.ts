import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { loadConfig } from '../src/config/config.js'
import { startGateway } from '../src/gateway.js'
import { DESO, stranger } from './support/market.js'
import { describeRedis, startRedis, type TestRedis } from './support/redis.js'
import { type Json, openWorld, type Person, signatureOf, type World } from './support/world.js'

/** Several gateways of one seed whose state is in one Redis, and what becomes of them when it is away. */

const SEED = '5e'.repeat(32)
const NEW_SEED = '4d'.repeat(32)
const PUBLIC_URL = 'https://gateway.example'

let redis: TestRedis
let world: World
let other: World
let keys = 0

const DRAFT = 'draft { unsignedHex } errors { code retryable }'

interface Payment {
  from: Person
  to?: Person
  key: string
  nanos?: bigint
}

async function draft(at: World, { from, to = stranger('payee'), key, nanos = DESO }: Payment): Promise<Json> {
  const sendDeso = { to: to.publicKey, amountNanos: `${nanos}`, signer: from.publicKey, idempotencyKey: key }
  const { createTransaction } = await at.ask(
    `mutation ($input: CreateTransactionInput!) { createTransaction(input: $input) { ${DRAFT} } }`,
    { input: { sendDeso } },
  )
  return createTransaction
}

async function submit(at: World, unsignedHex: string, signer: Person, wait = 'COMMITTED'): Promise<Json> {
  const signature = signatureOf(Buffer.from(unsignedHex, 'hex'), signer)
  const { submitTransaction } = await at.ask(
    `mutation ($input: SubmitTransactionInput!) { submitTransaction(input: $input) {
      replayed transaction { transactionId status } errors { code retryable }
    } }`,
    { input: { unsignedHex, signature, wait } },
  )
  return submitTransaction
}

/** Funded, and known to nobody. */
async function payer(): Promise<Person> {
  const person = stranger(`payer ${newKey()}`)
  await world.chain.fund(person.publicKey, 100n * DESO)
  return person
}

function newKey(): string {
  keys += 1
  return `key-${keys}`
}

async function timed<T>(call: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now()
  const value = await call()
  return { value, ms: performance.now() - start }
}

/** Far below what clients wait for, far above what a busy machine takes for a request. */
const NOT_HUNG_MS = 6_000
const REFUSED = [{ code: 'STORAGE_UNAVAILABLE', retryable: true }]

async function untilServed(at: World): Promise<void> {
  const from = await payer()
  await vi.waitFor(async () => expect((await draft(at, { from, key: newKey() })).errors).toEqual([]), 15_000)
}

async function open(chain?: World['chain'], env: Record<string, string> = {}): Promise<World> {
  const state = { STATE_URL: redis.url, GATEWAY_SEED: SEED, ...env }
  return openWorld({ ...(chain && { chain }), env: state })
}

describeRedis('gateways that share their state', () => {
  beforeAll(async () => {
    redis = await startRedis()
    world = await open()
    other = await open(world.chain)
  })
  afterAll(async () => {
    await other?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
    await redis?.close()
  })

  it('know each other’s drafts and what was sent of them', async () => {
    const [from, key] = [await payer(), newKey()]
    const drafted = await draft(world, { from, key })
    expect(await draft(other, { from, key })).toEqual(drafted)
    const sent = await submit(other, drafted.draft.unsignedHex, from)
    expect(sent).toMatchObject({ replayed: false, transaction: { status: 'COMMITTED' }, errors: [] })
    expect(await submit(world, drafted.draft.unsignedHex, from)).toEqual({ ...sent, replayed: true })
  })

  it('refuse a key that stands for something else at the other', async () => {
    const [from, key] = [await payer(), newKey()]
    await draft(world, { from, key })
    const { errors } = await draft(other, { from, key, nanos: 2n * DESO })
    expect(errors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }])
  })

  it('take a challenge once between them', async () => {
    const env = { PUBLIC_URL }
    await using one = await open(world.chain, env)
    await using two = await open(world.chain, env)
    const at = async ({ gateway }: World, query: string, variables: object) => {
      const response = await fetch(`http://127.0.0.1:${gateway.port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      })
      return ((await response.json()) as Json).data
    }
    const alice = world.person('alice')
    const { createChallenge } = await at(
      one,
      'mutation ($key: PublicKey!) { createChallenge(input: { publicKey: $key }) { challenge } }',
      { key: alice.publicKey },
    )
    const { challenge } = createChallenge
    const signed = { challenge, signature: signatureOf(Buffer.from(challenge), alice) }
    const signIn =
      'mutation ($challenge: SignedChallenge!) { signIn(input: { challenge: $challenge }) { accessToken errors { code } } }'
    const answers = await Promise.all([
      at(one, signIn, { challenge: signed }),
      at(two, signIn, { challenge: signed }),
    ])
    const codes = answers.map((answer) => answer.signIn.errors[0]?.code ?? 'signed in')
    expect(codes.sort()).toEqual(['INVALID_SIGNATURE', 'signed in'])
  })

  it('find what was drafted under an older seed, when a new one is put in front of it', async () => {
    const [from, key] = [await payer(), newKey()]
    const drafted = await draft(world, { from, key })
    await using rotated = await open(world.chain, { GATEWAY_SEED: `${NEW_SEED},${SEED}` })
    expect(await draft(rotated, { from, key })).toEqual(drafted)
  })

  it('share nothing with a gateway of another seed in the same Redis', async () => {
    const [from, key] = [await payer(), newKey()]
    await draft(world, { from, key })
    await using stranger = await open(world.chain, { GATEWAY_SEED: NEW_SEED })
    expect((await draft(stranger, { from, key, nanos: 2n * DESO })).errors).toEqual([])
  })
})

describeRedis('a gateway whose state is away', () => {
  beforeAll(async () => {
    redis = await startRedis()
    world = await open()
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await redis?.close()
  })

  const readAccount = () =>
    world.ask('query ($key: PublicKey!) { account(by: { publicKey: $key }) { balance { nanos } } }', {
      key: world.person('bob').publicKey,
    })

  it.each([
    ['killed', () => redis.kill(), () => redis.start()],
    ['stopped', async () => redis.stop(), async () => redis.cont()],
  ])('(%s) refuses drafts and submits, retryable, reads on, and pays once when it is back', async (_, leave, comeBack) => {
    const [from, key] = [await payer(), newKey()]
    const { unsignedHex } = (await draft(world, { from, key })).draft
    await leave()
    const calls = await Promise.all([
      timed(() => draft(world, { from, key })),
      timed(() => draft(world, { from, key: newKey() })),
      timed(() => submit(world, unsignedHex, from, 'ACCEPTED')),
    ])
    expect(calls.map(({ value }) => value.errors)).toEqual([REFUSED, REFUSED, REFUSED])
    for (const { ms } of calls) expect(ms).toBeLessThan(NOT_HUNG_MS)
    const read = await timed(readAccount)
    expect(read.value.account?.balance.nanos).toMatch(/^\d+$/)
    expect(read.ms).toBeLessThan(NOT_HUNG_MS)
    await comeBack()
    await untilServed(world)
    const sent = await submit(world, unsignedHex, from)
    expect(sent).toMatchObject({ transaction: { status: 'COMMITTED' }, errors: [] })
    expect(await submit(world, unsignedHex, from)).toEqual({ ...sent, replayed: true })
  })

  it('has every draft again after a Redis that was killed', async () => {
    const [from, key] = [await payer(), newKey()]
    const drafted = await draft(world, { from, key })
    await redis.kill()
    await redis.start()
    await untilServed(world)
    expect(await draft(world, { from, key })).toEqual(drafted)
  })

  it('starts without it, reads, refuses to draft, and drafts when it comes up', async () => {
    await redis.kill()
    await using early = await open(world.chain)
    const from = world.person('alice')
    expect((await draft(early, { from, key: newKey() })).errors).toEqual(REFUSED)
    expect(await early.ask('{ gateway { network } }')).toEqual({ gateway: { network: 'TESTNET' } })
    await redis.start()
    await untilServed(early)
  })

  it('does not start on one that would not keep its word', async () => {
    await using lax = await startRedis({ appendfsync: 'everysec' })
    const config = loadConfig({ PORT: '0', DEVCHAIN_PORT: '0', DATA_DIR: '/nowhere', STATE_URL: lax.url })
    await expect(
      startGateway({ ...config, dataDir: world.gateway.app.config.dataDir.concat('-lax') }),
    ).rejects.toThrow(
      'The Redis of STATE_URL cannot hold state: appendfsync is everysec (set appendfsync always).',
    )
  })
})
