import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transactionId } from '../src/deso/signature.js'
import { runsAll } from './support/ci-only.js'
import { partsOf, type Ref, signedHex, subscriptionRecord } from './support/hand-made.js'
import { hidesEntries, invents, LIES, showsInstead } from './support/lies.js'
import { Market, stranger } from './support/market.js'
import { NodeProxy } from './support/node-proxy.js'
import type { ChainControl, Json, Person } from './support/world.js'

/**
 * A gateway in front of three nodes of one chain, of which two die, lag, lack something or lie: what it says about money
 * and access stays true. Each node has faults of its own (/dev/faults), and a proxy before it that can lie.
 */
let market: Market
let chain: ChainControl
let nodes: ChainControl[]
let proxies: NodeProxy[]
let creator: Person
let payer: Person
let plan: Ref

const [A, B, C] = [0, 1, 2] as const
const TWO = [
  [A, B],
  [A, C],
  [B, C],
] as const

beforeAll(async () => {
  market = await Market.open(async (_url, control) => {
    chain = control
    nodes = await Promise.all([0, 1, 2].map(() => control.openNode()))
    proxies = await Promise.all(nodes.map(({ url }) => NodeProxy.open(url)))
    return { DESO_NODE_URL: proxies.map(({ url }) => url).join(), NODE_TIMEOUT_MS: '3000' }
  })
  creator = await market.person('fleet creator')
  payer = await market.person('fleet payer')
  plan = await market.plan(creator, 'gold', { periodSeconds: 31_536_000 })
  await market.pay(payer, creator, 'gold', { periods: 100 })
})

afterAll(async () => {
  await market[Symbol.asyncDispose]()
  await Promise.all(proxies.map((each) => each[Symbol.asyncDispose]()))
})

beforeEach(async () => {
  for (const [index, node] of nodes.entries()) {
    proxies[index]?.heal()
    await node.faults({})
  }
  // Who was caught is forgiven by then.
  await market.pass(301)
  expect(await readiness()).toEqual([200, ['ready', 'ready', 'ready']])
})

async function readiness(): Promise<[number, string[]]> {
  const response = await fetch(`${market.world.url}/readyz`)
  const { nodes } = (await response.json()) as { nodes: string[] }
  return [response.status, nodes]
}

const states = async () => (await readiness())[1]
const proxy = (index: number) => proxies[index] as NodeProxy
const node = (index: number) => nodes[index] as ChainControl
const verdicts = async (...people: Person[]) =>
  Promise.all(people.map((person) => market.verdict(creator, 'gold', person)))

/** The truth about one who has paid and one who has not, and a new payment from end to end. */
async function expectTruth(): Promise<void> {
  const newcomer = await market.person(`newcomer ${market.newKey()}`)
  expect(await verdicts(payer, newcomer)).toEqual(['SUBSCRIBED', 'NOT_SUBSCRIBED'])
  await market.pay(newcomer, creator, 'gold')
  expect(await verdicts(newcomer)).toEqual(['SUBSCRIBED'])
  expect(await market.subscription(newcomer, 'gold')).toMatchObject({ status: 'ACTIVE' })
}

/** Never the contrary of the truth; that it cannot be known now, if need be. */
async function neverFalse(check: () => Promise<unknown>): Promise<void> {
  try {
    await check()
  } catch (error) {
    if (!String(error).includes('NODE_UNAVAILABLE')) throw error
  }
}

