import type {
  APIBlockRequest,
  APITransactionInfoRequest,
  GetPostsForPublicKeyRequest,
  GetPostsHashHexListRequest,
  GetSingleProfileRequest,
  GetUsersStatelessRequest,
  SubmitTransactionRequest,
} from 'deso-protocol'
import { HttpTransport, MAX_BLOCK_ANSWER, type NodeCall, type TransportOptions } from './http-transport.js'
import type { Network, PublicKey } from './keys.js'
import type {
  AssociationQuery,
  CallOptions,
  GlobalParams,
  NodeAssociation,
  NodeBlockHeader,
  NodePost,
  NodeQueries,
  NodeTip,
} from './node.js'
import {
  readAssociation,
  readBlock,
  readBlockHeader,
  readCommittedTip,
  readConstructionParams,
  readGlobalParams,
  readPosts,
  readPublicKey,
  readTransactionInfo,
  readUsdCentsPerDeso,
  readUsers,
  zeroKeyOf,
} from './rest-answers.js'
import type { JsonValue } from './rest-schema.js'
import { absentAsNull } from './rule-errors.js'

export interface HttpNodeOptions extends TransportOptions {
  network: Network
}

/** The one question by which the speed of nodes is compared. */
export const COMMITTED_TIP_PATH = '/api/v0/get-committed-tip-block-info'
/** A node refuses more. */
const POSTS_A_REQUEST = 50
const HASH = /^[0-9a-f]{64}$/

/**
 * One DeSo node over its REST API: which path and which fields each question of DesoNode is. How a call travels is
 * http-transport.ts, what an answer says rest-answers.ts, what a refusal means rule-errors.ts. It asks once, and believes
 * the node in all that can be true; several as one, and second tries, are node-fleet.ts.
 */
export class HttpNode implements NodeQueries {
  private readonly transport: HttpTransport
  private readonly network: Network

  constructor(options: HttpNodeOptions) {
    this.transport = new HttpTransport(options)
    this.network = options.network
  }

  committedTip(options?: CallOptions): Promise<NodeTip> {
    return this.get(COMMITTED_TIP_PATH, readCommittedTip, options)
  }

  constructionParams(options?: CallOptions): Promise<{ feeRateNanosPerKb: bigint; tipHeight: number }> {
    const body = { MinFeeRateNanosPerKB: 0 }
    return this.post('/api/v0/txn-construction-params', body, readConstructionParams, options)
  }

  globalParams(options?: CallOptions): Promise<GlobalParams> {
    return this.get('/api/v0/get-all-global-params', readGlobalParams, options)
  }

  usdCentsPerDeso(options?: CallOptions): Promise<number | null> {
    return this.get('/api/v0/get-exchange-rate', readUsdCentsPerDeso, options)
  }

  async users(keys: readonly PublicKey[], options?: CallOptions) {
    if (keys.length === 0) return []
    const body = {
      PublicKeysBase58Check: [...keys],
      SkipForLeaderboard: true,
      IncludeBalance: true,
    } satisfies Partial<GetUsersStatelessRequest>
    return this.post('/api/v0/get-users-stateless', body, (json) => readUsers(json, keys), options)
  }

  userByUsername(username: string, options?: CallOptions): Promise<{ publicKey: PublicKey } | null> {
    const body = { Username: username } satisfies Partial<GetSingleProfileRequest>
    const read = (json: JsonValue) => ({
      publicKey: readPublicKey(json.field('Profile').field('PublicKeyBase58Check'), this.network),
    })
    return this.post('/api/v0/get-single-profile', body, read, options).catch(absentAsNull)
  }

  async posts(hashes: readonly string[], options?: CallOptions): Promise<Map<string, NodePost>> {
    // One malformed hash fails a whole request, and names no post anyway.
    const asked = [...new Set(hashes)].filter((hash) => HASH.test(hash))
    const found = new Map<string, NodePost>()
    for (let start = 0; start < asked.length; start += POSTS_A_REQUEST) {
      const chunk = asked.slice(start, start + POSTS_A_REQUEST)
      for (const post of await this.fiftyPosts(chunk, options)) found.set(post.hash, post)
    }
    return found
  }

