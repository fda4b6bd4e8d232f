import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AppContext } from '../src/context.js'
import { decodeTransaction } from '../src/deso/codec.js'
import { publicKeyToBytes } from '../src/deso/keys.js'
import { sha256d, transactionId } from '../src/deso/signature.js'
import { GatewayError } from '../src/errors.js'
import { openLogState } from '../src/store/log-state.js'
import { openRedisState } from '../src/store/redis-state.js'
import { createPlan } from '../src/subscription/create-plan.js'
import { RecordPendingError } from '../src/subscription/errors.js'
import { subscribe } from '../src/subscription/subscribe.js'
import { createTransaction } from '../src/transaction/create-transaction.js'
import type { Draft } from '../src/transaction/draft-request.js'
import { DraftExpiredError } from '../src/transaction/errors.js'
import { submitTransaction } from '../src/transaction/submit.js'
import { runsAll } from './support/ci-only.js'
import { CrashingGateway, hastyClock } from './support/crashing-gateway.js'
import { request } from './support/fake-gateway.js'
import { Crashed, FaultPoints } from './support/fault-points.js'
import { DESO, stranger } from './support/market.js'
import { describeRedis, startRedis, type TestRedis } from './support/redis.js'
import { type ChainControl, openChain, type Person, personOf } from './support/world.js'

/**
 * One idempotency key is one payment, though a gateway's process ends between any two steps from draft to answer:
 * before or after each call to node and state. Payments are counted in the chain's blocks.
 */

const CLIENTS = 50
const PLAN = 'gold'

/** Hundreds of processes take their time on a busy machine. */
vi.setConfig({ testTimeout: 120_000 })

let chain: ChainControl
let creator: Person
let dir: string
let clients = 0
const gateways: CrashingGateway[] = []

/** Somebody who wants one thing once, under one key, however often it takes to ask. */
interface Client {
  payer: Person
  draft(app: AppContext): Promise<Draft>
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'exactly-once-'))
  chain = await openChain(0)
  creator = personOf((await chain.accounts())[0] as { name: string; publicKey: string; seedHex: string })
  const [gateway] = gatewaysOn(new FaultPoints(() => false))
  await payOnce({ payer: creator, draft: (app) => draftPlan(app) }, [gateway as CrashingGateway])
})

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close()
})

afterAll(async () => {
  expect((await chain.mine(1)).height).toBeLessThan(2_048)
  await chain.close()
  await rm(dir, { recursive: true })
})

/** Two, each with a log of its own: what they share is the seed. */
function gatewaysOn(points: FaultPoints): CrashingGateway[] {
  return Array.from({ length: 2 }, () => {
    clients += 1
    const path = join(dir, `state-${clients}.log`)
    return opened(new CrashingGateway(chain.url, points, () => openLogState(path, hastyClock)))
  })
}

/** Two that share a Redis. */
function gatewaysSharing(redis: TestRedis, points: FaultPoints): CrashingGateway[] {
  const log = pino({ level: 'silent' })
  const open = () => openRedisState({ url: redis.url, prefix: 'state:', clock: hastyClock, log })
  return Array.from({ length: 2 }, () => opened(new CrashingGateway(chain.url, points, open)))
}

function opened(gateway: CrashingGateway): CrashingGateway {
  gateways.push(gateway)
  return gateway
}

function draftPlan(app: AppContext): Promise<Draft> {
  const terms = { slug: PLAN, title: 'Gold', priceNanos: DESO, periodSeconds: 600 }
  return createPlan(request(app), { ...terms, signer: creator.publicKey, idempotencyKey: 'plan' })
}

async function funded(): Promise<Person> {
  clients += 1
  const person = stranger(`payer ${clients}`)
  await chain.fund(person.publicKey, 10n * DESO)
  return person
}

async function sender(): Promise<Client> {
  const payer = await funded()
  const sendDeso = {
    to: creator.publicKey,
    amountNanos: DESO,
    signer: payer.publicKey,
    idempotencyKey: 'send',
  }
  return { payer, draft: (app) => createTransaction(request(app), { sendDeso }) }
}

