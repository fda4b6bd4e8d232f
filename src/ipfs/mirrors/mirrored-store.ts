import { LRUCache } from 'lru-cache'
import type { CID } from 'multiformats/cid'
import type { Block, IpfsStore, MirrorState, PinOptions, StoreOptions } from '../store.js'
import type { Mirror } from './mirror.js'
import type { MirrorQueue } from './mirror-queue.js'

/** Whoever asks how many replicas there are waits for a mirror no longer. */
const ASKING_MS = 3_000
/** So long an answer of a mirror holds. */
const KNOWN_MS = 10_000
const MAX_KNOWN = 10_000

/** A store whose pins go to mirrors as well: at once, or as soon as they can be reached. */
export class MirroredStore implements IpfsStore {
  readonly kind: string
  readonly hold?: () => Disposable
  readonly #held = new LRUCache<string, Promise<boolean>>({ max: MAX_KNOWN, ttl: KNOWN_MS })

  constructor(
    private readonly store: IpfsStore,
    private readonly queue: MirrorQueue,
  ) {
    this.kind = store.kind
    if (store.hold) this.hold = () => (store as Required<IpfsStore>).hold()
  }

  importFile(source: AsyncIterable<Uint8Array>, options?: StoreOptions) {
    return this.store.importFile(source, options)
  }

  readFile(
    cid: CID,
    range?: { offset?: number; length?: number },
    options?: StoreOptions & { verify?: boolean },
  ): AsyncIterable<Uint8Array> {
    return this.store.readFile(cid, range, options)
  }

  fileSize(cid: CID, options?: StoreOptions): Promise<number> {
    return this.store.fileSize(cid, options)
  }

  has(cid: CID, options?: StoreOptions): Promise<boolean> {
    return this.store.has(cid, options)
  }

  getBlock(cid: CID, options?: StoreOptions): Promise<Uint8Array> {
    return this.store.getBlock(cid, options)
  }

  putBlock(cid: CID, bytes: Uint8Array, options?: StoreOptions): Promise<void> {
    return this.store.putBlock(cid, bytes, options)
  }

  putBlocks(blocks: AsyncIterable<Block>, options?: StoreOptions): Promise<void> {
    return this.store.putBlocks(blocks, options)
  }

  async pin(root: CID, options: PinOptions = {}): Promise<void> {
    await this.store.pin(root, options)
    if (!options.isPassing) await this.queue.add(root, 'PIN', options.name ?? '')
  }

  /** Wished of the mirrors first: a pin that is gone here would not be let go of there by a repeat. */
  async unpin(root: CID, options: PinOptions = {}): Promise<void> {
    if (!options.isPassing) await this.queue.add(root, 'UNPIN', '')
    await this.store.unpin(root, options)
  }

  isPinned(root: CID, options?: StoreOptions): Promise<boolean> {
    return this.store.isPinned(root, options)
  }

  mirrorStates(root: CID): Promise<MirrorState[]> {
    return Promise.all(this.queue.mirrors.map((mirror) => this.#stateOf(mirror, root)))
  }

  isHealthy(options?: StoreOptions): Promise<boolean> {
    return this.store.isHealthy(options)
  }

  close(): Promise<void> {
    return this.store.close()
  }

  async #stateOf(mirror: Mirror, root: CID): Promise<MirrorState> {
    const key = `${mirror.id} ${root.toV1()}`
    const asked = this.#held.get(key) ?? mirror.holds(root, { signal: AbortSignal.timeout(ASKING_MS) })
    this.#held.set(key, asked)
    try {
      if (await asked) return 'HELD'
      this.#held.delete(key)
      return this.queue.isFailing(mirror, root) ? 'FAILING' : 'WAITING'
    } catch {
      return 'FAILING'
    }
  }
}
