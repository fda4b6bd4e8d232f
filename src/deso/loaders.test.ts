import { beforeEach, describe, expect, it } from 'vitest'
import { NodeUnavailableError } from '../errors.js'
import { type Caches, createMemoryCaches } from '../store/caches.js'
import { type PublicKey, publicKeyFromBytes } from './keys.js'
import { type AssociationKey, createLoaders, type Loaders } from './loaders.js'
import type { AssociationQuery, CallOptions, DesoNode, NodeAssociation, NodePost } from './node.js'

const keyOf = (byte: number): PublicKey => publicKeyFromBytes(new Uint8Array(33).fill(byte), 'testnet')
const FAN = keyOf(2)
const CREATOR = keyOf(3)
const KEY: AssociationKey = { transactor: FAN, target: CREATOR, type: 'DIG:SUBSCRIPTION', value: 'gold' }

function entry(id: string, blockHeight: number, more: Partial<NodeAssociation> = {}): NodeAssociation {
  const extraData = new Map<string, string>()
  return { ...KEY, id: id.padStart(64, '0'), isAppZero: true, extraData, blockHeight, ...more }
}

function post(hash: string): NodePost {
  const extraData = new Map<string, string>()
  return {
    hash,
    poster: CREATOR,
    body: '',
    timestampNanos: 1n,
    isHidden: false,
    extraData,
    confirmationBlockHeight: 1,
    inMempool: false,
  }
}

type Answers<T> = T | Error | (() => T)

/** Gives its answers in turn, the last for ever. */
class FakeNode {
  readonly asked: { what: string; at: number }[] = []
  readonly affinities: CallOptions['affinity'][] = []
  atOnce = 0
  mostAtOnce = 0
  answers: Answers<NodeAssociation[]>[] = [[]]
  byId: (NodeAssociation | null)[] = [null]
  known = new Set<string>()

  constructor(private readonly clock: { time: number }) {}

  users = async (keys: readonly PublicKey[], { signal }: CallOptions = {}) => {
    this.note(`users ${keys.length}`)
    signal?.throwIfAborted()
    return keys.map((publicKey) => ({ publicKey, balanceNanos: 7n, profile: null }))
  }

  posts = async (hashes: readonly string[], { affinity }: CallOptions = {}) => {
    this.note(`posts ${hashes.length}`, affinity)
    return new Map(hashes.filter((hash) => this.known.has(hash)).map((hash) => [hash, post(hash)]))
  }

  userAssociations = async (query: AssociationQuery, { affinity }: CallOptions = {}) => {
    this.note(`query ${JSON.stringify(query)}`, affinity)
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce)
    await new Promise((resolve) => setImmediate(resolve))
    this.atOnce--
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0]
    if (answer instanceof Error) throw answer
    return (typeof answer === 'function' ? answer() : answer) ?? []
  }

  userAssociation = async (id: string, { affinity }: CallOptions = {}) => {
    this.note(`id ${id}`, affinity)
    return (this.byId.length > 1 ? this.byId.shift() : this.byId[0]) ?? null
  }

  private note(what: string, affinity?: CallOptions['affinity']): void {
    this.asked.push({ what, at: this.clock.time })
    this.affinities.push(affinity)
  }
}

const clock = {
  time: 0,
  now: () => clock.time,
  sleep: async (ms: number) => {
    clock.time += ms
  },
}
let node: FakeNode
let caches: Caches

beforeEach(() => {
  clock.time = 0
  node = new FakeNode(clock)
  caches = createMemoryCaches(clock)
})

/** As each request makes its own. */
function request(signal?: AbortSignal): Loaders {
  return createLoaders({ node: node as unknown as DesoNode, caches, clock, signal })
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`answered ${String(value)}`),
    (error: unknown) => error,
  )
}

describe('users', () => {
  it('are asked 100 at a time, each once', async () => {
    const loaders = request()
    const keys = Array.from({ length: 150 }, (_, index) => keyOf(index))
    const users = await Promise.all([...keys, ...keys].map((key) => loaders.user.load(key)))
    expect(node.asked.map(({ what }) => what)).toEqual(['users 100', 'users 50'])
    expect(users[149]).toEqual({ publicKey: keys[149], balanceNanos: 7n, profile: null })
    expect(users[150]).toBe(users[0])
  })

  it('are asked with the signal of the request', async () => {
    const reason = new Error('client gone')
    expect(await errorOf(request(AbortSignal.abort(reason)).user.load(FAN))).toBe(reason)
  })
})

describe('posts', () => {
  it('are asked 50 at a time', async () => {
    const hashes = Array.from({ length: 70 }, (_, index) => `${index}`)
    node.known = new Set(hashes)
    const posts = await request().post.loadMany(hashes)
    expect(posts.map((found) => (found as NodePost).hash)).toEqual(hashes)
    expect(node.asked.map(({ what }) => what)).toEqual(['posts 50', 'posts 20'])
  })

  it('that are missing are asked for again, alone, 20 ms later at least, of the same node', async () => {
    node.known = new Set(['a', 'b'])
    expect(await request().post.loadMany(['a', 'none', 'b'])).toEqual([post('a'), null, post('b')])
    expect(node.asked.map(({ what }) => what)).toEqual(['posts 3', 'posts 1'])
    expect(node.asked[1]?.at).toBeGreaterThanOrEqual(20)
    expect(node.affinities[0]).toBeDefined()
    expect(node.affinities[1]).toBe(node.affinities[0])
  })

  it('that the second answer has are believed', async () => {
    const loading = request().post.load('late')
    await Promise.resolve()
    node.posts = async (hashes) => {
      node.known.add('late')
      return new Map(hashes.map((hash) => [hash, post(hash)]))
    }
    expect(await loading).toEqual(post('late'))
  })
})

