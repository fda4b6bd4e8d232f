import { beforeEach, describe, expect, it } from 'vitest'
import { chainTransactions, hexToBytes } from '../../test/support/deso-fixtures.js'
import { NodeUnavailableError } from '../errors.js'
import { type Caches, createMemoryCaches } from '../store/caches.js'
import type { BlockBudget, ChainReader } from './chain.js'
import { createBlockBudget, createChainReader, HistoryTooLongError } from './chain-reader.js'
import { decodeTransaction } from './codec.js'
import type { CallOptions, DesoNode, NodeBlock } from './node.js'

/** Committed by a real node, with the id that it gave. */
const [alpha, beta, gamma] = chainTransactions()
  .filter(({ type }) => type === 'CREATE_USER_ASSOCIATION')
  .map(({ hash, raw }) => ({ id: hash, bytes: hexToBytes(raw) }))
if (!alpha || !beta || !gamma) throw new Error('the fixture holds associations')

const SECOND = 1_000_000_000n

/** A node that says what its fields say, and counts what it is asked. */
class FakeNode {
  url = 'one'
  tip = 0
  branch = 'a'
  readonly blocks = new Map<number, Uint8Array[]>()
  readonly asked: string[] = []
  /** Runs before each answer; may throw. */
  before: (question: string) => void | Promise<void> = () => undefined

  hashOf(height: number): string {
    return `${this.branch}${height}`.padStart(64, '0')
  }

  committedTip = async ({ affinity }: CallOptions = {}) => {
    await this.ask('tip')
    if (affinity) affinity.url ??= this.url
    return { height: this.tip, hash: this.hashOf(this.tip) }
  }

  blockHeader = async (at: { height: number } | { hash: string }, { affinity }: CallOptions = {}) => {
    await this.ask('header', affinity)
    const height = 'height' in at ? at.height : Number(at.hash.slice(-6).replace(/\D/g, ''))
    return this.header(height)
  }

  block = async (
    at: { height: number } | { hash: string },
    { affinity }: CallOptions = {},
  ): Promise<NodeBlock | null> => {
    const height = 'height' in at ? at.height : -1
    await this.ask(`block ${height}`, affinity)
    const rawTransactions = this.blocks.get(height)
    return rawTransactions ? { ...this.header(height), rawTransactions } : null
  }

  count(question: string): number {
    return this.asked.filter((one) => one === question).length
  }

  private header(height: number) {
    const timestampNanos = BigInt(height) * SECOND + 999_999_999n
    return {
      height,
      hash: this.hashOf(height),
      previousHash: this.hashOf(height - 1),
      merkleRoot: '',
      timestampNanos,
    }
  }

  private async ask(question: string, affinity?: { url?: string }): Promise<void> {
    this.asked.push(question)
    if (affinity?.url !== undefined && affinity.url !== this.url)
      throw new NodeUnavailableError('that node is gone')
    await this.before(question)
  }
}

let now: number
let node: FakeNode
let chain: ChainReader

beforeEach(() => {
  now = 1_000_000
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  node = new FakeNode()
  node.tip = 10
  node.blocks.set(8, [alpha.bytes, Uint8Array.of(1, 2, 3), beta.bytes])
  node.blocks.set(9, [])
  node.blocks.set(10, [gamma.bytes])
  node.blocks.set(11, [])
  chain = createChainReader({ node: node as unknown as DesoNode, caches: createMemoryCaches(clock), clock })
})

const block = (height: number) => ({ height, hash: node.hashOf(height), time: height })

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`answered ${String(value)}`),
    (error: unknown) => error,
  )
}

