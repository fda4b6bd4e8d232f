import { hexToBytes } from '@noble/hashes/utils.js'
import type { Clock } from '../clock.js'
import { GatewayError } from '../errors.js'
import type { Cache } from '../store/cache.js'
import type { Caches } from '../store/caches.js'
import type {
  BlockBudget,
  BlockRef,
  CommittedBlock,
  FollowableChain,
  RecordLookup,
  RecordRef,
} from './chain.js'
import { decodeMined } from './codec.js'
import { type BlockReadOptions, CommittedBlocks, committedBlock, type KeptBlock } from './committed-blocks.js'
import { CommittedTip } from './committed-tip.js'
import type { DesoNode } from './node.js'
import { unlessAborted } from './unless-aborted.js'

/** More blocks than one decision may read anew; those read are kept, so that the next try goes on from there. */
export class HistoryTooLongError extends GatewayError {
  constructor(limit: number) {
    super('NODE_UNAVAILABLE', `This takes more than ${limit} blocks of history at once. Try again.`, {
      retryable: true,
    })
  }
}

export function createBlockBudget(limit: number): BlockBudget {
  let left = limit
  return {
    spend() {
      if (left <= 0) throw new HistoryTooLongError(limit)
      left--
    },
  }
}

export interface ChainReaderOptions {
  node: DesoNode
  caches: Caches
  clock: Clock
}

/**
 * The committed chain, read from blocks and nothing else: what a block lists is final, what an index lacks proves
 * nothing. It knows no record's meaning; it finds a transaction by height and id, and decodes that one alone.
 */
export function createChainReader({ node, caches, clock }: ChainReaderOptions): FollowableChain {
  const times = caches.create<number>('deso-block-times', { maxEntries: 256, shared: 'json' })
  const tips = new CommittedTip(node, clock, times)
  const keptBlocks = caches.create<KeptBlock>('deso-blocks', { maxEntries: 64, maxBytes: MAX_KEPT_BYTES })
  return new BlockChainReader(
    tips,
    new CommittedBlocks(node, tips, keptBlocks),
    caches.create<KeptRecord>('deso-records', {
      maxEntries: 20_000,
      maxBytes: MAX_KEPT_BYTES,
      shared: 'json',
    }),
    caches.create<true>('deso-absent-records', { maxEntries: 10_000 }),
    caches.isShared,
  )
}

/** As kept: plain JSON, so that any cache takes it. */
interface KeptRecord {
  block: BlockRef
  indexInBlock: number
  hex: string
}

const MAX_KEPT_BYTES = 64 << 20
/** Larger transactions are read from their block again: nobody fills the memory by fat records. */
const MAX_KEPT_CHARACTERS = 8 * 1024
/** So long an absence is believed without asking again. */
const ABSENCE_MS = 2_000

class BlockChainReader implements FollowableChain {
  constructor(
    private readonly tips: CommittedTip,
    private readonly blocks: CommittedBlocks,
    private readonly records: Cache<KeptRecord>,
    private readonly absences: Cache<true>,
    /** Records are then known by the name of their chain, as other gateways may read another one. */
    private readonly isShared: boolean,
  ) {}

  async committedTip({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<BlockRef> {
    return (await unlessAborted(this.tips.current(), signal)).tip
  }

  async freshCommittedTip({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<BlockRef> {
    return (await unlessAborted(this.tips.fresh(), signal)).tip
  }

  async head({ signal }: { signal?: AbortSignal | undefined } = {}) {
    const { tip } = await unlessAborted(this.tips.fresh(), signal)
    return { tip, generation: this.tips.generation }
  }

  setFollowed(isFollowed: boolean): void {
    this.tips.timeOf = isFollowed ? (tip, affinity) => this.blocks.readTip(tip, affinity) : null
  }

  async committedBlock(height: number, options?: BlockReadOptions): Promise<CommittedBlock> {
    return committedBlock(await this.blocks.read(height, options))
  }

  async lookUp(ref: RecordRef, options: BlockReadOptions = {}): Promise<RecordLookup> {
    const key = await this.recordKey(ref, options)
    const known = key === null ? undefined : await this.records.get(key)
    if (known?.block.height === ref.height) return lookupOf(ref.id, known)
    if (await this.absences.get(this.absenceKey(ref))) return { kind: 'absent' }
    const tip = await this.committedTip(options)
    if (ref.height > tip.height) return { kind: 'uncommitted' }
    return this.lookUpInBlock(ref, key, options)
  }

  private async lookUpInBlock(
    ref: RecordRef,
    key: string | null,
    options: BlockReadOptions,
  ): Promise<RecordLookup> {
    const block = await this.blocks.read(ref.height, options)
    const record = find(ref.id, block) ?? (await this.lookAgain(ref, options))
    const lookup = lookupOf(ref.id, record)
    if (record && lookup.kind === 'committed') {
      const ttlMs = record.hex.length > MAX_KEPT_CHARACTERS ? 0 : undefined
      if (key !== null) await this.records.set(key, record, ttlMs)
    } else await this.absences.set(this.absenceKey(ref), true, ABSENCE_MS)
    return lookup
  }

  /** Absence decides about money, so the block is read once more, at a later tip. */
  private async lookAgain(ref: RecordRef, options: BlockReadOptions): Promise<KeptRecord | undefined> {
    await this.freshCommittedTip(options)
    return find(ref.id, await this.blocks.readAnew(ref.height, options))
  }

  /** Null: the chain is too young to have a name. */
  private async recordKey({ id }: RecordRef, { signal }: BlockReadOptions): Promise<string | null> {
    if (!this.isShared) return `${this.tips.generation}:${id}`
    const name = await unlessAborted(this.tips.chainName(), signal)
    return name && `${name}:${id}`
  }

  private absenceKey({ height, id }: RecordRef): string {
    return `${this.tips.generation}:${height}:${id}`
  }
}

function find(id: string, { transactions, ...block }: KeptBlock): KeptRecord | undefined {
  const indexInBlock = transactions.findIndex((transaction) => transaction.id === id)
  const hex = transactions[indexInBlock]?.hex
  return hex === undefined ? undefined : { block, indexInBlock, hex }
}

function lookupOf(id: string, record: KeptRecord | undefined): RecordLookup {
  const transaction = record && decodeMined(hexToBytes(record.hex))
  if (!transaction) return { kind: 'absent' }
  const { block, indexInBlock } = record
  return { kind: 'committed', record: { id, block, indexInBlock, transaction } }
}
