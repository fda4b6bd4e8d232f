import type { ChainService } from './chain-service.js'
import type { ChainParams } from './ledger/params.js'
import type { Submission } from './mempool.js'
import type { ChainView, NodeView } from './node-view.js'
import type { Block } from './wire/block.js'
import type { ParsedTransaction } from './wire/parse-transaction.js'

/** In what a node's view differs from the whole: what conditions of faults.ts come to. */
export interface Shortcomings {
  /** The newest block that the node knows. */
  tipHeight?: number
  /** What was written since the last committed block does not show. */
  showsCommittedOnly?: boolean
  /** Up to where its index goes, where that is not as far as it could. */
  indexedHeight?: () => number
  hasNoIndex?: boolean
  /** It was told to stop, and its views no longer change. */
  isStopping?: boolean
  /** Takes transactions and does nothing with them. */
  putsAside?: boolean
}

/** Views are one ahead of heights, and the next is under way. */
const VIEWS_AHEAD = 2
/** Blocks from the tip to the committed one. */
const COMMIT_DEPTH = 2

/** The chain as a node with shortcomings shows it; of one without, all of it. */
export class ConditionedView implements NodeView {
  constructor(
    private readonly service: ChainService,
    private readonly shortcomings: Shortcomings,
  ) {}

  get chain(): ChainView {
    const { tipHeight, showsCommittedOnly } = this.shortcomings
    const { chain } = this.service
    if (tipHeight === undefined && !showsCommittedOnly) return chain
    return new PartialChain(chain, tipHeight ?? chain.tip.height)
  }

  within<T>(work: () => T): T {
    const { tipHeight, showsCommittedOnly } = this.shortcomings
    if (showsCommittedOnly) return this.service.chain.asOf(this.chain.committedTip.height, work)
    return tipHeight === undefined ? work() : this.service.chain.asOf(this.chain.tip.height, work)
  }

  get params(): ChainParams {
    return this.service.chain.ledger.params
  }

  get blockMs(): number {
    return this.service.options.blockMs
  }

  get operatorFees() {
    return this.service.operatorFees
  }

  get latestView(): number {
    return this.shortcomings.isStopping ? 0 : this.chain.tip.height + VIEWS_AHEAD
  }

  get indexedHeight(): number | undefined {
    if (this.shortcomings.hasNoIndex) return undefined
    const own = this.shortcomings.indexedHeight?.() ?? this.service.indexedHeight
    return Math.min(own, this.chain.committedTip.height)
  }

  nowNanos(): bigint {
    return this.service.nowNanos()
  }

  newPartialId(): bigint {
    return this.service.options.partialId()
  }

  submit(parsed: ParsedTransaction): Promise<Submission> {
    return this.shortcomings.putsAside ? this.service.putAside(parsed) : this.service.submit(parsed)
  }

  committed<T>(work: () => T): T {
    return this.service.chain.asOf(this.chain.committedTip.height, work)
  }

  untilIndexed(height: number, patienceMs: number): Promise<boolean> {
    return this.service.untilIndexed(() => this.indexedHeight ?? 0, height, patienceMs)
  }
}

/** The blocks up to a height, without the mempool. Its ledger is that of `within`. */
class PartialChain implements ChainView {
  readonly ledger: ChainView['ledger']
  readonly index: ChainView['index']
  readonly mempool = { get: () => undefined, entries: () => [] }

  constructor(
    private readonly whole: ChainView,
    private readonly height: number,
  ) {
    this.ledger = whole.ledger
    this.index = whole.index
  }

  get tip(): Block {
    return this.whole.blockAt(this.height) as Block
  }

  get committedTip(): Block {
    const committed = Math.min(this.whole.committedTip.height, Math.max(0, this.height - COMMIT_DEPTH))
    return this.whole.blockAt(committed) as Block
  }

  blockAt(height: number): Block | undefined {
    return height > this.height ? undefined : this.whole.blockAt(height)
  }

  blockByHash(hash: string): Block | undefined {
    const block = this.whole.blockByHash(hash)
    return block && block.height <= this.height ? block : undefined
  }
}