describe('associations', () => {
  it('are asked for by their exact key, with no app', async () => {
    node.answers = [[entry('a', 5)]]
    expect(await request().association.load(KEY)).toEqual(entry('a', 5))
    expect(node.asked.map(({ what }) => what)).toEqual([`query ${JSON.stringify({ ...KEY, app: 'zero' })}`])
  })

  it('are asked once a request, however the type is spelt', async () => {
    node.answers = [[entry('a', 5)]]
    const loaders = request()
    await Promise.all([
      loaders.association.load(KEY),
      loaders.association.load({ ...KEY, type: 'dig:subscription' }),
    ])
    await loaders.association.load({ ...KEY })
    expect(node.asked).toHaveLength(1)
  })

  it('of an app, or of another key than asked, are passed over', async () => {
    const strangers = [
      entry('a', 5, { isAppZero: false }),
      entry('b', 5, { value: 'Gold' }),
      entry('c', 5, { target: FAN }),
      entry('d', 5, { transactor: CREATOR }),
    ]
    node.answers = [[...strangers, entry('e', 4, { type: 'dig:Subscription' })]]
    expect((await request().association.load(KEY))?.id).toBe('e'.padStart(64, '0'))
    node.answers = [strangers]
    expect(await request().association.load(KEY)).toBeNull()
  })

  it('are asked eight at a time, and one that fails takes no other with it', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => ({ ...KEY, value: `plan-${index}` }))
    const fault = new NodeUnavailableError('down')
    node.answers = [[], fault, []]
    const loaded = await request().association.loadMany(keys)
    expect(loaded.filter((one) => one === fault)).toHaveLength(1)
    expect(loaded.filter((one) => one === null)).toHaveLength(29)
    expect(node.mostAtOnce).toBe(8)
  })

  it('that are absent are asked for twice, 20 ms apart at least, of the same node', async () => {
    expect(await request().association.load(KEY)).toBeNull()
    expect(node.asked).toHaveLength(2)
    expect((node.asked[1]?.at ?? 0) - (node.asked[0]?.at ?? 0)).toBeGreaterThanOrEqual(20)
    expect(node.affinities[0]).toBeDefined()
    expect(node.affinities[1]).toBe(node.affinities[0])
  })

  it('that flicker away are found by the second look', async () => {
    node.answers = [[], [entry('a', 5)]]
    expect((await request().association.load(KEY))?.blockHeight).toBe(5)
  })

  it('older than one seen by any request are asked for again', async () => {
    node.answers = [[entry('new', 9)]]
    await request().association.load(KEY)
    node.answers = [[entry('old', 5)], [entry('new', 9)]]
    expect((await request().association.load(KEY))?.blockHeight).toBe(9)
    expect(node.asked).toHaveLength(3)
  })

  it('older than one seen are believed when said twice, and are what is known then', async () => {
    node.answers = [[entry('new', 9)]]
    await request().association.load(KEY)
    node.answers = [[entry('old', 5)]]
    expect((await request().association.load(KEY))?.blockHeight).toBe(5)
    expect(node.asked).toHaveLength(3)
    await request().association.load(KEY)
    expect(node.asked).toHaveLength(4)
  })

  it('that differ at the same provisional height are asked for again', async () => {
    node.answers = [[entry('new', 9)]]
    await request().association.load(KEY)
    node.answers = [[entry('old', 9)], [entry('new', 9)]]
    expect((await request().association.load(KEY))?.id).toBe(entry('new', 9).id)
  })

  it('that are the same at another height, or newer, are believed at once', async () => {
    for (const found of [entry('a', 9), entry('a', 8), entry('b', 10)]) {
      node.answers = [[found]]
      expect(await request().association.load(KEY)).toEqual(found)
    }
    expect(node.asked).toHaveLength(3)
  })

  it('deleted and made again are no older record', async () => {
    node.answers = [[entry('a', 9)]]
    await request().association.load(KEY)
    node.answers = [[]]
    expect(await request().association.load(KEY)).toBeNull()
    node.answers = [[entry('b', 9)]]
    expect((await request().association.load(KEY))?.id).toBe(entry('b', 9).id)
    expect(node.asked).toHaveLength(4)
  })

  it('of a node that changes its answer each time are no answer', async () => {
    node.answers = [[entry('new', 9)]]
    await request().association.load(KEY)
    let turn = 0
    node.answers = [() => (turn++ % 2 ? [] : [entry('old', 5)])]
    expect(await errorOf(request().association.load(KEY))).toMatchObject({
      code: 'NODE_UNAVAILABLE',
      retryable: true,
    })
    expect(node.asked).toHaveLength(5)
  })

  it('that fail at the second look are a failure', async () => {
    const fault = new NodeUnavailableError('down')
    node.answers = [[], fault]
    expect(await errorOf(request().association.load(KEY))).toBe(fault)
  })
})

describe('associations by id', () => {
  it('are found, or absent when said twice', async () => {
    node.byId = [null, entry('a', 5)]
    expect((await request().associationById.load('a'))?.blockHeight).toBe(5)
    node.byId = [null]
    expect(await request().associationById.load('a')).toBeNull()
    expect(node.asked.map(({ what }) => what)).toEqual(['id a', 'id a', 'id a', 'id a'])
  })
})
