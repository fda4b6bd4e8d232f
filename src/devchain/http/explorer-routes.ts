import { decodeHex, toHex } from '../go/hex.js'
import { flag, int64, text, uint64 } from '../go/json-fields.js'
import type { GoJson } from '../go/json-write.js'
import type { NodeView } from '../node-view.js'
import { blockJson } from '../views/block.js'
import { keyText } from '../wire/base58-check.js'
import type { Block } from '../wire/block.js'
import { MINER } from '../wire/block-reward.js'
import { NodePanic } from '../wire/parse-transaction.js'
import { NodeError } from './reply.js'
import { decodeBody } from './request.js'
import type { Route } from './routes.js'
import { keyOrRefuse } from './user-routes.js'

/** The v1 routes of blocks, balances and the node itself (backend routes/exchange.go). All their refusals are 400. */
export const explorerRoutes: Route[] = [
  {
    method: 'POST',
    path: '/api/v1/block',
    isV1: true,
    handle(node, request) {
      const body = decodeBody(
        request,
        'APIBlockRequest',
        { Height: int64, HashHex: text, FullBlock: flag },
        'APIBlockRequest: Problem parsing request body',
      )
      const block = findBlock(node, body)
      if (body.FullBlock && node.indexedHeight === undefined)
        throw new NodePanic('a full block without an index')
      return blockJson(block, { isFull: body.FullBlock, awaitsIndex: awaitsIndex(node, block) })
    },
  },
  {
    method: 'POST',
    path: '/api/v1/node-info',
    isV1: true,
    handle: (node) => nodeInfo(node),
  },
  {
    method: 'GET',
    path: '/api/v1',
    isV1: true,
    handle({ chain, indexedHeight }) {
      if (indexedHeight !== undefined) return blockJson(chain.tip, { isFull: true, awaitsIndex: false })
      throw new NodeError(400, `APIBase: ${NO_INDEX}`)
    },
  },
  {
    method: 'POST',
    path: '/api/v1/balance',
    isV1: true,
    handle(node, request) {
      const { PublicKeyBase58Check } = decodeBody(
        request,
        'APIBalanceRequest',
        { PublicKeyBase58Check: text, Confirmations: uint64 },
        'APIBalanceRequest: Problem parsing request body',
      )
      const account = keyOrRefuse(
        PublicKeyBase58Check,
        'APIBalanceRequest: Problem parsing PublicKeyBase58Check: ',
      )
      const { ledger } = node.chain
      return {
        Error: '',
        ConfirmedBalanceNanos: node.committed(() => ledger.balance(account)),
        UnconfirmedBalanceNanos: ledger.balance(account),
        UTXOs: null,
      }
    },
  },
  { method: 'GET', path: '/api/v1/node-version', isV1: true, handle: () => ({ Version: '4.0.6' }) },
]

const NO_INDEX =
  'Cannot be called when TXIndexChain is nil. This error occurs when --txindex was not passed to the program on startup'

function awaitsIndex({ chain, indexedHeight = 0 }: NodeView, { height }: Block): boolean {
  return height > indexedHeight && height <= chain.committedTip.height
}

function findBlock({ chain }: NodeView, body: { Height: bigint; HashHex: string }): Block {
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

function nodeInfo({ chain, indexedHeight }: NodeView): GoJson {
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
      LatestTxIndexHeight: indexedHeight ?? 0,
      HeadersRemaining: 0,
      BlocksRemaining: 0,
    },
    DeSoOutboundPeers: [],
    DeSoInboundPeers: [],
    DeSoUnconnectedPeers: [],
    RemoteNodeConnections: [],
    MinerPublicKeys: [keyText(MINER)],
  }
}