describe.each(runsAll ? TWO : [[A, C] as const])('when nodes %i and %i of three', (one, two) => {
  it('are dead, all goes on, and they are used again when they come back', async () => {
    for (const index of [one, two]) proxy(index).isDead = true
    await expectTruth()
    expect((await states()).filter((state) => state === 'down')).toHaveLength(2)
    for (const index of [one, two]) proxy(index).heal()
    expect(await states()).toEqual(['ready', 'ready', 'ready'])
  })

  it('hang, all goes on within the deadline', async () => {
    for (const index of [one, two]) await node(index).faults({ kind: 'hang', path: '*', times: 1_000_000 })
    await market.world.query('{ gateway { version } }')
    await states()
    await expectTruth()
  })

  it('stand still, the third is believed after some seconds, and nothing false is said before', async () => {
    const late = await market.person(`late ${market.newKey()}`)
    for (const index of [one, two]) await node(index).faults({ kind: 'lag' })
    await states()
    await market.pay(late, creator, 'gold')
    await neverFalse(async () => expect(await verdicts(payer)).toEqual(['SUBSCRIBED']))
    await market.pass(6)
    await chain.mine(1)
    expect(await verdicts(payer, late)).toEqual(['SUBSCRIBED', 'SUBSCRIBED'])
    expect((await states()).filter((state) => state === 'behind')).toHaveLength(2)
  })

  it('run without --txindex, the third reads blocks', async () => {
    for (const index of [one, two]) await node(index).faults({ kind: 'noTxindex' })
    expect((await states()).filter((state) => state === 'no-blocks')).toHaveLength(2)
    await expectTruth()
  })

  it('are stopping, the third is asked', async () => {
    for (const index of [one, two]) await node(index).faults({ kind: 'stopping' })
    await states()
    await expectTruth()
  })

  it('are of another network, they are asked nothing', async () => {
    await node(one).faults({ kind: 'wrongNetwork', network: 'mainnet' })
    await node(two).faults({ kind: 'wrongNetwork', network: 'mainnet' })
    expect((await states()).filter((state) => state === 'other-network')).toHaveLength(2)
    const before = [one, two].map((index) => proxy(index).seen.length)
    await expectTruth()
    const asked = [one, two].flatMap((index, place) => proxy(index).seen.slice(before[place]))
    expect(new Set(asked)).toEqual(new Set(asked.length > 0 ? ['/api/v0/get-app-state'] : []))
  })
})

if (!runsAll) {
  it.skip('of any other two nodes, and of any other that lies, all the same is true [half a minute; run with FULL=1]', () => {})
}

describe('when one node of three', () => {
  it('lags, the others are believed at once', async () => {
    await node(A).faults({ kind: 'lag' })
    await expectTruth()
    expect(await states()).toEqual(['behind', 'ready', 'ready'])
  })

  it('is of another chain of the same network, it is believed nothing', async () => {
    await node(A).faults({ kind: 'wrongNetwork', network: 'testnet' })
    await market.world.restart()
    expect(await states()).toEqual(['disputed', 'ready', 'ready'])
    await expectTruth()
  })

  it('answers slowly, reads go to the others', async () => {
    await node(A).faults({ kind: 'latency', path: '*', ms: 150, times: 1_000_000 })
    await states()
    await states()
    const before = proxy(A).asked('/api/v0/get-users-stateless')
    for (let count = 0; count < 5; count++) await market.balance(payer)
    expect(proxy(A).asked('/api/v0/get-users-stateless')).toBe(before)
  })
})

describe('when no node is left that can read blocks', () => {
  it('/readyz says so, and what cannot be known is not decided', async () => {
    for (const each of nodes) await each.faults({ kind: 'noTxindex' })
    expect(await readiness()).toEqual([503, ['no-blocks', 'no-blocks', 'no-blocks']])
    const stranger = await market.person(`unknown ${market.newKey()}`)
    expect(await market.balance(stranger)).toBe(100_000_000_000n)
    await market.plan(creator, 'other').catch(() => undefined)
    await expect(market.verdict(creator, 'other', payer)).rejects.toThrow('NODE_UNAVAILABLE')
  })
})

describe.each(LIES)('a node that %s', (name, lie) => {
  const places = [A, B, C]
  it.each(
    runsAll ? places : [places[name.length % 3] as number],
  )('changes nothing, being node %i', async (liar) => {
    proxy(liar).lies.push(lie)
    await expectTruth()
  })

  it('and another one like it never make the gateway say what is not so', async () => {
    proxy(A).lies.push(lie)
    proxy(B).lies.push(lie)
    const newcomer = stranger(`newcomer ${market.newKey()}`)
    for (let round = 0; round < 3; round++) {
      await neverFalse(async () =>
        expect(await verdicts(payer, newcomer)).toEqual(['SUBSCRIBED', 'NOT_SUBSCRIBED']),
      )
      await market.pass(2)
    }
  })
})

