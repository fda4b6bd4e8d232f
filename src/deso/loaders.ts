import DataLoader from 'dataloader'
import type { Clock } from '../clock.js'
import type { Cache } from '../store/cache.js'
import type { Caches } from '../store/caches.js'
import type { PublicKey } from './keys.js'
import type { DesoNode, NodeAssociation, NodePost, NodeUser } from './node.js'
import { type Question, readTwice } from './read-twice.js'

/** An association of no app, exactly. The type is compared without case. */
export interface AssociationKey {
  transactor: PublicKey
  target: PublicKey
  type: string
  value: string
}

/**
 * What one request reads of a node's present view: each thing once, many at a time. An absence, and an older record
 * than one seen before, is believed when the same node says so twice, at least 20 ms apart.
 */
export interface Loaders {
  user: DataLoader<PublicKey, NodeUser>
  /** By hash; null: the node shows none. Hidden posts are shown. */
  post: DataLoader<string, NodePost | null>
  association: DataLoader<AssociationKey, NodeAssociation | null, string>
  associationById: DataLoader<string, NodeAssociation | null>
}

export interface LoadersOptions {
  node: DesoNode
  caches: Caches
  clock: Clock
  signal?: AbortSignal | undefined
}

const USERS_A_REQUEST = 100
const POSTS_A_REQUEST = 50
/** Associations have no batch request, so a batch of them is so many requests at once. */
const CONCURRENT_READS = 8
const PAUSE_MS = 25
const SEEN_ENTRIES = 20_000

/** The newest entry that any request has seen of a key. */
interface SeenEntry {
  id: string
  blockHeight: number
}

export function createLoaders(options: LoadersOptions): Loaders {
  const seen = options.caches.create<SeenEntry>('deso-newest-entries', { maxEntries: SEEN_ENTRIES })
  const reader = new LoaderReads(options, seen)
  return {
    user: new DataLoader((keys) => reader.users(keys), { maxBatchSize: USERS_A_REQUEST }),
    post: new DataLoader((hashes) => reader.posts(hashes), { maxBatchSize: POSTS_A_REQUEST }),
    association: new DataLoader((keys) => reader.associations(keys), {
      cacheKeyFn: textOf,
      maxBatchSize: 100,
    }),
    associationById: new DataLoader((ids) => reader.associationsById(ids), { maxBatchSize: 100 }),
  }
}

class LoaderReads {
  constructor(
    private readonly options: LoadersOptions,
    private readonly seen: Cache<SeenEntry>,
  ) {}

  users(keys: readonly PublicKey[]): Promise<NodeUser[]> {
    const { node, signal } = this.options
    return node.users(keys, { signal })
  }

  posts(hashes: readonly string[]): Promise<(NodePost | null | Error)[]> {
    const affinity = {}
    return readTwice<string, NodePost | null>(
      hashes.map((key) => ({ key, affinity })),
      {
        read: async (questions) => {
          const { node, signal } = this.options
          const asked = questions.map(({ key }) => key)
          const posts = await node.posts(asked, { signal, affinity })
          return asked.map((hash) => posts.get(hash) ?? null)
        },
        isDoubtful: (_, post) => post === null,
        isSame: (one, other) => one?.hash === other?.hash,
        pause: this.pause,
      },
    )
  }

  async associations(keys: readonly AssociationKey[]): Promise<(NodeAssociation | null | Error)[]> {
    const answers = await readTwice<AssociationKey, NodeAssociation | null>(questionsOf(keys), {
      read: (questions) => eachOf(questions, (question) => this.association(question)),
      isDoubtful: (key, entry) => this.isOlderThanSeen(key, entry),
      isSame: isSameEntry,
      pause: this.pause,
    })
    await Promise.all(
      keys.map((key, index) => this.remember(key, answers[index] as NodeAssociation | null | Error)),
    )
    return answers
  }

  associationsById(ids: readonly string[]): Promise<(NodeAssociation | null | Error)[]> {
    const { node, signal } = this.options
    return readTwice<string, NodeAssociation | null>(questionsOf(ids), {
      read: (questions) =>
        eachOf(questions, ({ key, affinity }) => node.userAssociation(key, { signal, affinity })),
      isDoubtful: (_, entry) => entry === null,
      isSame: isSameEntry,
      pause: this.pause,
    })
  }

  private async association({ key, affinity }: Question<AssociationKey>): Promise<NodeAssociation | null> {
    const { node, signal } = this.options
    const entries = await node.userAssociations({ ...key, app: 'zero' }, { signal, affinity })
    return entries.find((entry) => isOf(entry, key)) ?? null
  }

  /** Heights of entries in no block yet are provisional, so another entry at the same height may be the older one. */
  private async isOlderThanSeen(key: AssociationKey, entry: NodeAssociation | null): Promise<boolean> {
    if (entry === null) return true
    const newest = await this.seen.get(textOf(key))
    return newest !== undefined && newest.id !== entry.id && entry.blockHeight <= newest.blockHeight
  }

  private async remember(key: AssociationKey, entry: NodeAssociation | null | Error): Promise<void> {
    if (entry instanceof Error) return
    const text = textOf(key)
    const before = await this.seen.get(text)
    if (entry === null) return before && this.seen.delete(text)
    const { id, blockHeight } = entry
    if (before?.id !== id || before.blockHeight !== blockHeight)
      await this.seen.set(text, { id, blockHeight })
  }

  private readonly pause = (): Promise<void> => this.options.clock.sleep(PAUSE_MS, this.options.signal)
}

/** A type of ours has no blank, so that two keys never have one text. */
function textOf({ transactor, target, type, value }: AssociationKey): string {
  return `${transactor} ${target} ${type.toLowerCase()} ${value}`
}

/** A node finds types without case, and keys by their prefix. */
function isOf(entry: NodeAssociation, { transactor, target, type, value }: AssociationKey): boolean {
  return (
    entry.isAppZero &&
    entry.value === value &&
    entry.transactor === transactor &&
    entry.target === target &&
    entry.type.toLowerCase() === type.toLowerCase()
  )
}

function isSameEntry(one: NodeAssociation | null, other: NodeAssociation | null): boolean {
  return one?.id === other?.id
}

function questionsOf<K>(keys: readonly K[]): Question<K>[] {
  return keys.map((key) => ({ key, affinity: {} }))
}

/** One answer or error for each item, in order; so many at once, no more. */
async function eachOf<T, V>(items: readonly T[], read: (item: T) => Promise<V>): Promise<(V | Error)[]> {
  const answers: (V | Error)[] = []
  const rest = items.entries()
  const worker = async () => {
    for (const [index, item] of rest) answers[index] = await read(item).catch(asError)
  }
  await Promise.all(Array.from({ length: CONCURRENT_READS }, worker))
  return answers
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
