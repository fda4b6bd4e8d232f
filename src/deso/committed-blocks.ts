import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { NodeUnavailableError } from '../errors.js'
import type { Cache } from '../store/cache.js'
import type { BlockBudget, BlockRef, CommittedBlock } from './chain.js'
import { type CommittedTip, type SeenTip, unixSeconds } from './committed-tip.js'
import type { DesoNode, NodeAffinity, NodeBlock } from './node.js'
import { transactionId } from './signature.js'
import { unlessAborted } from './unless-aborted.js'

/** As kept: plain JSON, so that any cache takes it. */
export interface KeptBlock extends BlockRef {
  transactions: readonly { id: string; hex: string }[]
}

export interface BlockReadOptions {
  budget?: BlockBudget | undefined
  signal?: AbortSignal | undefined
}

/** Larger blocks are read again each time. A node makes none above 32,000 bytes unless its parameters are changed. */
const MAX_KEPT_CHARACTERS = 2 * 1024 * 1024

/** The height is above the committed tip of the node that answers. */
class BlockNotCommittedError extends NodeUnavailableError {
  constructor(height: number) {
    super(`Block ${height} is not committed yet.`)
  }
}

/** Committed blocks by height, read whole; those read lately are kept. */
export class CommittedBlocks {
  constructor(
    private readonly node: DesoNode,
    private readonly tips: CommittedTip,
    private readonly kept: Cache<KeptBlock>,
  ) {}

  /** Throws BlockNotCommittedError. The budget counts what is not kept. */
  async read(height: number, { budget, signal }: BlockReadOptions = {}): Promise<KeptBlock> {
    const key = this.keyOf(height)
    const known = await this.kept.get(key)
    if (known) return known
    budget?.spend()
    return unlessAborted(
      this.kept.wrap(key, keepFor, () => this.load(height)),
      signal,
    )
  }

  /** The same, whatever is kept. */
  async readAnew(height: number, options: BlockReadOptions = {}): Promise<KeptBlock> {
    await this.kept.delete(this.keyOf(height))
    return this.read(height, options)
  }

  /** A tip's time, from its whole block, which is kept: for as long as every block is read anyway. */
  async readTip(tip: { height: number; hash: string }, affinity: NodeAffinity): Promise<number> {
    const block = await this.loadBlock(tip.height, affinity, tip.hash)
    await this.kept.set(this.keyOf(tip.height), block, keepFor(block))
    return block.time
  }

  private keyOf(height: number): string {
    return `${this.tips.generation}:${height}`
  }

  /** From the node whose tip covers the height; should that one fail, from the one that takes over. */
  private async load(height: number): Promise<KeptBlock> {
    const seen = await this.tips.current()
    try {
      return await this.loadFrom(seen, height)
    } catch (error) {
      const other = await this.tips.fresh()
      const isSame = other.affinity.url === seen.affinity.url && other.tip.height === seen.tip.height
      if (isSame) throw error
      return this.loadFrom(other, height)
    }
  }

  private async loadFrom({ tip, affinity }: SeenTip, height: number): Promise<KeptBlock> {
    if (height > tip.height) throw new BlockNotCommittedError(height)
    return this.loadBlock(height, affinity, height === tip.height ? tip.hash : null)
  }

  private async loadBlock(height: number, affinity: NodeAffinity, hash: string | null): Promise<KeptBlock> {
    const block = await this.node.block({ height }, { affinity })
    if (block?.height !== height || (hash !== null && block.hash !== hash)) {
      throw new NodeUnavailableError(
        `The DeSo node has another block than its committed one at height ${height}.`,
      )
    }
    return keptBlock(block)
  }
}

function keptBlock(block: NodeBlock): KeptBlock {
  const transactions = block.rawTransactions.map((bytes) => ({
    id: transactionId(bytes),
    hex: bytesToHex(bytes),
  }))
  return { height: block.height, hash: block.hash, time: unixSeconds(block), transactions }
}

function keepFor({ transactions }: KeptBlock): number | undefined {
  const characters = transactions.reduce((sum, { hex }) => sum + hex.length, 0)
  return characters > MAX_KEPT_CHARACTERS ? 0 : undefined
}

export function committedBlock({ transactions, ...block }: KeptBlock): CommittedBlock {
  return { ...block, transactions: transactions.map(({ id, hex }) => ({ id, bytes: hexToBytes(hex) })) }
}
