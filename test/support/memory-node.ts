import { bytesToHex } from '@noble/hashes/utils.js'
import type { Clock } from '../../src/clock.js'
import { Deadline } from '../../src/deso/deadline.js'
import { FleetCalls } from '../../src/deso/fleet-calls.js'
import { FleetMember } from '../../src/deso/fleet-member.js'
import { FleetMembers } from '../../src/deso/fleet-members.js'
import { merkleRootOf } from '../../src/deso/merkle-root.js'
import type {
  NodeAssociation,
  NodeBlock,
  NodeBlockHeader,
  NodeQueries,
  NodeTip,
} from '../../src/deso/node.js'
import { NodeRuleError } from '../../src/deso/rule-errors.js'
import { sha256d } from '../../src/deso/signature.js'
import { NodeUnavailableError } from '../../src/errors.js'

/** A DeSo node in memory, for tests of how several answer as one. It can die, lag, and lie. */
export class MemoryNode {
  /** Its committed tip; it has two blocks more. */
  tip = 100
  isDown = false
  hasTxindex = true
  /** Another chain from this height on. */
  branch: { from: number; name: string } = { from: 0, name: 'main' }
  /** What blocks hold beside their reward. */
  readonly transactions = new Map<number, Uint8Array[]>()
  entries: NodeAssociation[] = []
  mempool = new Map<string, string>()
  readonly asked: string[] = []

  hashOf(height: number): string {
    const name = height >= this.branch.from ? this.branch.name : 'main'
    return bytesToHex(sha256d(Buffer.from(`${name} ${height}`)))
  }

  tipNow(): NodeTip {
    return { height: this.tip, hash: this.hashOf(this.tip) }
  }

  header = (height: number): NodeBlockHeader => this.headerOf(height)

  headerOf(height: number): NodeBlockHeader {
    const merkleRoot = bytesToHex(merkleRootOf(this.raws(height).map(sha256d)))
    const previousHash = this.hashOf(height - 1)
    const timestampNanos = BigInt(height) * 1_000_000_000n
    return { height, hash: this.hashOf(height), previousHash, merkleRoot, timestampNanos }
  }

  private raws(height: number): Uint8Array[] {
    return [Buffer.from(`reward ${height}`), ...(this.transactions.get(height) ?? [])]
  }

  private heightOf(at: { height: number } | { hash: string }): number | null {
    const heights = Array.from({ length: this.tip + 3 }, (_, height) => height)
    const found = 'height' in at ? at.height : heights.find((height) => this.hashOf(height) === at.hash)
    return found === undefined || found > this.tip + 2 ? null : found
  }

  private async ask(question: string): Promise<void> {
    this.asked.push(question)
    if (this.isDown) throw new NodeUnavailableError('down')
  }

  readonly queries = {
    committedTip: async () => {
      await this.ask('tip')
      return this.tipNow()
    },
    constructionParams: async () => {
      await this.ask('params')
      return { feeRateNanosPerKb: 100n, tipHeight: this.tip + 2 }
    },
    blockHeader: async (at: { height: number } | { hash: string }) => {
      await this.ask('header')
      const height = this.heightOf(at)
      return height === null ? null : this.header(height)
    },
    block: async (at: { height: number } | { hash: string }): Promise<NodeBlock | null> => {
      await this.ask('block')
      if (!this.hasTxindex) throw new NodeUnavailableError('dropped')
      const height = this.heightOf(at)
      return height === null ? null : { ...this.header(height), rawTransactions: this.raws(height) }
    },
    userAssociations: async () => {
      await this.ask('entries')
      return this.entries
    },
    transactionInfo: async (id: string) => {
      await this.ask('transaction')
      if (!this.hasTxindex) throw new NodeRuleError('no index', 'no index', 'NO_TXINDEX')
      const rawHex = this.mempool.get(id)
      return rawHex === undefined ? null : { rawHex, blockHash: null }
    },
  } as unknown as NodeQueries
}

export class ManualClock implements Clock {
  time = 1_000_000
  now = () => this.time
  sleep = () => Promise.resolve()
}

export interface MemoryFleet {
  nodes: MemoryNode[]
  members: FleetMembers
  calls: FleetCalls
  clock: ManualClock
  /** In the order of `nodes`. */
  member(index: number): FleetMember
}

export function memoryFleet(count: number): MemoryFleet {
  const clock = new ManualClock()
  const nodes = Array.from({ length: count }, () => new MemoryNode())
  const all = nodes.map(({ queries }, index) => new FleetMember(`http://node-${index}`, queries))
  const members = new FleetMembers(all, clock)
  const calls = new FleetCalls(members)
  return { nodes, members, calls, clock, member: (index) => all[index] as FleetMember }
}

/** Time enough. */
export function call(signal?: AbortSignal): { deadline: Deadline; signal: AbortSignal | undefined } {
  return { deadline: new Deadline(10_000), signal }
}