async function subscriber(): Promise<Client> {
  const payer = await funded()
  const input = {
    creator: creator.publicKey,
    plan: PLAN,
    signer: payer.publicKey,
    idempotencyKey: 'subscribe',
  }
  return { payer, draft: (app) => subscribe(request(app), input) }
}

/** Each time another signature, as wallets that do not follow RFC 6979 make. */
function sign({ unsignedHex }: Draft, { privateKey }: Person, times: number): string {
  const digest = sha256d(Buffer.from(unsignedHex, 'hex'))
  const extraEntropy = new Uint8Array(32).fill(times)
  return Buffer.from(
    secp256k1.sign(digest, privateKey, { prehash: false, format: 'der', extraEntropy }),
  ).toString('hex')
}

const MAX_TRIES = 100

interface Paid {
  client: Client
  id: string
}

/** Asks one gateway after the other, in turn, until one says that it is paid. `onAnswer`: a submit was answered. */
async function payOnce(
  client: Client,
  from: readonly CrashingGateway[],
  onAnswer: () => void = () => {},
): Promise<Paid> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const gateway = from[tries % from.length] as CrashingGateway
    try {
      const id = await tryToPay(await gateway.app(), client, tries, onAnswer)
      if (id !== null) return { client, id }
    } catch (error) {
      // A key whose draft is over says what became of it.
      const mined = error instanceof DraftExpiredError ? error.transaction : null
      if (mined?.status === 'COMMITTED') return { client, id: mined.id }
      if (!mayTryAgain(error)) throw error
      if (error instanceof RecordPendingError) await nextCommit()
    }
  }
  throw new Error(`not paid after ${MAX_TRIES} tries`)
}

/** Null: not yet known to be committed. */
async function tryToPay(
  app: AppContext,
  { draft, payer }: Client,
  times: number,
  onAnswer: () => void,
): Promise<string | null> {
  const drafted = await draft(app)
  const input = { unsignedHex: drafted.unsignedHex, signature: sign(drafted, payer, times) }
  for (let looks = 0; looks < 5; looks += 1) {
    const { transaction, errors } = await submitTransaction(request(app), input)
    onAnswer()
    for (const error of errors) throw error
    if (transaction?.status === 'COMMITTED') return transaction.id
    await nextCommit()
  }
  return null
}

let commit: Promise<unknown> | null = null

/** What was sent is committed when it resolves; all who wait at once get the same blocks. */
function nextCommit(): Promise<unknown> {
  commit ??= hastyClock.sleep(1).then(() => {
    commit = null
    return chain.mine(3)
  })
  return commit
}

function mayTryAgain(error: unknown): boolean {
  return error instanceof Crashed || (error instanceof GatewayError && error.retryable)
}

/** Ids of the payments of each payer to the creator in all blocks, the newest too. */
async function paymentsByPayer(): Promise<Map<string, string[]>> {
  const { height } = await chain.mine(1)
  const to = Buffer.from(publicKeyToBytes(creator.publicKey))
  const payments = new Map<string, string[]>()
  for (let at = 1; at <= height; at += 1) {
    const { body } = await chain.post('/api/v1/block', { Height: at, FullBlock: true })
    for (const { RawTransactionHex } of body.Transactions) {
      const bytes = Buffer.from(RawTransactionHex, 'hex')
      const { outputs, publicKey } = decodeTransaction(bytes)
      if (!outputs.some((output) => to.equals(output.publicKey))) continue
      const payer = Buffer.from(publicKey).toString('hex')
      payments.set(payer, [...(payments.get(payer) ?? []), transactionId(bytes)])
    }
  }
  return payments
}

/** Each client has paid once, by the transaction that it was told of. */
async function expectPaidOnce(paid: readonly Paid[]): Promise<void> {
  const payments = await paymentsByPayer()
  const idsOf = ({ client }: Paid) =>
    payments.get(Buffer.from(publicKeyToBytes(client.payer.publicKey)).toString('hex'))
  expect(paid.map(idsOf)).toEqual(paid.map(({ id }) => [id]))
}

