import type { ChainService } from '../chain-service.js'
import { decodeHex, toHex } from '../go/hex.js'
import { flag, int64, text } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import type { TransactionPlace } from '../transaction-index.js'
import { blockJson } from '../views/block.js'
import { type Placement, transactionInfoJson } from '../views/transaction-info.js'
import { decodeCheck, keyText } from '../wire/base58-check.js'
import type { Block, BlockTransaction } from '../wire/block.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'
import { keyOrRefuse } from './user-routes.js'

/** The v1 routes: blocks and transactions (backend routes/exchange.go). All their refusals are 400. */
export const explorerRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v1/transaction-info',
    isV1: true,
    handle(service, request) {
      const body = decodeBody(
        request,
        'APITransactionInfoRequest',
        {
          IsMempool: flag,
          TransactionIDBase58Check: text,
          PublicKeyBase58Check: text,
          IDsOnly: flag,
          LastTransactionIDBase58Check: text,
          LastPublicKeyTransactionIndex: int64,
          Limit: int64,
        },
        'APITransactionInfo: Problem parsing request body',
      )
      const limit = body.Limit > 0n ? Number(body.Limit) : DEFAULT_LIMIT
      if (body.IsMempool)
        return mempoolAnswer(service, body.LastTransactionIDBase58Check, limit, body.IDsOnly)
      if (body.PublicKeyBase58Check === '') return answer([findById(service, body.TransactionIDBase58Check)])
      return accountAnswer(service, body.PublicKeyBase58Check, {
        from: Number(body.LastPublicKeyTransactionIndex),
        limit,
        idsOnly: body.IDsOnly,
      })
    },
  },
  {
    method: 'POST',
    path: '/api/v1/block',
    isV1: true,
    handle(service, request) {
      const body = decodeBody(
        request,
        'APIBlockRequest',
        { Height: int64, HashHex: text, FullBlock: flag },
        'APIBlockRequest: Problem parsing request body',
      )
      return blockJson(findBlock(service, body), { isFull: body.FullBlock })
    },
  },
  {
    method: 'POST',
    path: '/api/v1/node-info',
    isV1: true,
    handle: (service) => nodeInfo(service),
  },
  {
    method: 'GET',
    path: '/api/v1',
    isV1: true,
    handle: ({ chain }) => blockJson(chain.tip, { isFull: true }),
  },
  { method: 'GET', path: '/api/v1/node-version', isV1: true, handle: () => ({ Version: '4.0.6' }) },
]

const DEFAULT_LIMIT = 1000
const CALL = 'APITransactionInfo: '

function answer(
  transactions: GoJson[],
  more: { lastId?: string; lastIndex?: number; balance?: bigint } = {},
): GoJson {
  return {
    Error: '',
    Transactions: transactions,
    LastTransactionIDBase58Check: more.lastId ?? '',
    LastPublicKeyTransactionIndex: more.lastIndex ?? 0,
    BalanceNanos: more.balance ?? 0,
  }
}

/** The index, which follows the committed blocks; else the mempool. In between a transaction is in neither. */
function findById(service: ChainService, idText: string): GoJson {
  const { chain, indexedHeight } = service
  const id = readId(idText)
  const place = chain.index.find(id, indexedHeight)
  if (place) {
    const { transaction, placement } = at(service, place)
    return transactionInfoJson(transaction, placement, { withBlockInfo: false })
  }
  const waiting = chain.mempool.get(id)
  if (waiting) return transactionInfoJson(waiting, undefined, { withBlockInfo: false })
  throw new NodeError(400, `${CALL}Could not find transaction with TransactionIDBase58Check = ${idText}`)
}

function readId(idText: string): string {
  const bytes = idBytes(idText)
  if (bytes.length === 32) return toHex(bytes)
  throw new NodeError(400, `${CALL}TransactionID byte length is ${bytes.length} but should be 32`)
}

function idBytes(idText: string): Uint8Array {
  try {
    return decodeCheck(idText)
  } catch {
    // No Base58Check: then hex.
  }
  try {
    return decodeHex(idText)
  } catch (error) {
    throw new NodeError(400, `${CALL}Problem parsing TransactionID: ${(error as Error).message}`)
  }
}

