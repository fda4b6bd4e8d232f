import { transactionId } from '../deso/signature.js'
import { ADD_TRANSACTION, admit } from './admission.js'
import type { ChainRecord } from './chain-log.js'
import { fromHex, toHex } from './go/hex.js'
import { connectBlockReward, connectTransaction } from './ledger/connect.js'
import { Ledger } from './ledger/ledger.js'
import { type ChainParams, MAX_BLOCK_BYTES } from './ledger/params.js'
import { RuleRefusal, refusingWithin } from './ledger/rule-refusal.js'
import { Mempool, type MempoolEntry } from './mempool.js'
import { TransactionIndex } from './transaction-index.js'
import { type Block, type BlockTransaction, NO_HASH, sealBlock } from './wire/block.js'
import { blockReward, type Mint } from './wire/block-reward.js'
import { type ParsedTransaction, parseTransaction } from './wire/parse-transaction.js'

/**
 * The chain itself: blocks, ledger and mempool, moved only by the calls below and by nothing else, so that the same
 * calls give the same chain. It tells each change as a record; writing records down, time and HTTP are elsewhere.
 */

/** A block is committed when its grandchild is there. */
const COMMIT_DEPTH = 2

export type Recorder = (record: ChainRecord) => void

export interface Submission {
  id: string
  /** What a node says instead of yes. The transaction may have been taken all the same. */
  refusal: string | null
}

export class LocalChain {
  readonly ledger = new Ledger()
  readonly mempool = new Mempool()
  readonly index = new TransactionIndex()
  readonly #blocks: Block[] = []
  readonly #heights = new Map<string, number>()

  /** Begins with block 0, committed, which pays the mints. */
  constructor(
    readonly params: ChainParams,
    genesis: { timestampNanos: bigint; mints: readonly Mint[] },
    private readonly record: Recorder,
  ) {
    this.#append(genesis.timestampNanos, [], genesis.mints)
  }

  get tip(): Block {
    return this.#blocks[this.#blocks.length - 1] as Block
  }

  get committedTip(): Block {
    return this.#blocks[Math.max(0, this.tip.height - COMMIT_DEPTH)] as Block
  }

  blockAt(height: number): Block | undefined {
    return this.#blocks[height]
  }

  blockByHash(hash: string): Block | undefined {
    const height = this.#heights.get(hash)
    return height === undefined ? undefined : this.#blocks[height]
  }

  /** Whether anything that somebody sent is not committed yet. */
  get hasUncommittedWork(): boolean {
    if (this.mempool.size > 0) return true
    return this.#blocks.slice(this.committedTip.height + 1).some(holdsWork)
  }

  /** Takes a transaction into the mempool, or says why not. Throws RuleRefusal with what stands before a rule. */
  submit(parsed: ParsedTransaction): Submission {
    const candidate = admit(parsed, {
      mempool: this.mempool,
      ledger: this.ledger,
      params: this.params,
      tipHeight: this.tip.height,
    })
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

  /** Makes a block of what waits, in order of arrival, and pays the mints in it. */
  mine(timestampNanos: bigint, mints: readonly Mint[] = []): Block {
    this.#undoMempool()
    const block = this.#append(timestampNanos, this.#fillBlock(), mints)
    this.#redoMempool()
    this.record({
      kind: 'block',
      timestampNanos: block.timestampNanos.toString(),
      ids: block.transactions.slice(1).map(({ id }) => id),
      mints: mints.map(({ account, nanos }) => [account, nanos.toString()]),
      hash: block.hash,
    })
    return block
  }

  /** Does what a record says. Throws where the chain does not come out as it was. */
  replay(record: ChainRecord): void {
    if (record.kind === 'transaction') this.#replayTransaction(record.raw)
    if (record.kind === 'drop') this.#replayDrop(record.id)
    if (record.kind === 'block') this.#replayBlock(record)
  }

  #replace(replaced: MempoolEntry): void {
    this.#undoMempool()
    this.mempool.remove(replaced)
    this.#redoMempool()
  }

  /** Null: connected, on top of the mempool. */
  #tryConnect({ transaction, id }: BlockTransaction, verifySignature: boolean): string | null {
    const { ledger, params } = this
    try {
      connectTransaction({ ledger, params, transaction, id, height: this.tip.height + 1, verifySignature })
      return null
    } catch (error) {
      if (error instanceof RuleRefusal) return error.text
      throw error
    }
  }

  #undoMempool(): void {
    this.ledger.undo.rollBack(0)
  }

  /** What no longer connects leaves the mempool. */
  #redoMempool(): void {
    for (const entry of this.mempool.entries()) {
      const failure = this.#tryConnect(entry, false)
      if (failure !== null) this.#evict(entry, failure)
    }
  }

  #evict(entry: MempoolEntry, failure: string): void {
    this.mempool.remove(entry)
    this.mempool.rememberRefusal(entry.id, failure)
  }

  #fillBlock(): MempoolEntry[] {
    const chosen: MempoolEntry[] = []
    let bytes = 0
    for (const entry of this.mempool.entries()) {
      bytes += entry.raw.length
      if (chosen.length > 0 && bytes > MAX_BLOCK_BYTES) break
      const failure = this.#tryConnect(entry, false)
      if (failure === null) chosen.push(entry)
      else this.#evict(entry, failure)
    }
    return chosen
  }

  /** The ledger has the entries already; they leave the mempool. */
  #append(timestampNanos: bigint, entries: readonly MempoolEntry[], mints: readonly Mint[]): Block {
    const previous = this.#blocks.at(-1)
    const height = previous ? previous.height + 1 : 0
    const previousHash = previous?.hash ?? NO_HASH
    const reward = blockReward(previousHash, height, mints)
    connectBlockReward(this.ledger, reward.transaction)
    this.ledger.undo.forget()
    for (const entry of entries) this.mempool.remove(entry)
    const transactions = [reward, ...entries.map(({ id, raw, transaction }) => ({ id, raw, transaction }))]
    const block = sealBlock({
      height,
      previousHash,
      timestampNanos: risingTime(timestampNanos, previous),
      transactions,
    })
    const committedBefore = previous ? this.committedTip.height : -1
    this.#blocks.push(block)
    this.#heights.set(block.hash, height)
    for (let next = committedBefore + 1; next <= this.committedTip.height; next += 1) {
      this.index.add(this.#blocks[next] as Block)
    }
    return block
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

/** Users' transactions, or money made. */
function holdsWork({ transactions }: Block): boolean {
  return transactions.length > 1 || (transactions[0]?.transaction.outputs.length ?? 0) > 1
}

/** Block times rise, whatever the clock does. */
function risingTime(timestampNanos: bigint, previous: Block | undefined): bigint {
  return previous && timestampNanos <= previous.timestampNanos ? previous.timestampNanos + 1n : timestampNanos
}