/** A generator that gives the same numbers each time: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type OpenGateways = (points: FaultPoints) => CrashingGateway[]

/** A point, and how many times it is passed before. */
interface Place {
  point: string
  passedBefore: number
}

/** Of a client to whom nothing happens: what is passed before its first submit is answered. */
async function placesOn(open: OpenGateways, client: Client): Promise<Place[]> {
  const [places, times]: [Place[], Map<string, number>] = [[], new Map()]
  let isAnswered = false
  const points = new FaultPoints((point) => {
    const passedBefore = times.get(point) ?? 0
    times.set(point, passedBefore + 1)
    if (!isAnswered) places.push({ point, passedBefore })
    return false
  })
  await payOnce(client, open(points), () => {
    isAnswered = true
  })
  return places
}

/** A process ends at the place; those started after it live. */
async function crashAt({ point, passedBefore }: Place, open: OpenGateways, client: Client) {
  let left = passedBefore
  const points = new FaultPoints((passed) => passed === point && left-- === 0)
  const paid = await payOnce(client, open(points))
  return { paid, crashedAt: [...points.crashedAt.keys()] }
}

const AT_ONCE = 16

/** One client for each place on its way, which crashes there. */
async function crashEverywhere(open: OpenGateways, newClient: () => Promise<Client>): Promise<void> {
  const all = await placesOn(open, await newClient())
  // Else each point where it is passed first.
  const places = runsAll ? all : all.filter(({ passedBefore }) => passedBefore === 0)
  const rest = places.values()
  const crashes: Awaited<ReturnType<typeof crashAt>>[] = []
  const worker = async () => {
    for (const place of rest) crashes.push(await crashAt(place, open, await newClient()))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  await expectPaidOnce(crashes.map(({ paid }) => paid))
  const crashedAt = new Set(crashes.flatMap((crash) => crash.crashedAt))
  expect(crashedAt).toEqual(new Set(places.map(({ point }) => point)))
  for (const point of MILESTONES) expect(crashedAt).toContain(point)
}

/** What every way from draft to answer leads past. */
const MILESTONES = ['state.get', 'state.insert', 'state.update', 'node.users', 'node.submit'].flatMap(
  (call) => [`before ${call}`, `after ${call}`],
)

const MAX_CRASHES = 60

/** 50 clients at once, and processes that end at random: seldom enough for most to get on, and most often while sending. */
async function crashAtRandom(open: OpenGateways, seed: number): Promise<void> {
  const random = randomOf(seed)
  let crashes = 0
  const points = new FaultPoints((point) => {
    const isEnd = crashes < MAX_CRASHES && random() < (point.endsWith('node.submit') ? 0.1 : 0.002)
    if (isEnd) crashes += 1
    return isEnd
  })
  const from = open(points)
  const all = await Promise.all(
    Array.from({ length: CLIENTS }, (_, index) => (index % 2 === 0 ? sender() : subscriber())),
  )
  const paid = await Promise.all(
    all.map((client, index) => payOnce(client, index % 3 === 0 ? from : [...from].reverse())),
  )
  expect(crashes).toBeGreaterThan(10)
  await expectPaidOnce(paid)
}

describe('two gateways that share nothing but the seed', () => {
  it('execute a payment once, at whichever point one ends', async () => {
    await crashEverywhere(gatewaysOn, sender)
  })

  it('execute 50 keys 50 times, while both end again and again', async () => {
    await crashAtRandom(gatewaysOn, 1)
  })
})

describeRedis('two gateways that share a state in Redis', () => {
  let redis: TestRedis
  const open: OpenGateways = (points) => gatewaysSharing(redis, points)

  beforeAll(async () => {
    redis = await startRedis()
    return () => redis.close()
  })

  it('execute a subscription once, at whichever point one ends', async () => {
    await crashEverywhere(open, subscriber)
  })

  it('execute 50 keys 50 times, while both end again and again', async () => {
    await crashAtRandom(open, 2)
  })
})