  private fiftyPosts(hashes: readonly string[], options?: CallOptions): Promise<NodePost[]> {
    const body = { PostsHashHexList: [...hashes] } satisfies Partial<GetPostsHashHexListRequest>
    const read = (json: JsonValue) => readPosts(json.field('PostsFound'), this.network)
    return this.post('/api/v0/get-posts-hashhexlist', body, read, options)
  }

  async postsOf(key: PublicKey, page: { after?: string; limit: number }, options?: CallOptions) {
    if (page.limit <= 0) return []
    const body = {
      PublicKeyBase58Check: key,
      NumToFetch: page.limit,
      LastPostHashHex: page.after ?? '',
    } satisfies Partial<GetPostsForPublicKeyRequest>
    const read = (json: JsonValue) => json.once(() => readPosts(json.field('Posts'), this.network))
    return this.post('/api/v0/get-posts-for-public-key', body, read, options)
  }

  userAssociations(query: AssociationQuery, options?: CallOptions) {
    const body = {
      TransactorPublicKeyBase58Check: query.transactor,
      TargetUserPublicKeyBase58Check: query.target,
      AppPublicKeyBase58Check: query.app && zeroKeyOf(this.network),
      AssociationType: query.type,
      AssociationValue: query.value,
      LastSeenAssociationID: query.lastSeenId,
      Limit: query.limit,
      SortDescending: query.descending,
    }
    const read = (json: JsonValue) =>
      json
        .field('Associations')
        .list()
        .map((item) => readAssociation(item, this.network))
    return this.post('/api/v0/user-associations/query', body, read, options)
  }

  userAssociation(id: string, options?: CallOptions) {
    if (!HASH.test(id)) return Promise.resolve(null)
    const read = (json: JsonValue) => readAssociation(json, this.network)
    const call: NodeCall<NodeAssociation> = {
      method: 'GET',
      path: `/api/v0/user-associations/${id}`,
      read,
    }
    return this.transport.ask(call, options).catch(absentAsNull)
  }

  block(at: { height: number } | { hash: string }, options?: CallOptions) {
    return this.blockAt(at, true, readBlock, options)
  }

  blockHeader(at: { height: number } | { hash: string }, options?: CallOptions) {
    return this.blockAt(at, false, readBlockHeader, options)
  }

  private blockAt<T extends NodeBlockHeader>(
    at: { height: number } | { hash: string },
    full: boolean,
    readAny: (json: JsonValue) => T,
    options?: CallOptions,
  ): Promise<T | null> {
    const read = (json: JsonValue) => {
      const block = readAny(json)
      const isAsked = 'hash' in at ? block.hash === at.hash : block.height === at.height
      if (!isAsked) throw json.field('Header').not('that of the block asked')
      return block
    }
    const body = {
      ...('hash' in at ? { HashHex: at.hash } : { Height: at.height }),
      FullBlock: full,
    } satisfies Partial<APIBlockRequest>
    const call: NodeCall<T> = {
      method: 'POST',
      path: '/api/v1/block',
      body,
      maxBytes: MAX_BLOCK_ANSWER,
      read,
    }
    return this.transport.ask(call, options).catch(absentAsNull)
  }

  /** Throws NodeRuleError NO_TXINDEX: a node without an index finds none. */
  transactionInfo(id: string, options?: CallOptions) {
    const body = { TransactionIDBase58Check: id } satisfies Partial<APITransactionInfoRequest>
    const read = (json: JsonValue) => readTransactionInfo(json, id)
    return this.post('/api/v1/transaction-info', body, read, options).catch(absentAsNull)
  }

  submit(signedHex: string, options?: CallOptions): Promise<{ id: string }> {
    const body = { TransactionHex: signedHex } satisfies SubmitTransactionRequest
    const read = (json: JsonValue) => ({ id: json.field('TxnHashHex').hash() })
    return this.post('/api/v0/submit-transaction', body, read, options)
  }

  close(): Promise<void> {
    return this.transport.close()
  }

  private get<T>(path: string, read: (json: JsonValue) => T, options?: CallOptions): Promise<T> {
    return this.transport.ask({ method: 'GET', path, read }, options)
  }

  private post<T>(
    path: string,
    body: unknown,
    read: (json: JsonValue) => T,
    options?: CallOptions,
  ): Promise<T> {
    return this.transport.ask({ method: 'POST', path, body, read }, options)
  }
}