function at({ chain }: ChainService, { height, indexInBlock }: TransactionPlace) {
  const block = chain.blockAt(height) as Block
  const transaction = block.transactions[indexInBlock] as BlockTransaction
  const placement: Placement = { block, indexInBlock }
  return { transaction, placement }
}

/** From the end backwards; the row at the returned index comes again on the next page, and 0 means the end. */
function accountAnswer(
  service: ChainService,
  key: string,
  { from, limit, idsOnly }: { from: number; limit: number; idsOnly: boolean },
): GoJson {
  const account = keyOrRefuse(key, `${CALL}Problem parsing PublicKeyBase58Check: `)
  const places = service.chain.index.placesOf(account, service.indexedHeight)
  const last = from > 0 ? Math.min(from, places.length - 1) : places.length - 1
  const first = Math.max(0, last - limit + 1)
  const shown = places
    .slice(first, last + 1)
    .map((place) => at(service, place))
    .sort((one, other) => other.placement.block.height - one.placement.block.height)
  return answer(
    shown.map(({ transaction, placement }) =>
      idsOnly ? idOnly(transaction.id) : transactionInfoJson(transaction, placement, { withBlockInfo: true }),
    ),
    { lastIndex: shown.length > 0 ? first : 0, balance: service.chain.ledger.balance(account) },
  )
}

function mempoolAnswer({ chain }: ChainService, lastIdText: string, limit: number, idsOnly: boolean): GoJson {
  const entries = chain.mempool.entries()
  const start = lastIdText === '' ? 0 : entries.findIndex(({ id }) => keyText(id) === lastIdText) + 1
  const shown = lastIdText !== '' && start === 0 ? [] : entries.slice(start, start + limit)
  const last = shown.at(-1)
  return answer(
    shown.map((entry) =>
      idsOnly ? idOnly(entry.id) : transactionInfoJson(entry, undefined, { withBlockInfo: false }),
    ),
    last && { lastId: keyText(last.id) },
  )
}

function idOnly(id: string): GoJson {
  return { TransactionIDBase58Check: keyText(id), TransactionHashHex: '' }
}

function findBlock({ chain }: ChainService, body: { Height: bigint; HashHex: string }): Block {
  if (body.HashHex !== '') {
    const hash = blockHash(body.HashHex)
    const block = chain.blockByHash(hash)
    if (block) return block
    throw new NodeError(
      400,
      `APIBlockRequest: Block node with hash ${hash} does not exist in best chain: <nil>`,
    )
  }
  const block = chain.blockAt(Number(body.Height))
  if (block) return block
  throw new NodeError(
    400,
    `APIBlockRequest: Height requested ${body.Height} must be >= 0 and <= height of best block chain tip ${chain.tip.height}`,
  )
}

function blockHash(hex: string): string {
  try {
    return toHex(decodeHex(hex)).slice(0, 64).padEnd(64, '0')
  } catch (error) {
    throw new NodeError(400, `APIBlockRequest: Problem parsing block hash: ${(error as Error).message}`)
  }
}

function nodeInfo({ chain, indexedHeight }: ChainService): GoJson {
  const { height, hash, timestampNanos } = chain.tip
  const seconds = timestampNanos / 1_000_000_000n
  return {
    DeSoStatus: {
      State: 'FULLY_CURRENT',
      LatestHeaderHeight: height,
      LatestHeaderHash: hash,
      LatestHeaderTstampSecs: seconds,
      LatestBlockHeight: height,
      LatestBlockHash: hash,
      LatestBlockTstampSecs: seconds,
      LatestTxIndexHeight: indexedHeight,
      HeadersRemaining: 0,
      BlocksRemaining: 0,
    },
    DeSoOutboundPeers: [],
    DeSoInboundPeers: [],
    DeSoUnconnectedPeers: [],
    RemoteNodeConnections: [],
    MinerPublicKeys: [],
  }
}
