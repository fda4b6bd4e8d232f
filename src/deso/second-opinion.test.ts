import { beforeEach, describe, expect, it } from 'vitest'
import { call, type MemoryFleet, type MemoryNode, memoryFleet } from '../../test/support/memory-node.js'
import { encodeTransaction } from './codec.js'
import { EntryJudge } from './entry-judge.js'
import { publicKeyFromBytes, publicKeyOf, ZERO_KEY } from './keys.js'
import type { AssociationQuery, NodeAssociation } from './node.js'
import { SecondOpinion } from './second-opinion.js'
import { transactionId } from './signature.js'
import type { Transaction } from './transaction.js'

const keyOf = (byte: number) => publicKeyOf(new Uint8Array(32).fill(byte))
const FAN = publicKeyFromBytes(keyOf(1), 'testnet')
const CREATOR = publicKeyFromBytes(keyOf(2), 'testnet')
const query: AssociationQuery = { transactor: FAN, target: CREATOR, type: 'SUB', value: 'gold', app: 'zero' }

let fleet: MemoryFleet
let nodes: MemoryNode[]
let opinions: SecondOpinion

beforeEach(() => open(2))

function open(count: number): void {
  fleet = memoryFleet(count)
  nodes = fleet.nodes
  const honest = nodes.at(-1) as MemoryNode
  fleet.members.reached = honest.tipNow()
  for (let index = 0; index < count; index++) fleet.members.told(fleet.member(index), honest.tipNow())
  const judge = new EntryJudge(fleet.members, fleet.calls, (height) => honest.queries.block({ height }))
  opinions = new SecondOpinion(fleet.members, fleet.calls, judge)
}

function transactionOf(extraData: Record<string, string>): Transaction {
  return {
    outputs: [],
    metadata: {
      type: 'CREATE_USER_ASSOCIATION',
      targetPublicKey: keyOf(2),
      appPublicKey: ZERO_KEY,
      associationType: Buffer.from('SUB'),
      associationValue: Buffer.from('gold'),
    },
    publicKey: keyOf(1),
    extraData: new Map(Object.entries(extraData).map(([key, value]) => [key, Buffer.from(value)])),
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: 1n,
    nonce: { expirationBlockHeight: 9n, partialId: 9n },
  }
}

const entry = (id: string, blockHeight: number, prev = ''): NodeAssociation => ({
  id,
  transactor: FAN,
  target: CREATOR,
  isAppZero: true,
  type: 'sub',
  value: 'gold',
  extraData: new Map([['PREV', prev]]),
  blockHeight,
})

/** An entry whose transaction is in a block of all nodes. */
function committed(height: number): NodeAssociation {
  const raw = Buffer.from(`made at ${height}`)
  for (const { transactions } of nodes) transactions.set(height, [raw])
  return entry(transactionId(raw), height)
}

/** What both shown to two nodes comes out as. */
async function settled(one: NodeAssociation | null, two: NodeAssociation | null) {
  const [first, second] = nodes as [MemoryNode, MemoryNode]
  first.entries = one ? [one] : []
  second.entries = two ? [two] : []
  const affinity = {}
  const found = await opinions.ask(query, { ...call(), affinity })
  return { entry: found?.[0] ?? null, ...affinity }
}

const [FIRST, SECOND] = ['http://node-0', 'http://node-1']
const distrusted = () =>
  fleet.members
    .health()
    .filter(({ state }) => state === 'false')
    .map(({ url }) => url)

describe('two nodes that say the same', () => {
  it('are asked once each, and the better one is named', async () => {
    const renewal = committed(90)
    expect(await settled(renewal, { ...renewal })).toEqual({ entry: renewal, url: FIRST })
    expect(await settled(null, null)).toEqual({ entry: null, url: FIRST })
    expect(nodes.map(({ asked }) => asked)).toEqual([
      ['entries', 'entries'],
      ['entries', 'entries'],
    ])
  })

  it('may show it at another height while it is on its way', async () => {
    const waiting = entry('a'.repeat(64), 101)
    expect(await settled(waiting, { ...waiting, blockHeight: 102 })).toEqual({ entry: waiting, url: FIRST })
    expect(nodes[0]?.asked).toEqual(['entries'])
  })

  it('may differ in the ExtraData of a committed one, which nobody goes by', async () => {
    const renewal = committed(90)
    const changed = { ...renewal, extraData: new Map([['PREV', 'x']]) }
    expect((await settled(renewal, changed)).entry).toEqual(renewal)
    expect(nodes[0]?.asked).toEqual(['entries'])
  })
})

