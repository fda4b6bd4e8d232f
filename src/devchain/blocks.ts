import type { Block } from './wire/block.js'
import { mintsOf } from './wire/block-reward.js'

/**
 * The blocks, which of them are committed, and where the ledger's undo log stood after each. Knows nothing of what
 * the blocks do.
 */

/** A block is committed when its grandchild is there. */
const COMMIT_DEPTH = 2
/** So many blocks back the ledger can be looked at. */
export const HISTORY_BLOCKS = 128

export class Blocks {
  readonly #blocks: Block[] = []
  readonly #heights = new Map<string, number>()
  /** Undo marks of the newest blocks, by height. */
  readonly #marks = new Map<number, number>()
  #committedHeight = -1
  #isHeld = false
  /** Heights that somebody still looks back to. */
  readonly #kept = new Set<{ height: number }>()
  /** The latest time of any block that ever was. */
  #latestNanos = -1n

  get tip(): Block {
    return this.#blocks[this.#blocks.length - 1] as Block
  }

  get committedTip(): Block {
    return this.#blocks[this.#committedHeight] as Block
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  get isEmpty(): boolean {
    return this.#blocks.length === 0
  }

  at(height: number): Block | undefined {
    return this.#blocks[height]
  }

  byHash(hash: string): Block | undefined {
    const height = this.#heights.get(hash)
    return height === undefined ? undefined : this.#blocks[height]
  }

  /** Whether users' transactions, or money made, are in a block and not committed. */
  get holdUncommittedWork(): boolean {
    return this.#blocks
      .slice(this.#committedHeight + 1)
      .some((block) => block.transactions.length > 1 || mintsOf(block).length > 0)
  }

  /** Block times rise, whatever the clock does, and also above those of blocks that were undone. */
  risingTime(nanos: bigint): bigint {
    return nanos > this.#latestNanos ? nanos : this.#latestNanos + 1n
  }

  /** Answers the blocks that are committed by it. */
  append(block: Block, undoMark: number): Block[] {
    this.#blocks.push(block)
    this.#heights.set(block.hash, block.height)
    this.#marks.set(block.height, undoMark)
    this.#latestNanos = block.timestampNanos
    return this.#commit()
  }

  /** While held, no block is committed. Answers the blocks that are committed when it ends. */
  hold(isHeld: boolean): Block[] {
    this.#isHeld = isHeld
    return this.#commit()
  }

  /** Takes the uncommitted blocks away, oldest first. */
  dropUncommitted(): Block[] {
    const dropped = this.#blocks.splice(this.#committedHeight + 1)
    for (const { hash, height } of dropped) {
      this.#heights.delete(hash)
      this.#marks.delete(height)
    }
    return dropped
  }

  /** Where the undo log stood after a block; undefined for one that is too old. */
  markAt(height: number): number | undefined {
    return this.#marks.get(height)
  }

  /** Keeps the ledger of a height within reach; answers what lets go of it. */
  keepFrom(height: number): () => void {
    const kept = { height }
    this.#kept.add(kept)
    return () => this.#kept.delete(kept)
  }

  /** The undo mark before which nothing is needed any more. */
  trimHistory(): number {
    const kept = [...this.#kept].map(({ height }) => height)
    const oldest = Math.max(0, Math.min(this.#committedHeight, this.tip.height - HISTORY_BLOCKS, ...kept))
    for (const height of this.#marks.keys()) {
      if (height >= oldest) break
      this.#marks.delete(height)
    }
    return this.#marks.get(oldest) as number
  }

  #commit(): Block[] {
    if (this.#isHeld) return []
    const from = this.#committedHeight + 1
    this.#committedHeight = Math.max(this.#committedHeight, this.tip.height - COMMIT_DEPTH, 0)
    return this.#blocks.slice(from, this.#committedHeight + 1)
  }
}
