import type { BlockRef, ChainReader, CommittedBlock, RecordLookup, RecordRef } from '../../src/deso/chain.js'
import { decodeTransaction, encodeTransaction } from '../../src/deso/codec.js'
import { type PublicKey, publicKeyFromBytes } from '../../src/deso/keys.js'
import type { DesoNode, NodeAssociation, NodeProfile } from '../../src/deso/node.js'
import { NodeRuleError, type RuleKind } from '../../src/deso/rule-errors.js'
import { transactionId } from '../../src/deso/signature.js'
import type { Transaction } from '../../src/deso/transaction.js'
import { NodeUnavailableError } from '../../src/errors.js'

interface Entry {
  id: string
  hex: string
  transaction: Transaction
}

interface Block extends BlockRef {
  entries: Entry[]
}

/** What happens to the next submit: its answer is lost before or after it has arrived, or another refusal. */
type Fault = 'LOST_ON_THE_WAY' | 'ANSWER_LOST' | { rule: string; kind: RuleKind }

const COMMIT_DELAY = 2
const TIME_0 = 1_700_000_000

/**
 * A DeSo chain in memory for the rules that submits meet: nonces, replacement, balances, the cache of refused bytes,
 * the limbo between mempool and commit. A block is made when a test says so. Not a node: see src/devchain.
 */
export class FakeChain {
  readonly balances = new Map<string, bigint>()
  readonly profiles = new Map<string, NodeProfile>()
  readonly associations = new Map<string, NodeAssociation>()
  readonly submitted: string[] = []
  readonly faults: Fault[] = []
  isDown = false
  /** Does the index tell of committed transactions? */
  isIndexed = true
  networkWindow = 0
  feeRate = 1_000n
  createProfileFeeNanos = 0n
  maxTxnSizeBytes = 25_000
  blocksRead = 0
  mempool: Entry[] = []
  private readonly blocks: Block[] = []
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

  readonly node = {
    committedTip: async () => this.refOf(this.committedHeight),
    constructionParams: async () => this.up({ feeRateNanosPerKb: this.feeRate, tipHeight: this.tip }),
    globalParams: async () =>
      this.up({
        minimumNetworkFeeNanosPerKb: 0n,
        maxNonceExpirationBlockHeightOffset: this.networkWindow,
        createProfileFeeNanos: this.createProfileFeeNanos,
        maxTxnSizeBytes: this.maxTxnSizeBytes,
      }),
    users: async (keys: readonly PublicKey[]) =>
      this.up(
        keys.map((publicKey) => ({
          publicKey,
          balanceNanos: this.balances.get(publicKey) ?? 0n,
          profile: this.profiles.get(publicKey) ?? null,
        })),
      ),
    userByUsername: async (username: string) => {
      const isIt = ([, profile]: [string, NodeProfile]) =>
        profile.username.toLowerCase() === username.toLowerCase()
      const found = [...this.profiles].find(isIt)
      return this.up(found ? { publicKey: found[0] as PublicKey } : null)
    },
    userAssociation: async (id: string) =>
      this.up([...this.associations.values()].find((each) => each.id === id) ?? null),
    block: async (at: { height: number }) => {
      const block = this.blocks[at.height]
      const rawTransactions = block?.entries.map(({ hex }) => Buffer.from(hex, 'hex')) ?? []
      return this.up(block ? { ...block, previousHash: '', timestampNanos: 0n, rawTransactions } : null)
    },
    blockHeader: async (at: { hash: string }) => {
      const block = this.blocks.find(({ hash }) => hash === at.hash)
      return this.up(
        block ? { ...block, previousHash: '', timestampNanos: BigInt(block.time) * 1_000_000_000n } : null,
      )
    },
    transactionInfo: async (id: string) => {
      const waiting = this.mempool.find((entry) => entry.id === id)
      if (waiting) return this.up({ rawHex: waiting.hex, blockHash: null })
      const block = this.blocks.find(
        ({ entries, height }) => height <= this.committedHeight && entries.some((each) => each.id === id),
      )
      const entry = this.isIndexed ? block?.entries.find((each) => each.id === id) : undefined
      return this.up(block && entry ? { rawHex: entry.hex, blockHash: block.hash } : null)
    },
    submit: async (hex: string) => {
      this.up(null)
      this.submitted.push(hex)
      const fault = this.faults.shift()
      if (fault === 'LOST_ON_THE_WAY') throw new NodeUnavailableError('reset before it arrived')
      if (typeof fault === 'object') throw refusal(fault.rule, fault.kind)
      const id = this.submit(hex)
      if (fault === 'ANSWER_LOST') throw new NodeUnavailableError('reset after it arrived')
      return { id }
    },
  } satisfies Partial<DesoNode> as unknown as DesoNode

  readonly reader: ChainReader = {
    committedTip: async () => this.refOf(this.committedHeight),
    freshCommittedTip: async () => this.refOf(this.committedHeight),
    lookUp: async (ref) => this.up(this.lookUp(ref)),
    committedBlock: async (height) => {
      this.blocksRead += 1
      const block = this.blocks[height]
      if (!block || height > this.committedHeight) throw new RangeError(`block ${height} is not committed`)
      return this.up({ ...this.refOf(height), transactions: listed(block) })
    },
  }

  private up<T>(answer: T): T {
    if (this.isDown) throw new NodeUnavailableError('down')
    return answer
  }

  private refOf(height: number): BlockRef {
    const { hash, time } = this.up(this.blocks[height] ?? { hash: '', time: 0 })
    return { height, hash, time }
  }

  private lookUp({ height, id }: RecordRef): RecordLookup {
    if (height > this.committedHeight) return { kind: 'uncommitted' }
    const indexInBlock = this.blocks[height]?.entries.findIndex((entry) => entry.id === id) ?? -1
    const entry = this.blocks[height]?.entries[indexInBlock]
    if (!entry) return { kind: 'absent' }
    const record = { id, block: this.refOf(height), indexInBlock, transaction: entry.transaction }
    return { kind: 'committed', record }
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

function listed(block: Block): CommittedBlock['transactions'] {
  return block.entries.map(({ id, hex }) => ({ id, bytes: Buffer.from(hex, 'hex') }))
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

function refusal(rule: string, kind: RuleKind): NodeRuleError {
  return new NodeRuleError(rule, `SubmitTransaction: ${rule}`, kind)
}
