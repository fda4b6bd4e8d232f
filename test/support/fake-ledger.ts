import type { BlockRef } from '../../src/deso/chain.js'
import { decodeTransaction, encodeTransaction } from '../../src/deso/codec.js'
import { type PublicKey, publicKeyFromBytes } from '../../src/deso/keys.js'
import type { NodeAssociation, NodeProfile } from '../../src/deso/node.js'
import { NodeRuleError, type RuleKind } from '../../src/deso/rule-errors.js'
import { transactionId } from '../../src/deso/signature.js'
import type { Transaction } from '../../src/deso/transaction.js'

interface Entry {
  id: string
  hex: string
  transaction: Transaction
}

export interface Block extends BlockRef {
  entries: Entry[]
}

const COMMIT_DELAY = 2
const TIME_0 = 1_700_000_000

/**
 * The rules that submits meet, in memory: nonces, replacement, balances, the cache of refused bytes, the limbo between
 * mempool and commit. A block is made when a test says so.
 */
export class FakeLedger {
  readonly balances = new Map<string, bigint>()
  readonly profiles = new Map<string, NodeProfile>()
  readonly associations = new Map<string, NodeAssociation>()
  mempool: Entry[] = []
  protected readonly blocks: Block[] = []
  private readonly refused = new Map<string, NodeRuleError>()

  constructor(height = 10) {
    this.mine(height + 1)
  }

  get tip(): number {
    return this.blocks.length - 1
  }

  get committedHeight(): number {
    return Math.max(0, this.tip - COMMIT_DELAY)
  }

  /** The first block takes the mempool. */
  mine(blocks = 1): void {
    for (let left = blocks; left > 0; left -= 1) {
      const height = this.blocks.length
      const hash = height.toString(16).padStart(64, 'b')
      this.blocks.push({ height, hash, time: TIME_0 + height, entries: this.mempool })
      this.mempool = []
    }
  }

  /** Until all that waits is committed. */
  commit(): void {
    this.mine(COMMIT_DELAY + 1)
  }

  fund(key: PublicKey, nanos: bigint): void {
    this.balances.set(key, (this.balances.get(key) ?? 0n) + nanos)
  }

  /** Ids of all that any block holds, in order. */
  get minedIds(): string[] {
    return this.blocks.flatMap(({ entries }) => entries.map(({ id }) => id))
  }

  /** As if by another way than the gateway. */
  submit(hex: string): string {
    const transaction = decodeTransaction(Buffer.from(hex, 'hex'))
    const id = transactionId(Buffer.from(hex, 'hex'))
    const earlier = this.refused.get(id)
    if (transaction.nonce.expirationBlockHeight <= BigInt(this.tip))
      throw refusal('RuleErrorNonceExpired', 'NONCE_EXPIRED')
    if (this.isNonceMined(transaction)) throw refusal('RuleErrorReusedNonce', 'REUSED_NONCE')
    if (earlier) throw earlier
    if (this.mempool.some((entry) => entry.id === id))
      throw refusal('already in mempool', 'ALREADY_IN_MEMPOOL')
    this.replace(transaction)
    try {
      this.spend(transaction)
    } catch (error) {
      if (error instanceof NodeRuleError) this.refused.set(id, error)
      throw error
    }
    this.mempool.push({ id, hex, transaction })
    this.showAssociation(id, transaction)
    return id
  }

  private isNonceMined(transaction: Transaction): boolean {
    return this.blocks.some(({ entries }) =>
      entries.some((entry) => hasSameNonce(entry.transaction, transaction)),
    )
  }

  private replace(transaction: Transaction): void {
    const rival = this.mempool.find((entry) => hasSameNonce(entry.transaction, transaction))
    if (!rival) return
    if (feeRateOf(transaction) < feeRateOf(rival.transaction)) {
      throw refusal('MempoolFailedReplaceByHigherFee', 'NONCE_IN_MEMPOOL')
    }
    this.mempool = this.mempool.filter((entry) => entry !== rival)
    this.move(rival.transaction, -1n)
  }

  private spend(transaction: Transaction): void {
    const required = transaction.outputs.reduce(
      (sum, { amountNanos }) => sum + amountNanos,
      transaction.feeNanos,
    )
    const available = this.balances.get(keyOf(transaction.publicKey)) ?? 0n
    if (available < required) {
      throw new NodeRuleError(
        'RuleErrorInsufficientBalance',
        'SubmitTransaction: too poor',
        'INSUFFICIENT_BALANCE',
        {
          required,
          available,
        },
      )
    }
    this.move(transaction, 1n)
  }

  private move({ publicKey, outputs, feeNanos }: Transaction, sign: 1n | -1n): void {
    const add = (key: Uint8Array, nanos: bigint) => {
      this.balances.set(keyOf(key), (this.balances.get(keyOf(key)) ?? 0n) + nanos * sign)
    }
    add(publicKey, -feeNanos)
    for (const output of outputs) {
      add(publicKey, -output.amountNanos)
      add(output.publicKey, output.amountNanos)
    }
  }

  private showAssociation(id: string, transaction: Transaction): void {
    const { metadata } = transaction
    if (metadata.type !== 'CREATE_USER_ASSOCIATION') return
    const [type, value] = [metadata.associationType, metadata.associationValue].map((bytes) =>
      Buffer.from(bytes).toString(),
    )
    const transactor = keyOf(transaction.publicKey)
    const target = keyOf(metadata.targetPublicKey)
    const extraData = new Map(
      [...transaction.extraData].map(([key, bytes]) => [key, Buffer.from(bytes).toString()]),
    )
    this.associations.set(`${transactor}:${target}:${type}:${value}`, {
      id,
      transactor,
      target,
      isAppZero: true,
      type: type ?? '',
      value: value ?? '',
      extraData,
      blockHeight: this.tip + 1,
    })
  }
}

function hasSameNonce(one: Transaction, other: Transaction): boolean {
  return (
    Buffer.compare(one.publicKey, other.publicKey) === 0 &&
    one.nonce.partialId === other.nonce.partialId &&
    one.nonce.expirationBlockHeight === other.nonce.expirationBlockHeight
  )
}

/** Nanos per 1,000,000 bytes. */
function feeRateOf(transaction: Transaction): bigint {
  return (transaction.feeNanos * 1_000_000n) / BigInt(encodeTransaction(transaction).length)
}

function keyOf(bytes: Uint8Array): PublicKey {
  return publicKeyFromBytes(bytes, 'testnet')
}

export function refusal(rule: string, kind: RuleKind): NodeRuleError {
  return new NodeRuleError(rule, `SubmitTransaction: ${rule}`, kind)
}