describe('the committed tip', () => {
  it('names its block time in floored seconds', async () => {
    expect(await chain.committedTip()).toEqual(block(10))
  })

  it('is asked once in 250 ms, whoever asks, and its time once a block', async () => {
    await Promise.all([chain.committedTip(), chain.committedTip(), chain.committedTip()])
    now += 249
    await chain.committedTip()
    expect(node.asked).toEqual(['tip', 'header'])
    now += 1
    await chain.committedTip()
    expect(node.asked).toEqual(['tip', 'header', 'tip'])
    node.tip = 11
    now += 250
    expect(await chain.committedTip()).toEqual(block(11))
    expect(node.count('header')).toBe(2)
  })

  it('asked for fresh is asked of the node though one was seen just now, and is seen by all', async () => {
    await chain.committedTip()
    node.tip = 11
    expect(await chain.freshCommittedTip()).toEqual(block(11))
    expect(await chain.committedTip()).toEqual(block(11))
  })

  it('asked for fresh while one is under way is never that one, and those who wait share the next', async () => {
    let release = (): void => undefined
    node.before = (question) =>
      question === 'tip' && node.count('tip') === 1
        ? new Promise((resolve) => {
            release = resolve
          })
        : undefined
    const first = chain.committedTip()
    const later = [chain.freshCommittedTip(), chain.freshCommittedTip(), chain.freshCommittedTip()]
    await expect.poll(() => node.count('tip')).toBe(1)
    release()
    await first
    node.tip = 11
    await Promise.all(later)
    expect(node.count('tip')).toBe(2)
  })

  it('that failed is asked again by the next', async () => {
    node.before = () => {
      throw new NodeUnavailableError('down')
    }
    expect(await errorOf(chain.committedTip())).toBeInstanceOf(NodeUnavailableError)
    node.before = () => undefined
    expect(await chain.committedTip()).toEqual(block(10))
  })

  it('whose wait is given up is still answered to the others', async () => {
    let release = (): void => undefined
    node.before = () =>
      new Promise((resolve) => {
        release = resolve
      })
    const abort = new AbortController()
    const impatient = errorOf(chain.committedTip({ signal: abort.signal }))
    const patient = chain.committedTip()
    abort.abort(new Error('client gone'))
    expect(await impatient).toMatchObject({ code: 'NODE_UNAVAILABLE', cause: abort.signal.reason })
    node.before = () => undefined
    release()
    expect(await patient).toEqual(block(10))
  })
})

describe('a record looked up', () => {
  it('is the decoded transaction with its block and place', async () => {
    expect(await chain.lookUp({ height: 8, id: beta.id })).toEqual({
      kind: 'committed',
      record: { id: beta.id, block: block(8), indexInBlock: 2, transaction: decodeTransaction(beta.bytes) },
    })
  })

  it('costs no request once known, even when the block is no longer kept', async () => {
    await chain.lookUp({ height: 8, id: alpha.id })
    for (let height = 100; height < 170; height++) {
      node.blocks.set(height, [])
      node.tip = 170
      now += 250
      await chain.committedBlock(height)
    }
    const before = node.asked.length
    now += 86_400_000
    expect((await chain.lookUp({ height: 8, id: alpha.id })).kind).toBe('committed')
    expect(node.asked).toHaveLength(before)
  })

  it('shares its block with the other records in it, at the same time too', async () => {
    await Promise.all([chain.lookUp({ height: 8, id: alpha.id }), chain.lookUp({ height: 8, id: beta.id })])
    expect(node.count('block 8')).toBe(1)
  })

  it('is uncommitted above the committed tip, though the node has a block there', async () => {
    node.blocks.set(11, [gamma.bytes])
    expect(await chain.lookUp({ height: 11, id: gamma.id })).toEqual({ kind: 'uncommitted' })
    expect(node.count('block 11')).toBe(0)
  })

  it('is absent when its block, read again after a fresh tip, does not list it', async () => {
    expect(await chain.lookUp({ height: 9, id: alpha.id })).toEqual({ kind: 'absent' })
    expect(node.asked).toEqual(['tip', 'header', 'block 9', 'tip', 'block 9'])
  })

  it('is found when only the second reading of its block lists it', async () => {
    node.before = (question) => {
      if (question === 'block 9' && node.count('block 9') === 2) node.blocks.set(9, [alpha.bytes])
    }
    expect((await chain.lookUp({ height: 9, id: alpha.id })).kind).toBe('committed')
  })

  it('is believed absent for two seconds, then looked for again', async () => {
    await chain.lookUp({ height: 9, id: alpha.id })
    node.blocks.set(9, [alpha.bytes])
    now += 1_999
    expect((await chain.lookUp({ height: 9, id: alpha.id })).kind).toBe('absent')
    expect(node.count('block 9')).toBe(2)
    now += 2
    expect((await chain.lookUp({ height: 9, id: alpha.id })).kind).toBe('committed')
  })

  it('is absent when what the block lists does not decode', async () => {
    const odd = await chain.committedBlock(8).then(({ transactions }) => transactions[1])
    expect(await chain.lookUp({ height: 8, id: odd?.id ?? '' })).toEqual({ kind: 'absent' })
  })

  it('is absent at another height than its own, known or not', async () => {
    await chain.lookUp({ height: 8, id: alpha.id })
    expect(await chain.lookUp({ height: 10, id: alpha.id })).toEqual({ kind: 'absent' })
    expect((await chain.lookUp({ height: 8, id: alpha.id })).kind).toBe('committed')
  })
})

