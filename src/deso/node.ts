import type { PublicKey } from './keys.js'

/**
 * What is asked of a DeSo node. `http-node.ts` speaks it over REST. Every call has a deadline of its own, takes an
 * AbortSignal, caps what it reads, and fails only with NodeUnavailableError (no usable answer) or NodeRuleError (the node
 * answered, and refused). Amounts are bigint; nothing passes through a JS number.
 */
export interface NodeQueries {
  /** GET get-committed-tip-block-info */
  committedTip(options?: CallOptions): Promise<NodeTip>
  /** POST txn-construction-params: the fee rate in nanos per 1,000 bytes, and the height of the (uncommitted) tip. */
  constructionParams(options?: CallOptions): Promise<{ feeRateNanosPerKb: bigint; tipHeight: number }>
  /** GET get-all-global-params */
  globalParams(options?: CallOptions): Promise<GlobalParams>
  /** GET get-exchange-rate: US cents per DESO, null when the node knows no price. */
  usdCentsPerDeso(options?: CallOptions): Promise<number | null>
  /** POST get-users-stateless, in the order asked. Balances are the node's view, mempool included. */
  users(keys: readonly PublicKey[], options?: CallOptions): Promise<NodeUser[]>
  /** POST get-single-profile by username (case-insensitive); null: unknown. */
  userByUsername(username: string, options?: CallOptions): Promise<{ publicKey: PublicKey } | null>
  /** POST get-posts-hashhexlist, at most 50 a request (more are split); missing ones are absent from the map. */
  posts(hashes: readonly string[], options?: CallOptions): Promise<Map<string, NodePost>>
  /** POST get-posts-for-public-key: one page, newest first by the author's timestamp. */
  postsOf(key: PublicKey, page: { after?: string; limit: number }, options?: CallOptions): Promise<NodePost[]>
  /** POST user-associations/query */
  userAssociations(query: AssociationQuery, options?: CallOptions): Promise<NodeAssociation[]>
  /** GET user-associations/{id}; null: the node shows none. */
  userAssociation(id: string, options?: CallOptions): Promise<NodeAssociation | null>
  /** POST /api/v1/block: null when the node has no block there. With `full`, the raw signed bytes of each transaction. */
  block(at: { height: number } | { hash: string }, options?: CallOptions): Promise<NodeBlock | null>
  blockHeader(
    at: { height: number } | { hash: string },
    options?: CallOptions,
  ): Promise<NodeBlockHeader | null>
  /** POST /api/v1/transaction-info by id: the index, then the mempool; null: in neither, which proves nothing. */
  transactionInfo(
    id: string,
    options?: CallOptions,
  ): Promise<{ rawHex: string; blockHash: string | null } | null>
  /** POST submit-transaction. Never retried. Resolves with the id that the node names. */
  submit(signedHex: string, options?: CallOptions): Promise<{ id: string }>
}

/**
 * The DeSo node of the gateway: one, or several that answer as one (node-fleet.ts). Of several, the committed tip, blocks
 * and the entry of an exact key are what two of them say, wherever two can be asked.
 */
export interface DesoNode extends NodeQueries {
  /** Each by itself, best first: for what has to be looked for on all. No other node checks what one of these says. */
  perNode(): readonly NodeQueries[]
  /** How each is found to be now, in the order listed. For /readyz. */
  health(options?: CallOptions): Promise<readonly NodeHealth[]>
  close(): Promise<void>
}

export interface NodeTip {
  height: number
  hash: string
}

/**
 * `ready`: it answers, keeps up and reads blocks; `unknown`: not asked yet; `no-blocks`: it runs without --txindex; `behind`:
 * below what was committed before; `disputed`: it has another block than most, or two disagree and there is no third; `false`:
 * caught in something that cannot be true.
 */
export type NodeState =
  | 'ready'
  | 'unknown'
  | 'no-blocks'
  | 'behind'
  | 'other-network'
  | 'disputed'
  | 'false'
  | 'down'

export interface NodeHealth {
  url: string
  state: NodeState
  /** The committed tip that it told last; null: none. */
  height: number | null
  /** Estimate, in milliseconds; null: not measured. */
  latencyMs: number | null
}

export interface CallOptions {
  signal?: AbortSignal | undefined
  /** Where several answers must fit together: reads that share one are all answered by one node, or fail. */
  affinity?: NodeAffinity | undefined
  /** Milliseconds for the whole call, where the node's own limit is not to be waited for. */
  timeoutMs?: number | undefined
  /** Find out anew which network the node is on, before anything else. */
  asksNetwork?: boolean | undefined
}

/** Starts as `{}`; the first read that is answered fills it, so that one is awaited before others share it. */
export interface NodeAffinity {
  url?: string
}

export interface GlobalParams {
  minimumNetworkFeeNanosPerKb: bigint
  /** 0: the node checks no upper limit. */
  maxNonceExpirationBlockHeightOffset: number
  createProfileFeeNanos: bigint
  maxTxnSizeBytes: number
}

export interface NodeUser {
  publicKey: PublicKey
  balanceNanos: bigint
  profile: NodeProfile | null
}

export interface NodeProfile {
  username: string
  description: string
  /** CoinEntry.CreatorBasisPoints: an update always sets it, so who edits anything else must repeat it. */
  creatorBasisPoints: bigint
  /** As for creatorBasisPoints. */
  isHidden: boolean
}

export interface NodePost {
  hash: string
  poster: PublicKey
  body: string
  timestampNanos: bigint
  isHidden: boolean
  extraData: ReadonlyMap<string, string>
  /** Of the block that first held it; provisional (tip + 1) while in no block. */
  confirmationBlockHeight: number
  inMempool: boolean
}

export interface AssociationQuery {
  transactor?: PublicKey
  target?: PublicKey
  /** Compared without case. */
  type: string
  value?: string
  /** Only where transactor, target, type and value are all given. 'zero': the key of no app. */
  app?: 'zero'
  lastSeenId?: string
  /** At most 100. */
  limit?: number
  /** From the end of the list on. */
  descending?: boolean
}

export interface NodeAssociation {
  id: string
  transactor: PublicKey
  target: PublicKey
  /** True for the zero app key: the record belongs to no single app. */
  isAppZero: boolean
  type: string
  value: string
  /** As the node writes it: keys that DeSo uses itself are no plain text (a `V` of "1" comes as "49"). */
  extraData: ReadonlyMap<string, string>
  /** Provisional (tip + 1) while in no block. */
  blockHeight: number
}

export interface NodeBlockHeader {
  height: number
  hash: string
  previousHash: string
  /** Of the ids of its transactions (merkle-root.ts). */
  merkleRoot: string
  timestampNanos: bigint
}

export interface NodeBlock extends NodeBlockHeader {
  /** The signed bytes of each, in block order, as the node lists them. */
  rawTransactions: readonly Uint8Array[]
}
