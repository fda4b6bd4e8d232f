import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import { NodeUnavailableError } from '../errors.js'
import type { BlockRef, CommittedBlock, FollowableChain } from './chain.js'

/** Why blocks are missing between those that a listener is told of. */
export type GapReason = 'TOO_FAR_BEHIND' | 'OTHER_CHAIN'

export interface BlockListener {
  /** Every committed block, in order; the next one waits for it. Must not throw. */
  onBlock(block: CommittedBlock): void | Promise<void>
  /** Blocks were left out: what is known from them may be wrong, and the next ones follow `head`. Must not throw. */
  onGap(reason: GapReason, head: BlockRef): void
}

export interface Following {
  /** The newest block that the listener is not told of: told is what comes after it. */
  readonly started: Promise<BlockRef>
  stop(): void
}

/** How far the follower is; null: it rests. `lag`: blocks that the node has committed and that are not read yet. */
export type Progress = { height: number; lag: number } | null

/**
 * Reads the committed chain block by block, each once, for all who want to know: a gateway has one. It rests while
 * nobody listens, and knows nothing of what stands in a block.
 */
export interface BlockFollower extends AsyncDisposable {
  follow(listener: BlockListener): Following
  /** The newest block that all were told of, and all before it; null: it rests, and knows nothing. */
  readonly head: BlockRef | null
}

export interface BlockFollowerOptions {
  chain: FollowableChain
  clock: Clock
  log: Pick<Logger, 'warn' | 'info'>
  /** Told before all others, and not what it stays awake for: knows what of all that is kept may be true no longer. */
  first?: BlockListener
  observe?: (progress: Progress) => void
  /** Between two questions for the tip. */
  pollMs?: number
  /** Further behind than this, it goes on at the tip and tells of a gap. */
  maxCatchUp?: number
}

const POLL_MS = 250
/** After a failure the pause grows up to this. */
const MAX_PAUSE_MS = 5_000
export const MAX_CATCH_UP_BLOCKS = 1_000

export function createBlockFollower(options: BlockFollowerOptions): BlockFollower {
  return new PollingFollower(options)
}

class PollingFollower implements BlockFollower {
  head: BlockRef | null = null
  private generation = 0
  private readonly listeners = new Set<BlockListener>()
  private run: Promise<void> | null = null
  private waiting: ((head: BlockRef) => void)[] = []
  private readonly closing = new AbortController()

  constructor(private readonly options: BlockFollowerOptions) {}

  follow(listener: BlockListener): Following {
    this.listeners.add(listener)
    this.wake()
    const started = new Promise<BlockRef>((resolve) => {
      if (this.head) resolve(this.head)
      else this.waiting.push(resolve)
    })
    return { started, stop: () => this.listeners.delete(listener) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort()
    await this.run
  }

  private wake(): void {
    if (this.closing.signal.aborted) return
    this.run ??= this.followWhileWanted().finally(() => this.rest())
  }

  private rest(): void {
    this.run = null
    this.head = null
    this.options.chain.setFollowed(false)
    this.options.observe?.(null)
    // Somebody may have come in the moment between.
    if (this.isWanted()) this.wake()
  }

  private isWanted(): boolean {
    return this.listeners.size > 0 && !this.closing.signal.aborted
  }

  private async followWhileWanted(): Promise<void> {
    const { chain, clock, log, pollMs = POLL_MS } = this.options
    chain.setFollowed(true)
    for (let failures = 0; this.isWanted(); ) {
      try {
        await this.step()
        if (failures > 0) log.info({ height: this.head?.height }, 'following the chain again')
        failures = 0
      } catch (error) {
        if (this.closing.signal.aborted) return
        // Said once an outage, not every second.
        if (failures === 0) log.warn({ err: error }, 'cannot follow the chain')
        failures += 1
      }
      const pause = failures === 0 ? pollMs : Math.min(pollMs * 2 ** failures, MAX_PAUSE_MS)
      await clock.sleep(pause, this.closing.signal).catch(() => undefined)
    }
  }

  /** One look: all that is new. */
  private async step(): Promise<void> {
    const { chain, maxCatchUp = MAX_CATCH_UP_BLOCKS } = this.options
    const signal = this.closing.signal
    const { tip, generation } = await chain.head({ signal })
    const isOther = generation !== this.generation
    this.generation = generation
    if (!this.head) this.begin(tip)
    else if (isOther) this.leap('OTHER_CHAIN', tip)
    else if (tip.height - this.head.height > maxCatchUp) this.leap('TOO_FAR_BEHIND', tip)
    for (let at = this.position(); at.height < tip.height && this.isWanted(); at = this.position()) {
      this.tell(tip.height - at.height)
      await this.deliver(await chain.committedBlock(at.height + 1, { signal }))
    }
    this.tell(Math.max(0, tip.height - this.position().height))
  }

  private begin(tip: BlockRef): void {
    this.head = tip
    for (const tell of this.waiting.splice(0)) tell(tip)
  }

  private leap(reason: GapReason, tip: BlockRef): void {
    this.options.log.warn({ reason, from: this.head?.height, to: tip.height }, 'blocks are left out')
    this.head = tip
    this.options.first?.onGap(reason, tip)
    for (const listener of [...this.listeners]) listener.onGap(reason, tip)
  }

  /** Who begins to listen meanwhile is told of what comes after this block. */
  private async deliver(block: CommittedBlock): Promise<void> {
    const { height, hash, time } = block
    await this.options.first?.onBlock(block)
    this.head = { height, hash, time }
    const listeners = [...this.listeners]
    await Promise.all(listeners.map((listener) => listener.onBlock(block)))
  }

  private position(): BlockRef {
    if (!this.head) throw new NodeUnavailableError('The follower has not begun.')
    return this.head
  }

  private tell(lag: number): void {
    this.options.observe?.({ height: this.position().height, lag })
  }
}
