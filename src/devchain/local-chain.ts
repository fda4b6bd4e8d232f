import { transactionId } from '../deso/signature.js'
import { ADD_TRANSACTION, admit } from './admission.js'
import { Blocks } from './blocks.js'
import type { ChainRecord, Recorder } from './chain-log.js'
import { fromHex, toHex } from './go/hex.js'
import { connectBlockReward, connectTransaction } from './ledger/connect.js'
import { Ledger } from './ledger/ledger.js'
import type { ChainParams } from './ledger/params.js'
import { RuleRefusal, refusingWithin } from './ledger/rule-refusal.js'
import { Mempool, type MempoolEntry, type Submission } from './mempool.js'
import { packBlock } from './pack-block.js'
import { TransactionIndex } from './transaction-index.js'
import { type Block, type BlockTransaction, NO_HASH, sealBlock } from './wire/block.js'
import { blockReward, type Mint, mintsOf } from './wire/block-reward.js'
import { type ParsedTransaction, parseTransaction } from './wire/parse-transaction.js'

/**
 * The chain itself: blocks, ledger and mempool, moved only by the calls below and by nothing else, so that the same
 * calls give the same chain. It tells each change as a record; writing records down, time and HTTP are elsewhere.
 */

export class LocalChain {
  readonly ledger: Ledger
  readonly mempool = new Mempool()
  readonly index = new TransactionIndex()
  readonly #blocks = new Blocks()
  /** Of blocks that were undone: paid by the next one. */
  #unpaid: readonly Mint[] = []

  /** Begins with block 0, committed, which pays the mints. */
  constructor(
    params: ChainParams,
    private readonly genesis: { timestampNanos: bigint; mints: readonly Mint[]; paysMiner: boolean },
    private readonly record: Recorder,
  ) {
    this.ledger = new Ledger(params)
    this.#append(genesis.timestampNanos, [], genesis.mints)
  }

  get tip(): Block {
    return this.#blocks.tip
  }

  get committedTip(): Block {
    return this.#blocks.committedTip
  }

  blockAt(height: number): Block | undefined {
    return this.#blocks.at(height)
  }

  blockByHash(hash: string): Block | undefined {
    return this.#blocks.byHash(hash)
  }

  /** Whether anything that somebody sent is not committed yet. */
  get hasUncommittedWork(): boolean {
    return this.mempool.size > 0 || this.#unpaid.length > 0 || this.#blocks.holdUncommittedWork
  }

  /** Runs `work` on the ledger as it was after a block of the last HISTORY_BLOCKS, without the mempool. */
  asOf<T>(height: number, work: () => T): T {
    const mark = this.#blocks.markAt(height)
    if (mark === undefined) throw new RangeError(`the ledger of block ${height} is no longer kept`)
    return this.ledger.undo.at(mark, work)
  }

  /** Keeps the ledger of a height within reach of asOf; answers what lets go of it. */
  keepHistoryFrom(height: number): () => void {
    return this.#blocks.keepFrom(height)
  }

  /** Takes a transaction into the mempool, or says why not. Throws RuleRefusal with what stands before a rule. */
  submit(parsed: ParsedTransaction): Submission {
    const candidate = this.#admit(parsed)
    const { entry, replaced } = refusingWithin(
      `${ADD_TRANSACTION}Problem adding transaction to mempool: `,
      () => this.mempool.prepare(candidate),
    )
    if (replaced) this.#replace(replaced)
    const failure = this.#tryConnect(entry, true)
    if (failure !== null) {
      this.mempool.rememberRefusal(entry.id, failure)
      if (replaced) this.record({ kind: 'drop', id: replaced.id })
      return { id: entry.id, refusal: failure }
    }
    this.mempool.add(entry)
    this.record({ kind: 'transaction', raw: toHex(entry.raw) })
    return { id: entry.id, refusal: this.mempool.refusalOf(entry.id) ?? null }
  }

  /** The answer that submit would give; nothing is taken. */
  probe(parsed: ParsedTransaction): Submission {
    const mark = this.ledger.undo.mark()
    const candidate = this.#admit(parsed)
    const refusal = this.#tryConnect(candidate, true)
    this.ledger.undo.rollBack(mark)
    return { id: candidate.id, refusal }
  }

