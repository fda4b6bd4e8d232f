import type { BlockRef, CommittedTransaction, RecordLookup, RecordRef } from '../../src/deso/chain.js'
import type { Transaction } from '../../src/deso/transaction.js'
import type { EntryHead, Walk } from '../../src/protocol/walk.js'

/** A committed chain in memory, as the walks meet one. Ids are made up: 64 digits, unique. */
export class RecordChain {
  private readonly records = new Map<string, CommittedTransaction>()
  private block: BlockRef = { height: 0, hash: hashOf(0), time: 0 }
  private indexInBlock = 0
  private lastId = 0

  newId(): string {
    this.lastId += 1
    return this.lastId.toString(16).padStart(64, '0')
  }

  newBlock(time: number): BlockRef {
    const height = this.block.height + 1
    this.block = { height, hash: hashOf(height), time }
    this.indexInBlock = 0
    return this.block
  }

  /** Into the present block. */
  put(transaction: Transaction, id = this.newId()): CommittedTransaction {
    this.indexInBlock += 1
    const record = { id, block: this.block, indexInBlock: this.indexInBlock, transaction }
    this.records.set(`${this.block.height}:${id}`, record)
    return record
  }

  mine(time: number, transaction: Transaction): CommittedTransaction {
    this.newBlock(time)
    return this.put(transaction)
  }

  get tip(): BlockRef {
    return this.block
  }

  lookUp(ref: RecordRef): RecordLookup {
    const record = this.records.get(`${ref.height}:${ref.id}`)
    if (record) return { kind: 'committed', record }
    return ref.height > this.block.height ? { kind: 'uncommitted' } : { kind: 'absent' }
  }

  run<T>(walk: Walk<T>): T {
    let step = walk.next()
    while (!step.done) step = walk.next(this.lookUp(step.value))
    return step.value
  }
}

export function key(seed: number): Uint8Array {
  return Uint8Array.from({ length: 33 }, (_, i) => (i === 0 ? 2 : seed))
}

export function entryOf(record: CommittedTransaction): EntryHead {
  return { ref: { height: record.block.height, id: record.id }, prev: null }
}

/** An unsigned transaction with what the records do not care about. */
export function transactionOf(
  parts: Pick<Transaction, 'metadata' | 'publicKey'> & Partial<Pick<Transaction, 'outputs' | 'extraData'>>,
): Transaction {
  return {
    outputs: [],
    extraData: new Map(),
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: 1_000n,
    nonce: { expirationBlockHeight: 1n, partialId: 1n },
    ...parts,
  }
}

/** The same transaction with other ExtraData; null takes a key away. */
export function withExtraData(transaction: Transaction, changes: Record<string, string | null>): Transaction {
  const extraData = new Map(transaction.extraData)
  for (const [name, text] of Object.entries(changes)) {
    if (text === null) extraData.delete(name)
    else extraData.set(name, new TextEncoder().encode(text))
  }
  return { ...transaction, extraData }
}

function hashOf(height: number): string {
  return height.toString(16).padStart(64, 'b')
}
