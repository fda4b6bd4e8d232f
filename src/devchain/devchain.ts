/**
 * A DeSo node in process, for developers: what Anvil is for Ethereum's. It speaks a node's REST over a port of its
 * own, with real transactions, signatures and balances, so that the gateway cannot tell it from a node. It knows
 * deso/ (the wire format) and store/ (its log), and nothing of what the gateway is for.
 *
 * What of a real node it has: the routes in http/, with their fields, statuses and error texts (tested against what
 * a real node answered); fees, nonces, sizes, balances, replacement by fee; blocks that take the dearest first;
 * transfers, posts, profiles, associations of users and posts, follows, likes, diamonds, creator and DAO coins,
 * parameters; mempool, uncommitted blocks, commit two blocks later, and the limbo in which transaction-info knows a
 * transaction of neither mempool nor index; refusals that are remembered though the transaction is mined later;
 * reads that show the mempool. By /dev/faults it falls short as nodes do: lags, flickers, undoes blocks, and more
 * (faults.ts, door.ts).
 *
 * What it lacks: all other transaction types (refused with RuleErrorTxnTypeNotOnLocalChain), derived keys (never
 * authorised), atomic bundles, limit orders, messages, NFTs, lockups, prices, notifications; peers and validators,
 * so no block is undone unless one asks for it, and no view changes. Blocks take up to 128,000 bytes, come only
 * while something waits, and retry what needs another transaction of the same block. It answers /dev/… besides,
 * which no node does.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import { lockDataDir } from '../store/data-dir.js'
import { FORGETFUL_LOG, openChainLog } from './chain-log.js'
import { ChainService } from './chain-service.js'
import { Door } from './door.js'
import { createNodeServer } from './http/server.js'
import { type ChainParams, DEFAULT_PARAMS } from './ledger/params.js'

export interface DevchainOptions {
  /** 0: any free one. */
  port: number
  /** Default 127.0.0.1: the keys of its accounts are known to everybody. */
  host?: string
  /** A directory of its own; null: in memory. */
  dataDir: string | null
  /** Milliseconds between blocks while something waits; 0: only by /dev/mine. */
  blockMs: number
  clock: Clock
  log: Logger
  /** How long after its commit a transaction shows in transaction-info. Default 300 ms. */
  indexLagMs?: number
  /** The network's fee minimum, nonce window and profile fee; default 0 each. */
  params?: Partial<ChainParams>
  /** Of the nonces that the node constructs, 64 bits; random unless given. */
  partialId?: () => bigint
}

export interface NodeAddress {
  url: string
  port: number
}

export interface Devchain extends NodeAddress, AsyncDisposable {
  /** Another node of the same chain, on a port of its own (default: any free one), with faults of its own. */
  openNode(port?: number): Promise<NodeAddress>
  close(): Promise<void>
}

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_INDEX_LAG_MS = 300
const YEAR_MS = 31_557_600_000
const FOREIGN_BLOCKS = 100

/**
 * Starts a local chain, or goes on with the one in `dataDir`. Rejects with EADDRINUSE where the port is taken, with
 * DataDirInUseError where another process has the directory.
 */
export async function startDevchain(options: DevchainOptions): Promise<Devchain> {
  const opened: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closeOne of opened.splice(0).reverse()) await closeOne()
  }
  try {
    const { dataDir, host = DEFAULT_HOST } = options
    if (dataDir !== null) {
      const lock = await lockDataDir(dataDir)
      opened.push(async () => lock[Symbol.asyncDispose]())
    }
    const service = await openService(options)
    opened.push(async () => service[Symbol.asyncDispose]())
    const openNode = (port = 0) => openServer(service, { ...options, host, port }, opened)
    const address = await openNode(options.port)
    options.log.debug({ url: address.url }, 'the local chain answers')
    return { ...address, openNode, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Its address, once its port is open. */
async function openServer(
  service: ChainService,
  options: DevchainOptions & { host: string },
  opened: (() => Promise<void>)[],
): Promise<NodeAddress> {
  const { host, clock, log } = options
  const stop = new AbortController()
  const door = new Door(service, clock, () => createForeignChain(options))
  const server = createNodeServer({ door, clock, log, signal: stop.signal })
  server.listen(options.port, host)
  await once(server, 'listening')
  opened.push(async () => {
    stop.abort()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    await door[Symbol.asyncDispose]()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port }
}

async function openService(options: DevchainOptions): Promise<ChainService> {
  const { dataDir, blockMs, clock, log, indexLagMs = DEFAULT_INDEX_LAG_MS, params, partialId } = options
  const { log: chainLog, records, dropped } = await openChainLog(dataDir)
  if (dropped > 0) {
    log.warn(
      { dropped },
      `the local chain drops ${dropped} bytes of a write that was cut off, and never answered`,
    )
  }
  try {
    return new ChainService(chainLog, records, {
      params: { ...DEFAULT_PARAMS, ...params },
      blockMs,
      indexLagMs,
      clock,
      log,
      partialId: partialId ?? randomPartialId,
    })
  } catch (error) {
    await chainLog[Symbol.asyncDispose]()
    throw error
  }
}

/** What a node of another network shows: some blocks, and another beginning. */
function createForeignChain({ clock, log }: DevchainOptions): ChainService {
  const service = new ChainService(FORGETFUL_LOG, [], {
    params: DEFAULT_PARAMS,
    blockMs: 0,
    indexLagMs: 0,
    clock: { now: () => clock.now() - YEAR_MS, sleep: (ms, signal) => clock.sleep(ms, signal) },
    log,
    partialId: randomPartialId,
  })
  service.mineNow(FOREIGN_BLOCKS)
  return service
}

function randomPartialId(): bigint {
  return randomBytes(8).readBigUInt64BE()
}
