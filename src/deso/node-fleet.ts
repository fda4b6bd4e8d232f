import type { Clock } from '../clock.js'
import { AgreedTip } from './agreed-tip.js'
import { BlockWitness } from './block-witness.js'
import { Deadline } from './deadline.js'
import { EntryJudge } from './entry-judge.js'
import { type FleetCallOptions, FleetCalls, type NodeQuestion } from './fleet-calls.js'
import { FleetMember } from './fleet-member.js'
import { FleetMembers, type NodeUse } from './fleet-members.js'
import { FleetSubmit } from './fleet-submit.js'
import { FleetWatch, type StateObserver } from './fleet-watch.js'
import { COMMITTED_TIP_PATH, HttpNode } from './http-node.js'
import type { TransportOptions } from './http-transport.js'
import type { Network, PublicKey } from './keys.js'
import type {
  AssociationQuery,
  CallOptions,
  DesoNode,
  GlobalParams,
  NodeAssociation,
  NodeBlock,
  NodeBlockHeader,
  NodeHealth,
  NodePost,
  NodeQueries,
  NodeTip,
  NodeUser,
} from './node.js'
import { NodeRuleError } from './rule-errors.js'
import { SecondOpinion } from './second-opinion.js'
import { SharedAssociations } from './shared-associations.js'
import { SharedReads } from './shared-reads.js'

export interface NodeFleetOptions {
  /** Base URLs, the preferred first; a path is kept as a prefix. */
  urls: readonly string[]
  network: Network
  /** Given: a node that says that it is on another is not used. */
  onlyNetwork?: Network
  clock: Clock
  /** The whole of a read, all nodes together. Default 10 s. */
  readTimeoutMs?: number
  /** Default 30 s. */
  submitTimeoutMs?: number
  /** Told of every request to every node, also of those that fail. */
  observe?: TransportOptions['observe']
  onChange?: StateObserver
}

/**
 * One DeSo node, or several that answer as one: reads go to the fastest that keeps up, and over to the next on a fault; what
 * decides about money and access is what two of them say (agreed-tip.ts, block-witness.ts, second-opinion.ts). docs/operations.md
 * says what that is good against. It knows no record and no account.
 */
export function createNodeFleet(options: NodeFleetOptions): DesoNode {
  return new NodeFleet(options)
}

class NodeFleet implements DesoNode {
  private readonly nodes: readonly HttpNode[]
  private readonly members: FleetMembers
  private readonly calls: FleetCalls
  private readonly watch: FleetWatch
  private readonly tips: AgreedTip
  private readonly witness: BlockWitness
  private readonly opinions: SecondOpinion
  private readonly submits: FleetSubmit
  private readonly readTimeoutMs: number
  private readonly usersRead = new SharedReads<NodeUser[]>()
  private readonly associations = new SharedAssociations((...call) => this.readAssociations(...call))
  private readonly postsRead = new SharedReads<NodePost[]>()

  constructor(options: NodeFleetOptions) {
    const { clock, network, onChange, readTimeoutMs = 10_000, submitTimeoutMs = 30_000 } = options
    const members = membersOf(options)
    this.nodes = members.map(({ node }) => node)
    this.members = new FleetMembers(
      members.map(({ member }) => member),
      clock,
    )
    this.calls = new FleetCalls(this.members)
    this.watch = new FleetWatch(this.members, this.calls, clock, onChange)
    this.tips = new AgreedTip(this.members, this.calls, clock, () => this.watch.probe())
    this.witness = new BlockWitness(this.members, this.calls)
    const judge = new EntryJudge(this.members, this.calls, (height, call) => this.blockAt({ height }, call))
    this.opinions = new SecondOpinion(this.members, this.calls, judge)
    this.submits = new FleetSubmit(this.members, this.calls, { network, timeoutMs: submitTimeoutMs })
    this.readTimeoutMs = readTimeoutMs
  }

  async committedTip(options: CallOptions = {}): Promise<NodeTip> {
    if (this.members.isAlone || options.affinity?.url !== undefined) {
      return this.read('view', options, (node, each) => node.committedTip(each))
    }
    const tip = await this.tips.agree(await this.begin(options))
    const [best] = [...this.members.fit('blocks'), ...this.members.fit('view')]
    if (options.affinity && best) options.affinity.url = best.url
    return tip
  }

  constructionParams(options?: CallOptions) {
    return this.read('view', options, (node, each) => node.constructionParams(each))
  }

  globalParams(options?: CallOptions): Promise<GlobalParams> {
    return this.read('view', options, (node, each) => node.globalParams(each))
  }

  usdCentsPerDeso(options?: CallOptions): Promise<number | null> {
    return this.read('view', options, (node, each) => node.usdCentsPerDeso(each))
  }

  async users(keys: readonly PublicKey[], options: CallOptions = {}): Promise<NodeUser[]> {
    if (keys.length === 0) return []
    const account = keys.find((key) => this.members.wroteAt(key) !== undefined)
    const read = (each: CallOptions) => this.read('view', each, (node, one) => node.users(keys, one), account)
    if (options.affinity) return read(options)
    return this.usersRead.read(keys.join(), (signal) => read({ signal }), options.signal)
  }