describe('a committed block', () => {
  it('lists ids and bytes in order, odd transactions included', async () => {
    const { transactions, ...ref } = await chain.committedBlock(8)
    expect(ref).toEqual(block(8))
    expect(transactions.map(({ bytes }) => bytes)).toEqual([alpha.bytes, Uint8Array.of(1, 2, 3), beta.bytes])
    expect([transactions[0]?.id, transactions[2]?.id]).toEqual([alpha.id, beta.id])
  })

  it('is read once', async () => {
    await Promise.all([chain.committedBlock(8), chain.committedBlock(8)])
    now += 86_400_000
    await chain.committedBlock(8)
    expect(node.count('block 8')).toBe(1)
  })

  it('is read again each time when it is too large to keep', async () => {
    node.blocks.set(7, [new Uint8Array(1024 * 1024 + 1)])
    await chain.committedBlock(7)
    await chain.committedBlock(7)
    expect(node.count('block 7')).toBe(2)
  })

  it('that is not committed yet is a retryable refusal, after a fresh tip', async () => {
    await chain.committedTip()
    expect(await errorOf(chain.committedBlock(11))).toMatchObject({
      code: 'NODE_UNAVAILABLE',
      retryable: true,
      message: 'Block 11 is not committed yet.',
    })
    node.tip = 11
    expect(await chain.committedBlock(11)).toMatchObject(block(11))
  })

  it('of another height or hash than the node is to have is not believed, nor kept', async () => {
    const honest = node.block
    node.block = async () => ({ ...((await honest({ height: 9 })) as NodeBlock) })
    expect(await errorOf(chain.committedBlock(8))).toBeInstanceOf(NodeUnavailableError)
    node.block = async (at) => ({ ...((await honest(at)) as NodeBlock), hash: 'f'.repeat(64) })
    expect(await errorOf(chain.committedBlock(10))).toBeInstanceOf(NodeUnavailableError)
    node.block = honest
    expect(await chain.committedBlock(8)).toMatchObject(block(8))
    expect(await chain.committedBlock(10)).toMatchObject(block(10))
  })

  it('that the node lacks below its own tip is no absence', async () => {
    node.blocks.delete(9)
    expect(await errorOf(chain.lookUp({ height: 9, id: alpha.id }))).toBeInstanceOf(NodeUnavailableError)
  })

  it('is read from the node whose tip was asked, and from the next one by that one’s own tip', async () => {
    await chain.committedTip()
    node.url = 'two'
    node.tip = 8
    expect(await chain.committedBlock(8)).toMatchObject(block(8))
    expect(node.asked).toEqual(['tip', 'header', 'block 8', 'tip', 'header', 'block 8'])
    expect(await errorOf(chain.committedBlock(9))).toMatchObject({ message: 'Block 9 is not committed yet.' })
  })

  it('of before is forgotten when the tip of a node falls: that is another chain', async () => {
    await chain.lookUp({ height: 8, id: alpha.id })
    node.branch = 'b'
    node.tip = 9
    node.blocks.set(8, [gamma.bytes])
    now += 250
    await chain.committedTip()
    expect(await chain.committedBlock(8)).toMatchObject({ hash: node.hashOf(8) })
    expect((await chain.lookUp({ height: 8, id: alpha.id })).kind).toBe('absent')
  })
})

