import { bytesToHex } from '@noble/hashes/utils.js'
import { merkleRootOf } from '../../src/deso/merkle-root.js'
import { sha256d } from '../../src/deso/signature.js'
import { json, type Reply } from './scripted-server.js'

/** What a node answers that has nothing but some blocks; `special`: other replies, by path. */
export function restNode({
  height = 100,
  isTestnet = true,
  slowMs = 0,
  special = {},
}: {
  height?: number
  isTestnet?: boolean
  /** How late it tells its tip, by which nodes are compared. */
  slowMs?: number
  special?: Record<string, Reply>
} = {}): Reply {
  return (response, request) => {
    const reply = special[request.path] ?? plain(height, isTestnet)[request.path]
    if (!reply) throw new Error(`nobody told the scripted node what to say to ${request.path}`)
    const isLate = slowMs > 0 && request.path === TIP
    if (isLate) setTimeout(() => reply(response, request), slowMs)
    else reply(response, request)
  }
}

const TIP = '/api/v0/get-committed-tip-block-info'

function plain(height: number, isTestnet: boolean): Record<string, Reply> {
  return {
    '/api/v0/get-app-state': json({ IsTestnet: isTestnet }),
    [TIP]: json({ Height: height, HashHex: hashOf(height) }),
    '/api/v1/block': (response, request) => {
      const { Height, HashHex, FullBlock } = JSON.parse(request.body) as Record<string, unknown>
      const at = HashHex === undefined ? Number(Height) : heightOf(String(HashHex))
      json(blockJson(at, FullBlock === true))(response, request)
    },
    '/api/v0/get-exchange-rate': json({ USDCentsPerDeSoExchangeRate: 700 }),
    '/api/v0/submit-transaction': json({ TxnHashHex: 'ab'.repeat(32) }),
  }
}

function hashOf(height: number): string {
  return height.toString(16).padStart(64, '0')
}

function heightOf(hash: string): number {
  return Number.parseInt(hash, 16)
}

function blockJson(height: number, isFull: boolean): unknown {
  const reward = Buffer.from(`reward ${height}`)
  return {
    Header: {
      Height: height,
      BlockHashHex: hashOf(height),
      PrevBlockHashHex: hashOf(height - 1),
      TransactionMerkleRootHex: bytesToHex(merkleRootOf([sha256d(reward)])),
      TstampNanoSecs: height * 1_000_000,
    },
    Transactions: isFull ? [{ RawTransactionHex: reward.toString('hex') }] : null,
  }
}