describe('two nodes that lie', () => {
  it('each in its own way are both found out', async () => {
    proxy(A).lies.push(hidesEntries)
    proxy(B).lies.push(
      (LIES.find(([name]) => name === 'changes a byte of transactions') as [string, never])[1],
    )
    await expectTruth()
  })

  it('by an older version of a plan sell nobody what is no longer sold', async () => {
    const slug = `sale-${market.newKey()}`
    await market.plan(creator, slug, { priceNanos: '1000' })
    const query = {
      TransactorPublicKeyBase58Check: creator.publicKey,
      TargetUserPublicKeyBase58Check: creator.publicKey,
      AssociationType: 'DIG:PLAN',
      AssociationValue: slug,
    }
    const { body } = await chain.post('/api/v0/user-associations/query', query)
    const [older] = body.Associations as Json[]
    await market.plan(creator, slug, { priceNanos: '5000' })
    for (const liar of [A, B]) proxy(liar).lies.push(showsInstead(older))
    const { draft } = await market.payment(payer, creator, slug)
    expect(draft.preview.outputs).toMatchObject([{ amount: { nanos: '5000' } }])
  })

  it('invent no payment', async () => {
    const thief = await market.person(`thief ${market.newKey()}`)
    const raw = signedHex(thief, partsOf(subscriptionRecord(creator, plan)), 7n)
    const { committedHeight } = await chain.mine(1)
    const entry = {
      AssociationID: transactionId(Buffer.from(raw, 'hex')),
      TransactorPublicKeyBase58Check: thief.publicKey,
      TargetUserPublicKeyBase58Check: creator.publicKey,
      AppPublicKeyBase58Check: 'tBCKQud934akEwsr8AfG9BzHDWhi6CaDmjBsxGsSgfGsoxXHfVEfxP',
      AssociationType: 'DIG:SUBSCRIPTION',
      AssociationValue: 'gold',
      ExtraData: {},
      BlockHeight: committedHeight,
    }
    proxy(A).lies.push(invents(entry, raw))
    expect(await verdicts(thief)).toEqual(['NOT_SUBSCRIBED'])
    await market.pass(301)
    proxy(B).lies.push(invents(entry, raw))
    await neverFalse(async () => expect(await verdicts(thief)).toEqual(['NOT_SUBSCRIBED']))
  })
})

describe('a submit', () => {
  it('whose answer is lost is found on whichever node shows it, and pays once', async () => {
    const fan = await market.person(`lost ${market.newKey()}`)
    const payment = await market.payment(fan, creator, 'gold')
    for (const each of proxies) each.losesAnswersOf = '/api/v0/submit-transaction'
    const result = await market.world.submit(payment.draft.unsignedHex, fan, 'ACCEPTED')
    expect(result).toMatchObject({ transaction: { status: 'PENDING' }, errors: [] })
    const submits = proxies.reduce((sum, each) => sum + each.asked('/api/v0/submit-transaction'), 0)
    await market.commit()
    const again = await market.world.submit(payment.draft.unsignedHex, fan, 'ACCEPTED')
    expect(again).toMatchObject({ replayed: true, transaction: { status: 'COMMITTED' }, errors: [] })
    expect(proxies.reduce((sum, each) => sum + each.asked('/api/v0/submit-transaction'), 0)).toBe(submits)
    expect(await market.balance(creator)).toBeGreaterThan(0n)
    expect(await verdicts(fan)).toEqual(['SUBSCRIBED'])
  })

  it('goes to one node, and reads that follow it go there', async () => {
    const fan = await market.person(`writer ${market.newKey()}`)
    const payment = await market.payment(fan, creator, 'gold')
    const before = proxies.map((each) => each.asked('/api/v0/submit-transaction'))
    await market.send(payment, fan)
    const taken = proxies.map(
      (each, index) => each.asked('/api/v0/submit-transaction') - (before[index] ?? 0),
    )
    expect([...taken].sort()).toEqual([0, 0, 1])
    const taker = proxy(taken.indexOf(1))
    const reads = taker.asked('/api/v0/get-users-stateless')
    await market.balance(fan)
    expect(taker.asked('/api/v0/get-users-stateless')).toBe(reads + 1)
    await market.commit()
  })
})
