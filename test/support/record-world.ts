import DataLoader from 'dataloader'
import { TouchedParties } from '../../src/access/touched-parties.js'
import type { RequestContext } from '../../src/context.js'
import type { BlockBudget, BlockRef, RecordLookup, RecordRef } from '../../src/deso/chain.js'
import { type PublicKey, publicKeyFromBytes, publicKeyToBytes } from '../../src/deso/keys.js'
import type { AssociationQuery, NodeAssociation } from '../../src/deso/node.js'
import { NodeRuleError } from '../../src/deso/rule-errors.js'
import type { Transaction } from '../../src/deso/transaction.js'
import { createMemoryCaches } from '../../src/store/caches.js'
import { RecordChain } from './record-chain.js'

interface AssociationKey {
  transactor: PublicKey
  target: PublicKey
  type: string
  value: string
}

export function publicKey(bytes: Uint8Array): PublicKey {
  return publicKeyFromBytes(bytes, 'testnet')
}

/**
 * A node in memory as access/ and subscription/ meet one: a committed chain, the entries that the node shows, and
 * what it was asked. Entries page as in core lib/block_view_association.go GetUserAssociationsByAttributes, with its
 * trap: from a row that is not committed the scan of committed rows starts anew.
 */
export class RecordWorld {
  readonly chain = new RecordChain()
  /** Milliseconds. */
  now = 0
  /** In the order asked. */
  readonly asked: string[] = []
  /** What is asked so fails. */
  failure: { on: RegExp; error: Error } | null = null
  private readonly clock = { now: () => this.now, sleep: () => Promise.resolve() }
  private readonly caches = createMemoryCaches(this.clock)
  private readonly inFlight = new Set<NodeAssociation>()
  private readonly heightsRead = new Set<number>()
  private readonly committed = new Map<string, NodeAssociation>()
  private readonly touched = new TouchedParties()
  private readonly shown = new Map<string, NodeAssociation>()

  /** Commits a record in a block of its own; the node shows it in place of the one before. */
  record(time: number, transaction: Transaction): RecordRef {
    this.mine(time)
    return this.recordSameBlock(transaction)
  }

  /** The same in the newest block. */
  recordSameBlock(transaction: Transaction): RecordRef {
    const { id, block } = this.chain.put(transaction)
    const entry = entryOf(transaction, id, block.height)
    this.shown.set(keyOf(entry), entry)
    this.committed.set(keyOf(entry), entry)
    return { height: block.height, id }
  }

  /** The node shows a record that is in no block yet. Its height is a guess, and rises with the tip unless given. */
  recordUncommitted(transaction: Transaction, height?: number): RecordRef {
    const entry = entryOf(transaction, this.chain.newId(), height ?? this.chain.tip.height + 1)
    this.shown.set(keyOf(entry), entry)
    if (height === undefined) this.inFlight.add(entry)
    return { height: entry.blockHeight, id: entry.id }
  }

  /** The node no longer shows it. */
  remove({ id }: RecordRef): void {
    for (const entries of [this.shown, this.committed]) {
      for (const [key, entry] of entries) if (entry.id === id) entries.delete(key)
    }
  }

  removeKey(transactor: PublicKey, target: PublicKey, value: string): void {
    for (const entries of [this.shown, this.committed]) {
      for (const [key, entry] of entries) {
        if (entry.transactor === transactor && entry.target === target && entry.value === value)
          entries.delete(key)
      }
    }
  }

  mine(time: number): BlockRef {
    const block = this.chain.newBlock(time)
    for (const entry of this.inFlight) entry.blockHeight = block.height + 1
    return block
  }

  /** A request of its own. */
  context(viewer: PublicKey | null = null): RequestContext {
    const createLoaders = () => ({
      association: new DataLoader<AssociationKey, NodeAssociation | null, string>(
        async (keys) => (await Promise.allSettled(keys.map(async (key) => this.showOne(key)))).map(settled),
        { cacheKeyFn: keyOf },
      ),
    })
    const app = {
      clock: this.clock,
      touched: this.touched,
      caches: this.caches,
      config: { limits: { maxPageSize: 100 } },
      identity: { secret: () => new Uint8Array(32) },
      chain: {
        freshCommittedTip: async () => this.tip(),
        lookUp: async (ref: RecordRef, { budget }: { budget?: BlockBudget }) => this.lookUp(ref, budget),
      },
      node: { userAssociations: async (query: AssociationQuery) => this.query(query) },
      createLoaders,
    }
    const request = {
      app,
      viewer,
      loaders: createLoaders(),
      signal: new AbortController().signal,
      requestId: 'test',
    }
    return request as unknown as RequestContext
  }

