import { decodeHex, toHex } from '../go/hex.js'
import { list, text } from '../go/json-fields.js'
import type { NodeView } from '../node-view.js'
import { NodePanic } from '../wire/parse-transaction.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'

/**
 * get-txn and get-txns (backend routes/transaction.go): each call waits until the index has come to where the tip was
 * when it began, for at most 30 seconds, whether or not the transaction was found long ago. While somebody waits, the
 * local chain makes blocks.
 */
export const waitingRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v0/get-txn',
    takesAnyType: true,
    async handle(node, request) {
      const body = decodeBody(
        request,
        'GetTxnRequest',
        { TxnHashHex: text, TxnStatus: text },
        'GetTxn: Problem parsing request body',
      )
      if (body.TxnHashHex === '') throw refuse('GetTxn: Must provide a TxnHashHex.')
      const id = readId(body.TxnHashHex, 'GetTxn: Error parsing post hash ')
      const [isFound] = await lookUp(node, [id], body.TxnStatus, 'GetTxn: ')
      return { TxnFound: isFound ?? false }
    },
  },
  {
    method: 'POST',
    path: '/api/v0/get-txns',
    takesAnyType: true,
    async handle(node, request) {
      const body = decodeBody(
        request,
        'GetTxnsRequest',
        { TxnHashHexes: list(text, '[]string'), TxnStatus: text },
        'GetTxns: Problem parsing request body',
      )
      const { TxnHashHexes: hashes } = body
      if (hashes.length === 0) throw refuse('GetTxns: TxnHashHexes is empty.')
      if (hashes.length > MAX_HASHES) {
        throw refuse(`GetTxns: TxnHashHexes length ${hashes.length} is greater than ${MAX_HASHES}.`)
      }
      const ids = hashes.map((hash) => readId(hash, 'GetTxns: Error parsing txn hash '))
      const found = await lookUp(node, ids, body.TxnStatus, 'GetTxns: ')
      return { TxnsFound: new Map(hashes.map((hash, index) => [hash, found[index] ?? false])) }
    },
  },
]

const MAX_HASHES = 500
const PATIENCE_MS = 30_000

/** The mempool is looked at before the wait, so that nothing slips between it and the index. */
async function lookUp(
  node: NodeView,
  ids: readonly string[],
  status: string,
  caller: string,
): Promise<boolean[]> {
  if (node.indexedHeight === undefined) throw new NodePanic('a node without an index')
  const waited = ids.map((id) => node.chain.mempool.get(id) !== undefined)
  if (!(await node.untilIndexed(node.chain.tip.height, PATIENCE_MS))) {
    throw refuse(`${caller}Timed out waiting for txindex to sync.`)
  }
  if (!['', 'InMempool', 'Committed'].includes(status)) {
    throw refuse(`${caller}Invalid TxnStatus: ${status}. Options are {InMempool, Committed}`)
  }
  const indexed = (id: string) => node.chain.index.find(id, node.indexedHeight ?? 0) !== undefined
  return ids.map((id, place) => indexed(id) || (status !== 'Committed' && waited[place] === true))
}

function readId(hex: string, problem: string): string {
  let reason = '<nil>'
  try {
    const bytes = decodeHex(hex)
    if (bytes.length === 32) return toHex(bytes)
  } catch (error) {
    reason = (error as Error).message
  }
  throw refuse(`${problem}${hex}: ${reason}`)
}

function refuse(text: string): NodeError {
  return new NodeError(400, text)
}
