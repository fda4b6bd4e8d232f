import type { CID } from 'multiformats/cid'
import { isAllowed } from './block.js'
import type { BlockFiles } from './block-files.js'
import { type Collected, type CollectionOptions, markPinned, sweep } from './collect-garbage.js'
import { DigestSet } from './digest-set.js'
import { walkForPin } from './pin-walk.js'
import type { PinFiles } from './pins.js'

interface Stock {
  blocks: BlockFiles
  pins: PinFiles
  /** Throws NotFoundInStoreError. */
  getBlock(cid: CID): Promise<Uint8Array>
  /** Throws NotFoundInStoreError. */
  checkBlock(cid: CID): Promise<unknown>
}

/**
 * Pins, and collections of what no pin holds. They may run at the same time: a pin under way has each block spared
 * before it looks whether the block is there, so what it found stays; and a collection waits for the pins that began
 * before it, which told nobody.
 */
export class PinKeeper {
  readonly #changing = new Map<string, Promise<void>>()
  /** Of the collection under way: what it must leave. */
  #marks: DigestSet | null = null
  #collecting: Promise<unknown> = Promise.resolve()
  readonly #closing = new AbortController()

  constructor(private readonly stock: Stock) {}

  async pin(root: CID, name: string, signal: AbortSignal | undefined): Promise<void> {
    return this.#inTurn(root, () => this.#pin(root, name, signal))
  }

  async unpin(root: CID): Promise<void> {
    if (isAllowed(root)) await this.#inTurn(root, () => this.stock.pins.remove(root))
  }

  async isPinned(root: CID): Promise<boolean> {
    return isAllowed(root) && this.stock.pins.has(root)
  }

  /** One after the other. Rejects, with nothing removed, where a pinned node is missing or damaged. */
  collect(options: Omit<CollectionOptions, 'signal'>): Promise<Collected> {
    const collection = this.#collecting.then(() => this.#collect(options))
    this.#collecting = collection.catch(() => {})
    return collection
  }

  /** Breaks off collections, and waits for what is under way. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#collecting
    await Promise.allSettled(this.#changing.values())
  }

  async #collect(options: Omit<CollectionOptions, 'signal'>): Promise<Collected> {
    const { signal } = this.#closing
    signal.throwIfAborted()
    const marks = new DigestSet()
    this.#marks = marks
    try {
      await Promise.allSettled(this.#changing.values())
      const roots = await this.stock.pins.list()
      await markPinned(this.stock, roots, marks, signal)
      return { pins: roots.length, ...(await sweep(this.stock.blocks, marks, { ...options, signal })) }
    } finally {
      this.#marks = null
    }
  }

  /** One change of a pin at a time: whose file is there may not be durable yet, as long as its pin runs. */
  async #inTurn(root: CID, change: () => Promise<void>): Promise<void> {
    const key = root.toV1().toString()
    for (let running = this.#changing.get(key); running; running = this.#changing.get(key)) {
      await running.catch(() => {})
    }
    const changing = change().finally(() => this.#changing.delete(key))
    this.#changing.set(key, changing)
    return changing
  }

  async #pin(root: CID, name: string, signal: AbortSignal | undefined): Promise<void> {
    const { blocks, pins } = this.stock
    if (await this.isPinned(root)) return
    const shards = new Set<string>()
    const claim = async (cid: CID) => {
      const shard = blocks.shardOf(cid)
      if (!shard) return
      shards.add(shard)
      this.#marks?.add(cid.multihash.digest)
      await blocks.whenNotRemoved(cid)
    }
    const source = {
      block: async (cid: CID) => {
        await claim(cid)
        return this.stock.getBlock(cid)
      },
      check: async (cid: CID) => {
        await claim(cid)
        await this.stock.checkBlock(cid)
      },
    }
    await walkForPin(source, root, signal)
    await blocks.syncNames(shards)
    signal?.throwIfAborted()
    await pins.add(root, name)
  }
}