describe('of two nodes that differ', () => {
  it('the one that has not heard of it yet is asked again', async () => {
    const renewal = committed(90)
    const second = nodes[1] as MemoryNode
    const honest = second.queries.userAssociations
    let asked = 0
    second.queries.userAssociations = async (...all) => (asked++ === 0 ? [] : honest(...all))
    expect(await settled(renewal, renewal)).toEqual({ entry: renewal, url: FIRST })
    expect(asked).toBe(2)
  })

  it('the one that hides a committed entry is overruled', async () => {
    const payment = committed(90)
    expect(await settled(null, payment)).toEqual({ entry: payment, url: SECOND })
    expect(await settled(payment, null)).toEqual({ entry: payment, url: FIRST })
    expect(distrusted()).toEqual([])
  })

  it('the one that shows an older entry is overruled', async () => {
    const [older, newer] = [committed(80), committed(90)]
    expect(await settled(older, newer)).toEqual({ entry: newer, url: SECOND })
  })

  it.each([
    ['an id that the block does not list', (true_: NodeAssociation) => ({ ...true_, id: 'f'.repeat(64) })],
    ['another height', (true_: NodeAssociation) => ({ ...true_, blockHeight: 89 })],
  ])('the one that makes up %s is overruled, and not asked any more', async (_, lie) => {
    const payment = committed(90)
    expect(await settled(lie(payment), payment)).toEqual({ entry: payment, url: SECOND })
    expect(distrusted()).toEqual([FIRST])
  })

  it('the one that invents an entry is overruled by one that has none', async () => {
    expect(await settled(entry('f'.repeat(64), 90), null)).toEqual({ entry: null, url: SECOND })
    expect(distrusted()).toEqual([FIRST])
  })

  it('the one that shows something on its way does not hide what is committed', async () => {
    const payment = committed(90)
    expect((await settled(entry('e'.repeat(64), 102), payment)).entry).toEqual(payment)
    const waiting = entry('e'.repeat(64), 102)
    expect((await settled(null, waiting)).entry).toEqual(waiting)
  })

  it('the one whose ExtraData are those of the bytes is believed, while it is on its way', async () => {
    const raw = encodeTransaction(transactionOf({ PREV: '90:aa' }))
    const id = transactionId(raw)
    for (const { mempool } of nodes) mempool.set(id, Buffer.from(raw).toString('hex'))
    const truth = entry(id, 102, '90:aa')
    expect(await settled(entry(id, 102, ''), truth)).toEqual({ entry: truth, url: SECOND })
    nodes[0]?.mempool.set(id, '00')
    expect(await settled(entry(id, 102, ''), truth)).toEqual({ entry: truth, url: SECOND })
    expect(await settled(truth, entry(id, 102, ''))).toEqual({ entry: truth, url: FIRST })
  })
})

describe('a second opinion', () => {
  it('is not waited for from a node that fails', async () => {
    const payment = committed(90)
    ;(nodes[0] as MemoryNode).isDown = true
    expect(await settled(null, payment)).toEqual({ entry: payment, url: SECOND })
    expect(await opinions.ask(query, call())).toBeNull()
  })

  it('is begun with the node that took the last write of the transactor', async () => {
    fleet.members.writes.took(SECOND, FAN)
    expect(await settled(null, null)).toEqual({ entry: null, url: SECOND })
  })

  it('of three is right if one is honest', async () => {
    open(3)
    const payment = committed(90)
    const older = committed(80)
    const lies: [NodeAssociation | null, NodeAssociation | null][] = [
      [null, null],
      [older, older],
      [null, entry('f'.repeat(64), 90)],
      [entry('e'.repeat(64), 102), entry('e'.repeat(64), 102)],
    ]
    ;(nodes[2] as MemoryNode).entries = [payment]
    for (const [one, two] of lies) expect((await settled(one, two)).entry).toEqual(payment)
    expect(distrusted()).toEqual([SECOND])
  })

  it('is not sought from a node that is behind', async () => {
    fleet.members.told(fleet.member(1), { height: 97, hash: '' })
    expect(await opinions.ask(query, call())).toBeNull()
  })
})
