/**
 * Pins: what a draft names is held from before anybody can sign it until no block can take it any more; what a committed
 * post names is pinned under a readable name; what a hidden one named is let go of, unless another content uses it. Blocks
 * decide, read in the background and only while a draft is awaited.
 */
import { setMaxListeners } from 'node:events'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import type { BlockRef, CommittedBlock } from '../../deso/chain.js'
import { decodeMined } from '../../deso/codec.js'
import type { PublicKey } from '../../deso/keys.js'
import type { Transaction } from '../../deso/transaction.js'
import type { PlacedDraft } from '../../transaction/draft-request.js'
import { keepUntil } from '../../transaction/retention.js'
import { loadSending, sendingKeyOf } from '../../transaction/sending-store.js'
import { type AwaitedDraft, addAwaited, awaitedOf, listAwaited, moveOn } from './awaited-drafts.js'
import { type CommittedPost, loadHistory, postHashOf } from './content-history.js'
import { pinName } from './let-go.js'
import { Review } from './review.js'
import type { Rooms } from './rooms.js'
import { endDraft, settlePost } from './settle.js'

/** What a draft of a post rests on. */
export interface DraftedPost {
  creator: PublicKey
  /** The post that it edits; null: a new one. */
  postHash: string | null
  /** What it names; null: it hides. */
  manifest: { cid: CID; title: string } | null
}

/** After the start others have the node for themselves. */
const FIRST_LOOK_MS = 5_000
const BETWEEN_LOOKS_MS = 15_000
/** Every ten minutes. */
const LOOKS_A_REVIEW = 40
/** One look reads so many blocks at most; the next one goes on. */
const BLOCKS_A_LOOK = 512
/** Progress below this is not worth a write. */
const WORTH_KEEPING_BLOCKS = 64
/** One content's pins may take long where the files are large. */
const DEADLINE_MS = 10 * 60_000
/** Whoever waits for the answer to a submit waits no longer for the pin. */
const PATIENCE_MS = 2_000

export class ContentPins implements AsyncDisposable {
  readonly #closing = new AbortController()
  /** How far blocks have been read in this process, for each awaited draft. */
  readonly #read = new Map<string, number>()
  readonly #review: Review
  #loop: Promise<void> = Promise.resolve()
  #look: Promise<void> | null = null

  constructor(private readonly rooms: Rooms) {
    this.#review = new Review(rooms)
    setMaxListeners(0, this.#closing.signal)
  }

  /** Looks at blocks from time to time; what is seen to be committed by others' requests counts at once. */
  start(): void {
    this.rooms.commits.listenToAll((sendingKey) => this.#hearOfCommit(sendingKey))
    this.#loop = this.#lookNowAndThen()
  }

  /** Holds what the draft names, durably, before it is answered. Throws StorageUnavailableError. */
  async await(
    { creator, postHash, manifest }: DraftedPost,
    { sendingKey, tipHeight, expiresAtHeight }: PlacedDraft,
    signal: AbortSignal,
  ): Promise<void> {
    const { ipfs, clock } = this.rooms
    const until = keepUntil(clock, expiresAtHeight, tipHeight)
    const draft = { sendingKey, creator, postHash, from: tipHeight, expiresAtHeight, until }
    if (!manifest) return addAwaited(this.rooms, { ...draft, hold: null })
    const bytes = dagCbor.encode({ draft: sendingKey, manifest: manifest.cid })
    const root = CID.createV1(dagCbor.code, await sha256.digest(bytes))
    const hold = { root: root.toString(), manifestCid: manifest.cid.toString(), title: manifest.title }
    // Written down first: a pin that nobody knows of would stay for ever.
    await addAwaited(this.rooms, { ...draft, hold })
    await ipfs.putBlock(root, bytes, { signal })
    const name = `draft until block ${expiresAtHeight}, ${pinName({ creator, title: manifest.title })}`
    await ipfs.pin(root, { signal, name, isPassing: true })
  }

  /** Lets go of what was held for a draft that another one has replaced before anybody saw it. */
  async abandon(sendingKey: string, manifestCid: CID): Promise<void> {
    const drafts = await awaitedOf(this.rooms, sendingKey)
    const text = manifestCid.toString()
    const signal = this.#deadline()
    for (const draft of drafts.filter(({ hold }) => hold?.manifestCid === text)) {
      await endDraft(this.rooms, draft, signal)
    }
  }

  /** Drafts of edits of a post that some block may still take. */
  async draftsOf(postHash: string): Promise<AwaitedDraft[]> {
    return (await listAwaited(this.rooms)).filter((draft) => draft.postHash === postHash)
  }

  /** Reads what blocks have come, and does what they ask for. One look at a time. */
  look(): Promise<void> {
    this.#look ??= this.#lookOnce().finally(() => {
      this.#look = null
    })
    return this.#look
  }

  /** Looks whether some of the known contents were hidden, or shown again, without this gateway's seeing it. */
  review(): Promise<void> {
    return this.#review.step(this.#deadline())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#loop
    await this.#look?.catch(() => {})
  }

