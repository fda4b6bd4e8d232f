import { createHash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { abortable } from './abortable.js'
import { RAW } from './block.js'
import type { Block, IpfsStore, StoreOptions } from './store.js'

const SHA2_256 = 0x12
/** A file up to this size waits for others. One raw block holds it (the profile's have 1 MiB). */
const SMALL_FILE_BYTES = 131_072
/** What waits goes in together from here on: held in memory, for each upload. */
const BATCH_BYTES = 1_048_576

/**
 * The files of one content on their way into a store: what a call costs, many small ones pay together. They are stored
 * once `finish` has resolved; without it, some are not.
 */
export class FileBatch {
  #waiting: Block[] = []
  #waitingBytes = 0
  #underWay: Promise<void> = Promise.resolve()

  constructor(private readonly ipfs: Pick<IpfsStore, 'importFile' | 'putBlocks'>) {}

  /** As `IpfsStore.importFile`, and with its CIDs; but the file may still wait for others. */
  async importFile(
    source: AsyncIterable<Uint8Array>,
    options: StoreOptions = {},
  ): Promise<{ cid: CID; size: number }> {
    const chunks = abortable(source, options.signal)
    const head: Uint8Array[] = []
    for (let size = 0; size <= SMALL_FILE_BYTES; ) {
      const next = await chunks.next()
      if (next.done) return this.#hold(Buffer.concat(head), options)
      // A source may use its memory again.
      head.push(Uint8Array.from(next.value))
      size += next.value.length
    }
    return this.ipfs.importFile(behind(head, chunks), options)
  }

  /** Stores what still waits, and these blocks with it. */
  async finish(blocks: Iterable<Block>, options: StoreOptions = {}): Promise<void> {
    this.#waiting.push(...blocks)
    await this.#send(options)
    await this.#underWay
  }

  async #hold(bytes: Uint8Array, options: StoreOptions): Promise<{ cid: CID; size: number }> {
    const digest = Uint8Array.from(createHash('sha256').update(bytes).digest())
    const cid = CID.createV1(RAW, createDigest(SHA2_256, digest))
    this.#waiting.push({ cid, bytes })
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes >= BATCH_BYTES) await this.#send(options)
    return { cid, size: bytes.length }
  }

  /** Resolves when it has begun: one batch is stored while the next one gathers. */
  async #send(options: StoreOptions): Promise<void> {
    await this.#underWay
    const blocks = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    this.#underWay = this.ipfs.putBlocks(each(blocks), options)
    this.#underWay.catch(() => {}) // whoever comes next is told
  }
}

/** The chunks of a source of which some were taken. When nobody wants more, the source is let go. */
async function* behind(
  head: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* head
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return(undefined)
  }
}

async function* each(blocks: readonly Block[]): AsyncGenerator<Block> {
  yield* blocks
}