  userByUsername(username: string, options?: CallOptions) {
    return this.read('view', options, (node, each) => node.userByUsername(username, each))
  }

  posts(hashes: readonly string[], options?: CallOptions): Promise<Map<string, NodePost>> {
    return this.read('view', options, (node, each) => node.posts(hashes, each))
  }

  async postsOf(key: PublicKey, page: { after?: string; limit: number }, options: CallOptions = {}) {
    if (page.limit <= 0) return []
    const read = (each: CallOptions) =>
      this.read('view', each, (node, one) => node.postsOf(key, page, one), key)
    const question = `${key}:${page.limit}:${page.after ?? ''}`
    if (options.affinity) return read(options)
    return this.postsRead.read(question, (signal) => read({ signal }), options.signal)
  }

  userAssociations(query: AssociationQuery, options: CallOptions = {}): Promise<NodeAssociation[]> {
    return this.associations.ask(query, options)
  }

  private async readAssociations(query: AssociationQuery, options: CallOptions): Promise<NodeAssociation[]> {
    if (!this.members.isAlone && options.affinity?.url === undefined) {
      const settled = await this.opinions.ask(query, await this.begin(options))
      if (settled !== null) return settled
    }
    return this.read('view', options, (node, each) => node.userAssociations(query, each), query.transactor)
  }

  userAssociation(id: string, options?: CallOptions): Promise<NodeAssociation | null> {
    return this.read('view', options, (node, each) => node.userAssociation(id, each))
  }

  async block(
    at: { height: number } | { hash: string },
    options: CallOptions = {},
  ): Promise<NodeBlock | null> {
    return this.blockAt(at, await this.begin(options))
  }

  async blockHeader(
    at: { height: number } | { hash: string },
    options: CallOptions = {},
  ): Promise<NodeBlockHeader | null> {
    return this.confirmed('view', (node, each) => node.blockHeader(at, each), await this.begin(options))
  }

  async transactionInfo(id: string, options?: CallOptions) {
    try {
      return await this.read('blocks', options, (node, each) => node.transactionInfo(id, each))
    } catch (error) {
      // A node that keeps no index finds none; that proves nothing, as ever.
      if (error instanceof NodeRuleError && error.kind === 'NO_TXINDEX') return null
      throw error
    }
  }

  async submit(signedHex: string, { signal }: CallOptions = {}): Promise<{ id: string }> {
    await this.watch.ready(signal)
    return this.submits.send(signedHex, signal)
  }

  perNode(): readonly NodeQueries[] {
    const best = this.members.candidates('view')
    const others = this.members.all.filter((member) => !member.isOfOtherNetwork && !best.includes(member))
    return [...best, ...others].map(({ node }) => node)
  }

  health({ signal }: CallOptions = {}): Promise<readonly NodeHealth[]> {
    return this.watch.health(signal)
  }

  async close(): Promise<void> {
    this.watch.close()
    await Promise.all(this.nodes.map((node) => node.close()))
  }

  private async read<T>(
    use: NodeUse,
    options: CallOptions | undefined,
    question: NodeQuestion<T>,
    account?: PublicKey,
  ): Promise<T> {
    const call = await this.begin(options)
    return (await this.calls.first(use, question, { ...call, account })).value
  }

  private async begin({ signal, affinity, timeoutMs }: CallOptions = {}): Promise<FleetCallOptions> {
    const deadline = new Deadline(Math.min(timeoutMs ?? this.readTimeoutMs, this.readTimeoutMs))
    await this.watch.ready(signal)
    return { signal, affinity, deadline }
  }

  private blockAt(at: { height: number } | { hash: string }, call: FleetCallOptions) {
    return this.confirmed('blocks', (node, each) => node.block(at, each), call)
  }

  /** A node that most contradict is asked no more, so that this ends. */
  private async confirmed<T extends NodeBlockHeader>(
    use: NodeUse,
    question: NodeQuestion<T | null>,
    call: FleetCallOptions,
  ): Promise<T | null> {
    const { value, member } = await this.calls.first(use, question, call)
    if (value === null || (await this.witness.confirms(value, member, call))) return value
    if (call.affinity) delete call.affinity.url
    return this.confirmed(use, question, call)
  }
}

function membersOf({ urls, network, onlyNetwork, clock, observe }: NodeFleetOptions) {
  const plain = [...new Set(urls.map((url) => url.replace(/\/+$/, '')))]
  return plain.map((url) => {
    const node = new HttpNode({
      url,
      network,
      onlyNetwork,
      clock,
      observe: (request) => {
        const { endpoint, outcome, seconds } = request
        if (endpoint === COMMITTED_TIP_PATH && outcome === 'OK') member.latency.measured(seconds * 1000)
        observe?.(request)
      },
    })
    const member = new FleetMember(url, node)
    return { node, member }
  })
}