  private tip(): BlockRef {
    this.ask('tip')
    return this.chain.tip
  }

  private showOne(key: AssociationKey): NodeAssociation | null {
    this.ask(`entry ${key.type} ${key.value}`)
    return this.shown.get(keyOf(key)) ?? null
  }

  private lookUp(ref: RecordRef, budget: BlockBudget | undefined): RecordLookup {
    if (!this.heightsRead.has(ref.height) && ref.height <= this.chain.tip.height) {
      budget?.spend()
      this.ask(`block ${ref.height}`)
      this.heightsRead.add(ref.height)
    }
    return this.chain.lookUp(ref)
  }

  private query({
    lastSeenId,
    limit = 100,
    descending = false,
    ...query
  }: AssociationQuery): NodeAssociation[] {
    const from = lastSeenId === undefined ? '' : ` after ${Number.parseInt(lastSeenId, 16)}`
    this.ask(`query ${limit}${from}${descending ? ' backward' : ''}`)
    const inOrder = (entries: NodeAssociation[]) => (descending ? entries.reverse() : entries)
    const shown = inOrder(sorted(this.shown, query))
    if (lastSeenId !== undefined && !shown.some(({ id }) => id === lastSeenId)) {
      throw new NodeRuleError('LastSeenAssociationEntry not found', 'GetUserAssociations: …', 'CURSOR_GONE')
    }
    const committed = inOrder(sorted(this.committed, query))
    const committedIds = new Set(committed.map(({ id }) => id))
    const shownIds = new Set(shown.map(({ id }) => id))
    const uncommitted = shown.filter(({ id }) => !committedIds.has(id))
    // Without such a committed row: -1, hence from the start.
    const start = committed.findIndex(({ id }) => id === lastSeenId)
    const fromDatabase = committed
      .slice(Math.max(start, 0))
      .filter(({ id }) => shownIds.has(id))
      .slice(0, lastSeenId !== undefined && start >= 0 ? limit + 1 : limit)
    const merged = inOrder([...fromDatabase, ...uncommitted].sort(order(query)))
    const begin = merged.findIndex(({ id }) => id === lastSeenId) + 1
    return merged.slice(begin, begin + limit)
  }

  private ask(what: string): void {
    this.asked.push(what)
    if (this.failure?.on.test(what)) throw this.failure.error
  }
}

function settled<T>(result: PromiseSettledResult<T>): T | Error {
  return result.status === 'fulfilled' ? result.value : result.reason
}

type Parties = Pick<AssociationQuery, 'transactor' | 'target' | 'type'>

function sorted(entries: ReadonlyMap<string, NodeAssociation>, query: Parties): NodeAssociation[] {
  return [...entries.values()]
    .filter(
      (entry) =>
        entry.type.toLowerCase() === query.type.toLowerCase() &&
        (query.transactor === undefined || entry.transactor === query.transactor) &&
        (query.target === undefined || entry.target === query.target),
    )
    .sort(order(query))
}

/** By value, then by the party that is not given. */
function order({ transactor }: Parties) {
  const partyOf = (entry: NodeAssociation) => (transactor === undefined ? entry.transactor : entry.target)
  const keyOf = (entry: NodeAssociation) =>
    Buffer.concat([Buffer.from(`${entry.value}\0`), publicKeyToBytes(partyOf(entry))])
  return (a: NodeAssociation, b: NodeAssociation) => Buffer.compare(keyOf(a), keyOf(b))
}

function entryOf(transaction: Transaction, id: string, blockHeight: number): NodeAssociation {
  const { metadata } = transaction
  if (metadata.type !== 'CREATE_USER_ASSOCIATION') throw new TypeError('no association')
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')
  return {
    id,
    transactor: publicKey(transaction.publicKey),
    target: publicKey(metadata.targetPublicKey),
    isAppZero: metadata.appPublicKey.every((byte) => byte === 0),
    type: text(metadata.associationType),
    value: text(metadata.associationValue),
    extraData: new Map([...transaction.extraData].map(([key, value]) => [key, text(value)])),
    blockHeight,
  }
}

function keyOf({ transactor, target, type, value }: AssociationKey & { isAppZero?: boolean }): string {
  return [transactor, target, type.toLowerCase(), value].join(' ')
}
