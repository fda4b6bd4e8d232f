import { LRUCache } from 'lru-cache'
import type { CID } from 'multiformats/cid'
import { type GatewayError, StorageFullError, StorageUnavailableError } from '../../errors.js'
import { blockKey } from '../block.js'
import { InvalidDagError, NotFoundInStoreError } from '../errors.js'
import type { StoreOptions } from '../store.js'
import { storageFault } from './faults.js'
import type { KuboNode } from './kubo-node.js'

/** A node that failed is asked after the others for so long. */
const SHUNNED_MS = 5_000
/** How long a look at a node's free room holds: it saves a call before each of many small files. */
const ROOM_KNOWN_MS = 2_000
const MAX_HOLDERS = 10_000
/** The first with `max-file-links`, without which the CIDs of large files are others. */
const MIN_VERSION = [0, 34] as const

interface Member {
  node: KuboNode
  shunnedUntil: number
  roomKnownUntil: number
}

/** Several nodes as one: the first that is well is asked first, the others when it fails or lacks a block. */
export class KuboFleet {
  readonly #members: readonly Member[]
  /** Which node had a root. */
  readonly #holders = new LRUCache<string, Member>({ max: MAX_HOLDERS })

  constructor(nodes: readonly KuboNode[]) {
    this.#members = nodes.map((node) => ({ node, shunnedUntil: 0, roomKnownUntil: 0 }))
  }

  get nodes(): KuboNode[] {
    return this.#members.map(({ node }) => node)
  }

  /**
   * The first answer that a node gives. Throws NotFoundInStoreError only if every node says that it lacks the block,
   * StorageUnavailableError if one of them did not answer.
   */
  async ask<T>(cid: CID, call: (node: KuboNode) => Promise<T>, { signal }: StoreOptions = {}): Promise<T> {
    const faults = new Faults(cid, signal)
    for (const member of this.#order(cid)) {
      try {
        const answer = await call(member.node)
        this.#holders.set(blockKey(cid), member)
        return answer
      } catch (error) {
        this.#shun(member, faults.add(error))
      }
    }
    throw faults.worst()
  }

  /** A file's bytes [from, to), which are the same on every node: where one breaks off, the next goes on. */
  async *read(
    cid: CID,
    from: number,
    to: number,
    size: number,
    { signal }: StoreOptions,
  ): AsyncGenerator<Uint8Array> {
    const faults = new Faults(cid, signal)
    let at = from
    for (const member of this.#order(cid)) {
      try {
        for await (const chunk of member.node.reader.read(cid, at, to, size, { signal })) {
          at += chunk.length
          yield chunk
        }
        this.#holders.set(blockKey(cid), member)
        return
      } catch (error) {
        this.#shun(member, faults.add(error))
      }
    }
    throw faults.worst()
  }

  /**
   * One call that stores something, at the first node that answers and has room. `isSpent`: bytes have flowed that cannot
   * be sent again, so no other node is tried. Throws StorageFullError where a node that answers is full.
   */
  async store<T>(
    call: (node: KuboNode) => Promise<T>,
    { signal, isSpent = () => false }: StoreOptions & { isSpent?: () => boolean } = {},
  ): Promise<T> {
    const faults = new Faults(null, signal)
    for (const member of this.#order(null)) {
      try {
        await assertWritable(member, signal)
        return await call(member.node)
      } catch (error) {
        if (error instanceof SourceError) throw error.cause
        this.#shun(member, faults.add(error))
        if (isSpent()) break
      }
    }
    throw faults.worst()
  }

  async isWritable({ signal }: StoreOptions = {}): Promise<boolean> {
    return this.store(async () => true, { signal }).catch(() => false)
  }

  #order(cid: CID | null): Member[] {
    const now = performance.now()
    const holder = cid && this.#holders.get(blockKey(cid))
    const rank = (member: Member) => (member.shunnedUntil > now ? 2 : member === holder ? 0 : 1)
    return [...this.#members].sort((a, b) => rank(a) - rank(b))
  }

  #shun(member: Member, fault: GatewayError): void {
    if (fault instanceof NotFoundInStoreError) return
    member.shunnedUntil = performance.now() + SHUNNED_MS
    member.roomKnownUntil = 0
  }
}

/** What the source of an upload throws is not the node's fault, and goes out unchanged. */
export class SourceError extends Error {
  override readonly name = 'SourceError'

  constructor(override readonly cause: unknown) {
    super('The source of an upload failed.')
  }
}

/** What several nodes answered to one question; what no other node could mend is thrown at once. */
class Faults {
  #missing: GatewayError | undefined
  #fault: GatewayError | undefined

  constructor(
    private readonly cid: CID | null,
    private readonly signal: AbortSignal | undefined,
  ) {}

  add(error: unknown): GatewayError {
    this.signal?.throwIfAborted()
    const fault = storageFault(error, this.cid ?? undefined)
    if (fault instanceof InvalidDagError) throw fault
    if (fault instanceof NotFoundInStoreError) this.#missing ??= fault
    else if (!this.#fault || fault instanceof StorageFullError) this.#fault = fault
    return fault
  }

  worst(): GatewayError {
    return this.#fault ?? this.#missing ?? new StorageUnavailableError('There is no Kubo node.')
  }
}

async function assertWritable(member: Member, signal: AbortSignal | undefined): Promise<void> {
  if (performance.now() < member.roomKnownUntil) return
  const [version, { used, max }] = await Promise.all([
    member.node.version({ signal }),
    member.node.room({ signal }),
  ])
  if (isTooOld(version)) {
    throw new StorageUnavailableError(
      `Kubo ${version} is too old: take ${MIN_VERSION.join('.')} or a newer one.`,
    )
  }
  if (max !== null && used >= max)
    throw new StorageFullError('The Kubo node has reached its Datastore.StorageMax.')
  member.roomKnownUntil = performance.now() + ROOM_KNOWN_MS
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major === MIN_VERSION[0] && minor < MIN_VERSION[1]
}