  /** Makes a block of what waits, dearest first, and pays the mints in it. `isEmpty`: it takes no transaction. */
  mine(timestampNanos: bigint, mints: readonly Mint[] = [], { isEmpty = false } = {}): Block {
    this.#undoMempool()
    const paid = [...this.#unpaid, ...mints]
    const block = this.#append(timestampNanos, isEmpty ? [] : this.#fillBlock(), paid)
    this.#redoMempool()
    this.record({
      kind: 'block',
      timestampNanos: block.timestampNanos.toString(),
      ids: block.transactions.slice(1).map(({ id }) => id),
      mints: paid.map(({ account, nanos }) => [account, nanos.toString()]),
      hash: block.hash,
    })
    return block
  }

  /** While held, blocks are made and none is committed. */
  holdCommits(isHeld: boolean): void {
    if (isHeld === this.#blocks.isHeld) return
    this.#commit(this.#blocks.hold(isHeld))
    this.record({ kind: 'hold', isHeld })
  }

  /**
   * Undoes the blocks that are not committed. Their transactions are in the mempool again, or in nothing any more;
   * the next blocks have other hashes at the same heights.
   */
  reorganise({ isLost }: { isLost: boolean }): void {
    this.#undoMempool()
    const dropped = this.#blocks.dropUncommitted()
    this.#unpaid = [...this.#unpaid, ...dropped.flatMap(mintsOf)]
    this.ledger.undo.rollBack(this.#blocks.markAt(this.tip.height) as number)
    if (!isLost) this.mempool.putBack(dropped.flatMap(({ transactions }) => transactions.slice(1)))
    this.#redoMempool()
    this.record({ kind: 'reorg', isLost })
  }

  /** Does what a record says. Throws where the chain does not come out as it was. */
  replay(record: ChainRecord): void {
    if (record.kind === 'transaction') this.#replayTransaction(record.raw)
    if (record.kind === 'drop') this.#replayDrop(record.id)
    if (record.kind === 'block') this.#replayBlock(record)
    if (record.kind === 'hold') this.holdCommits(record.isHeld)
    if (record.kind === 'reorg') this.reorganise(record)
  }

  #admit(parsed: ParsedTransaction): BlockTransaction {
    const { mempool, ledger, tip } = this
    return admit(parsed, { mempool, ledger, tipHeight: tip.height })
  }

  #replace(replaced: MempoolEntry): void {
    this.#undoMempool()
    this.mempool.remove(replaced)
    this.#redoMempool()
  }

  /** Null: connected, on top of the mempool. */
  #tryConnect({ transaction, id }: BlockTransaction, verifySignature: boolean): string | null {
    const { ledger } = this
    try {
      connectTransaction({ ledger, transaction, id, height: this.tip.height + 1, verifySignature })
      return null
    } catch (error) {
      if (error instanceof RuleRefusal) return error.text
      throw error
    }
  }

  #undoMempool(): void {
    this.ledger.undo.rollBack(this.#blocks.markAt(this.tip.height) as number)
  }

  /** What no longer connects leaves the mempool. */
  #redoMempool(): void {
    for (const entry of this.mempool.inOrderOfArrival()) {
      const failure = this.#tryConnect(entry, false)
      if (failure !== null) this.#evict(entry, failure)
    }
  }

  #evict(entry: MempoolEntry, failure: string): void {
    this.mempool.remove(entry)
    this.mempool.rememberRefusal(entry.id, failure)
  }

  #fillBlock(): MempoolEntry[] {
    const connects = (entry: MempoolEntry) => this.#tryConnect(entry, false) === null
    return packBlock(this.mempool.entries(), this.ledger.params.softMaxBlockBytes, connects)
  }

  /** The ledger has the entries already; they leave the mempool. */
  #append(timestampNanos: bigint, entries: readonly MempoolEntry[], mints: readonly Mint[]): Block {
    const previous = this.#blocks.isEmpty ? undefined : this.tip
    const height = previous ? previous.height + 1 : 0
    const previousHash = previous?.hash ?? NO_HASH
    const feesNanos = this.genesis.paysMiner ? entries.map(({ transaction }) => transaction.feeNanos) : []
    const reward = blockReward({ previousHash, height, feesNanos, mints })
    connectBlockReward(this.ledger, reward.transaction)
    for (const entry of entries) this.mempool.remove(entry)
    this.#unpaid = []
    const block = sealBlock({
      height,
      previousHash,
      timestampNanos: this.#blocks.risingTime(timestampNanos),
      transactions: [reward, ...entries.map(({ id, raw, transaction }) => ({ id, raw, transaction }))],
    })
    this.#commit(this.#blocks.append(block, this.ledger.undo.mark()))
    return block
  }

  #commit(blocks: readonly Block[]): void {
    for (const block of blocks) this.index.add(block)
    this.ledger.undo.forgetBefore(this.#blocks.trimHistory())
  }

  #replayTransaction(raw: string): void {
    const parsed = parseTransaction(fromHex(raw))
    const candidate = { id: transactionId(fromHex(raw)), raw: fromHex(raw), transaction: parsed.transaction }
    const { entry, replaced } = this.mempool.prepare(candidate)
    if (replaced) this.#replace(replaced)
    const failure = this.#tryConnect(entry, false)
    if (failure !== null) throw new Error(`transaction ${entry.id} no longer connects: ${failure}`)
    this.mempool.add(entry)
  }

  #replayDrop(id: string): void {
    const entry = this.mempool.get(id)
    if (entry) this.#replace(entry)
  }

  #replayBlock(record: Extract<ChainRecord, { kind: 'block' }>): void {
    this.#undoMempool()
    const entries = record.ids.map((id) => {
      const entry = this.mempool.get(id)
      if (!entry) throw new Error(`block ${record.hash} holds a transaction that was never accepted: ${id}`)
      const failure = this.#tryConnect(entry, false)
      if (failure !== null) throw new Error(`transaction ${id} no longer connects: ${failure}`)
      return entry
    })
    const mints = record.mints.map(([account, nanos]) => ({ account, nanos: BigInt(nanos) }))
    const block = this.#append(BigInt(record.timestampNanos), entries, mints)
    if (block.hash !== record.hash) {
      throw new Error(`block ${block.height} comes out as ${block.hash}, and was ${record.hash}`)
    }
    this.#redoMempool()
  }
}
