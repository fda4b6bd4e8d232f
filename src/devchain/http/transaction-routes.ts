import { decodeHex, toHex } from '../go/hex.js'
import { flag, int64, text, uint64 } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import type { NodeView } from '../node-view.js'
import type { TransactionPlace } from '../transaction-index.js'
import { type Placement, transactionInfoJson } from '../views/transaction-info.js'
import { decodeCheck, keyText } from '../wire/base58-check.js'
import type { Block, BlockTransaction } from '../wire/block.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'
import { keyOrRefuse } from './user-routes.js'

/** Transactions by the index (backend routes/exchange.go, routes/transaction.go). */
export const transactionRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v1/transaction-info',
    isV1: true,
    handle(node, request) {
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
          Limit: uint64,
        },
        'APITransactionInfo: Problem parsing request body',
      )
      if (node.indexedHeight === undefined) throw new NodeError(400, `${CALL}${NO_INDEX}`)
      const limit = body.Limit > 0n ? Number(body.Limit) : DEFAULT_LIMIT
      if (body.IsMempool) return mempoolAnswer(node, body.LastTransactionIDBase58Check, limit, body.IDsOnly)
      if (body.PublicKeyBase58Check === '') return answer([findById(node, body.TransactionIDBase58Check)])
      return accountAnswer(node, body.PublicKeyBase58Check, {
        from: Number(body.LastPublicKeyTransactionIndex),
        limit,
        idsOnly: body.IDsOnly,
      })
    },
  },
]

const DEFAULT_LIMIT = 1000
const CALL = 'APITransactionInfo: '
const NO_INDEX = 'This function cannot be called without passing --txindex to the node on startup.'

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
function findById(node: NodeView, idText: string): GoJson {
  const { chain, indexedHeight } = node
  const id = readId(idText)
  const place = chain.index.find(id, indexedHeight ?? 0)
  if (place) {
    const { transaction, placement } = at(node, place)
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

function at({ chain }: NodeView, { height, indexInBlock }: TransactionPlace) {
  const block = chain.blockAt(height) as Block
  const transaction = block.transactions[indexInBlock] as BlockTransaction
  const placement: Placement = { block, indexInBlock }
  return { transaction, placement }
}

/** From the end backwards; the row at the returned index comes again on the next page, and 0 means the end. */
function accountAnswer(
  node: NodeView,
  key: string,
  { from, limit, idsOnly }: { from: number; limit: number; idsOnly: boolean },
): GoJson {
  const account = keyOrRefuse(key, `${CALL}Problem parsing PublicKeyBase58Check: `)
  const places = node.chain.index.placesOf(account, node.indexedHeight ?? 0)
  const last = from > 0 ? Math.min(from, places.length - 1) : places.length - 1
  const first = Math.max(0, last - limit + 1)
  const shown = places
    .slice(first, last + 1)
    .map((place) => at(node, place))
    .sort((one, other) => other.placement.block.height - one.placement.block.height)
  return answer(
    shown.map(({ transaction, placement }) =>
      idsOnly ? idOnly(transaction.id) : transactionInfoJson(transaction, placement, { withBlockInfo: true }),
    ),
    { lastIndex: shown.length > 0 ? first : 0, balance: node.chain.ledger.balance(account) },
  )
}

function mempoolAnswer({ chain }: NodeView, lastIdText: string, limit: number, idsOnly: boolean): GoJson {
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
