import type { BlockRef, ChainReader, CommittedBlock, RecordLookup, RecordRef } from '../../src/deso/chain.js'
import type { PublicKey } from '../../src/deso/keys.js'
import type { DesoNode, NodeProfile } from '../../src/deso/node.js'
import type { RuleKind } from '../../src/deso/rule-errors.js'
import { NodeUnavailableError } from '../../src/errors.js'
import { type Block, FakeLedger, refusal } from './fake-ledger.js'

/** What happens to the next submit: its answer is lost before or after it has arrived, or another refusal. */
type Fault = 'LOST_ON_THE_WAY' | 'ANSWER_LOST' | { rule: string; kind: RuleKind }

/** A DeSo node in memory as the gateway asks one, with what can go wrong on the way. For a real one: src/devchain. */
export class FakeChain extends FakeLedger {
  /** What came to the node, faults included. */
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

  readonly node: DesoNode = {
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
      return this.up(
        block ? { ...block, previousHash: '', merkleRoot: '', timestampNanos: 0n, rawTransactions } : null,
      )
    },
    blockHeader: async (at: { hash: string }) => {
      const block = this.blocks.find(({ hash }) => hash === at.hash)
      return this.up(
        block
          ? {
              ...block,
              previousHash: '',
              merkleRoot: '',
              timestampNanos: BigInt(block.time) * 1_000_000_000n,
            }
          : null,
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
    perNode: () => [this.node],
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
}

function listed(block: Block): CommittedBlock['transactions'] {
  return block.entries.map(({ id, hex }) => ({ id, bytes: Buffer.from(hex, 'hex') }))
}