describe('a block budget', () => {
  function spending(): BlockBudget & { spent: number } {
    const budget = { spent: 0, spend: () => void budget.spent++ }
    return budget
  }

  it('counts blocks that are not kept, for look-ups and whole blocks alike', async () => {
    const budget = spending()
    await chain.lookUp({ height: 8, id: alpha.id }, { budget })
    await chain.lookUp({ height: 8, id: alpha.id }, { budget })
    await chain.lookUp({ height: 8, id: beta.id }, { budget })
    await chain.committedBlock(8, { budget })
    expect(budget.spent).toBe(1)
    await chain.committedBlock(9, { budget })
    expect(budget.spent).toBe(2)
  })

  it('counts the second reading of an absence', async () => {
    const budget = spending()
    await chain.lookUp({ height: 9, id: alpha.id }, { budget })
    expect(budget.spent).toBe(2)
  })

  it('ends in a retryable error past its limit, and the next try goes on from what was read', async () => {
    const read = (budget: BlockBudget) =>
      [8, 9, 10].reduce<Promise<unknown>>(
        (before, height) => before.then(() => chain.committedBlock(height, { budget })),
        Promise.resolve(),
      )
    const error = await errorOf(read(createBlockBudget(2)))
    expect(error).toBeInstanceOf(HistoryTooLongError)
    expect(error).toMatchObject({ code: 'NODE_UNAVAILABLE', retryable: true })
    await read(createBlockBudget(1))
    expect([8, 9, 10].map((height) => node.count(`block ${height}`))).toEqual([1, 1, 1])
  })
})

describe('records shared by several gateways', () => {
  const clock = { now: () => now, sleep: () => Promise.resolve() }
  const shared = () => createMemoryCaches(clock)
  /** Of a gateway in front of a node, whose caches reach those of others where they may. */
  const reader = (own: FakeNode, others: Caches) => {
    const near = createMemoryCaches(clock)
    const caches: Caches = {
      isShared: true,
      create: (name, options) => (options.shared ? others : near).create(name, options),
      close: () => near.close(),
    }
    return createChainReader({ node: own as unknown as DesoNode, caches, clock })
  }

  it('are read from their block once for all', async () => {
    const caches = shared()
    const found = await reader(node, caches).lookUp({ height: 8, id: beta.id })
    expect(await reader(node, caches).lookUp({ height: 8, id: beta.id })).toEqual(found)
    expect(node.count('block 8')).toBe(1)
  })

  it('are not those of another chain, whatever its ids and heights', async () => {
    const [caches, other] = [shared(), new FakeNode()]
    other.branch = 'b'
    other.tip = 10
    other.blocks.set(8, [beta.bytes])
    await reader(node, caches).lookUp({ height: 8, id: beta.id })
    expect(await reader(other, caches).lookUp({ height: 8, id: beta.id })).toMatchObject({
      kind: 'committed',
      record: { indexInBlock: 0, block: { hash: other.hashOf(8) } },
    })
  })

  it('are forgotten where the chain was reset', async () => {
    const caches = shared()
    const one = reader(node, caches)
    await one.lookUp({ height: 8, id: beta.id })
    node.branch = 'c'
    node.tip = 9
    node.blocks.set(8, [])
    now += 250
    expect(await one.freshCommittedTip()).toEqual(block(9))
    expect(await one.lookUp({ height: 8, id: beta.id })).toEqual({ kind: 'absent' })
    expect(await reader(node, caches).lookUp({ height: 8, id: beta.id })).toEqual({ kind: 'absent' })
  })

  it('are read as ever while the node cannot name its chain', async () => {
    const young = reader(node, shared())
    node.before = (question) => {
      if (question === 'header' && node.count('header') === 1) throw new NodeUnavailableError('busy')
    }
    expect(await errorOf(young.lookUp({ height: 8, id: beta.id }))).toBeInstanceOf(NodeUnavailableError)
    expect(await young.lookUp({ height: 8, id: beta.id })).toMatchObject({ kind: 'committed' })
  })
})