  async #lookNowAndThen(): Promise<void> {
    const { clock, log } = this.rooms
    const { signal } = this.#closing
    let failures = 0
    let looks = 0
    for (let pause = FIRST_LOOK_MS; !signal.aborted; pause = BETWEEN_LOOKS_MS) {
      await clock.sleep(pause, signal).catch(() => undefined)
      if (signal.aborted) return
      try {
        await this.look()
        if (++looks % LOOKS_A_REVIEW === 0) await this.review()
        failures = 0
      } catch (error) {
        // Said once an outage.
        if (failures++ === 0 && !signal.aborted) log.warn({ err: error }, 'cannot look after pins')
      }
    }
  }

  async #lookOnce(): Promise<void> {
    const drafts = await listAwaited(this.rooms)
    const known = new Set(drafts.map(({ sendingKey }) => sendingKey))
    for (const key of this.#read.keys()) if (!known.has(key)) this.#read.delete(key)
    if (drafts.length === 0) return
    const { chain, clock } = this.rooms
    const signal = this.#deadline()
    const tip = await chain.freshCommittedTip({ signal })
    await this.#readBlocks(drafts, tip, signal)
    for (const draft of drafts) {
      const isOver = this.#positionOf(draft) >= draft.expiresAtHeight || clock.now() > draft.until
      if (isOver) await this.#endIfAwaited(draft, signal)
      else await this.#keepPosition(draft)
    }
  }

  async #readBlocks(drafts: readonly AwaitedDraft[], tip: BlockRef, signal: AbortSignal): Promise<void> {
    const start = Math.min(...drafts.map((draft) => this.#positionOf(draft)))
    const end = Math.min(tip.height, Math.max(...drafts.map((draft) => draft.expiresAtHeight)))
    for (let height = start + 1; height <= Math.min(end, start + BLOCKS_A_LOOK); height += 1) {
      const block = await this.rooms.chain.committedBlock(height, { signal })
      await this.#settleBlock(block, drafts, signal)
      for (const draft of drafts) {
        if (this.#positionOf(draft) === height - 1) this.#read.set(draft.sendingKey, height)
      }
    }
  }

  async #settleBlock(
    { height, transactions }: CommittedBlock,
    drafts: readonly AwaitedDraft[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const { id, bytes } of transactions) {
      const transaction = decodeMined(bytes)
      if (!transaction) continue
      const key = sendingKeyOf(transaction)
      const own = drafts.filter(({ sendingKey }) => sendingKey === key)
      await this.#settle({ id, height, transaction }, own, signal)
    }
  }

  /** Of posts that nobody drafted here only edits of known contents count. */
  async #settle(
    { id, height, transaction }: { id: string; height: number; transaction: Transaction },
    drafts: readonly AwaitedDraft[],
    signal: AbortSignal,
  ): Promise<void> {
    const { metadata } = transaction
    if (metadata.type !== 'SUBMIT_POST') {
      for (const draft of drafts) await endDraft(this.rooms, draft, signal)
      return
    }
    const post: CommittedPost = { id, height, transaction: { ...transaction, metadata } }
    const isEdit = metadata.postHashToModify.length > 0
    const concerns =
      drafts.length > 0 || (isEdit && (await loadHistory(this.rooms, postHashOf(post))) !== null)
    if (concerns) await settlePost(this.rooms, post, drafts, signal)
  }

  /** It may be settled by now. */
  async #endIfAwaited(draft: AwaitedDraft, signal: AbortSignal): Promise<void> {
    const awaited = await awaitedOf(this.rooms, draft.sendingKey)
    const isAwaited = awaited.some(({ hold }) => hold?.root === draft.hold?.root)
    if (isAwaited) await endDraft(this.rooms, draft, signal)
  }

  async #keepPosition(draft: AwaitedDraft): Promise<void> {
    const position = this.#positionOf(draft)
    if (position - draft.from >= WORTH_KEEPING_BLOCKS) await moveOn(this.rooms, draft, position)
  }

  #positionOf({ sendingKey, from }: AwaitedDraft): number {
    return Math.max(from, this.#read.get(sendingKey) ?? 0)
  }

  /** Somebody's request has found a form of this nonce in a committed block. */
  async #hearOfCommit(sendingKey: string): Promise<void> {
    const { clock, log } = this.rooms
    const settled = this.#settleMined(sendingKey).catch((error: unknown) => {
      log.warn({ err: error }, 'a committed content has its pin later')
    })
    const isOver = new AbortController()
    await Promise.race([settled, clock.sleep(PATIENCE_MS, isOver.signal).catch(() => undefined)])
    isOver.abort()
  }

  async #settleMined(sendingKey: string): Promise<void> {
    const drafts = await awaitedOf(this.rooms, sendingKey)
    if (drafts.length === 0) return
    const mined = (await loadSending(this.rooms.state, sendingKey))?.sending.mined
    const transaction = mined && decodeMined(Buffer.from(mined.signedHex, 'hex'))
    const { id, block } = mined ?? {}
    if (!transaction || id === undefined || !block) return
    await this.#settle({ id, height: block.height, transaction }, drafts, this.#deadline())
  }

  #deadline(): AbortSignal {
    return AbortSignal.any([this.#closing.signal, AbortSignal.timeout(DEADLINE_MS)])
  }
}
