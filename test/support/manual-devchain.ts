import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { pino } from 'pino'
import type { Clock } from '../../src/clock.js'
import { encodeTransaction } from '../../src/deso/codec.js'
import { signTransaction } from '../../src/deso/signature.js'
import type { Transaction, TransactionMetadata, TransactionOutput } from '../../src/deso/transaction.js'
import { devAccounts } from '../../src/devchain/accounts.js'
import { type DevchainOptions, startDevchain } from '../../src/devchain/devchain.js'

/** A local chain on which nothing happens by itself: blocks, time and faults come when the test says so. */
export interface Answer {
  status: number
  contentType: string | null
  headers: NodeJS.Dict<string | string[]>
  body: string
}

export class ManualClock implements Clock {
  #sleepers: { at: number; resolve: () => void }[] = []

  constructor(public ms = 1_795_510_000_000) {}

  now(): number {
    return this.ms
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      this.#sleepers.push({ at: this.ms + ms, resolve })
    })
  }

  get sleeping(): number {
    return this.#sleepers.length
  }

  pass(ms: number): void {
    this.ms += ms
    const due = this.#sleepers.filter(({ at }) => at <= this.ms)
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.ms)
    for (const { resolve } of due) resolve()
  }
}

export interface TransactionParts {
  metadata?: TransactionMetadata
  outputs?: readonly TransactionOutput[]
  extraData?: Record<string, string>
  feeNanos?: bigint
  partialId?: bigint
  expirationBlockHeight?: bigint
}

export async function startManualDevchain(options: Partial<DevchainOptions> = {}) {
  const clock = options.clock instanceof ManualClock ? options.clock : new ManualClock()
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const partialIds: bigint[] = []
  const chain = await startDevchain({
    port: 0,
    dataDir: null,
    blockMs: 0,
    indexLagMs: 0,
    log,
    partialId: () => partialIds.shift() ?? randomBytes(8).readBigUInt64BE(),
    ...options,
    clock,
  })
  const agent = new Agent({ keepAlive: true })
  const send = (method: string, path: string, headers: Record<string, string>, body?: string) =>
    exchange(agent, chain.url + path, method, headers, body)
  const post = async (path: string, body: unknown) => {
    const answer = await send('POST', path, { 'Content-Type': 'application/json' }, JSON.stringify(body))
    return { status: answer.status, body: readBody(answer.body) }
  }
  const get = async (path: string) => {
    const answer = await send('GET', path, {})
    return { status: answer.status, body: readBody(answer.body) }
  }
  let nextNonce = 0n
  /** Signed bytes of a dev account (0 to 9), hex. */
  const sign = (account: number, parts: TransactionParts = {}) => signedHex(account, parts, () => ++nextNonce)
  return {
    ...chain,
    clock,
    lines,
    /** Of the nonces that the node constructs next. */
    partialIds,
    send,
    post,
    get,
    sign,
    submit: (hex: string) => post('/api/v0/submit-transaction', { TransactionHex: hex }),
    mine: (blocks = 1) => post('/dev/mine', { blocks }),
    /** Nanos, as get-users-stateless tells them. */
    balanceOf: async (publicKey: string): Promise<number> => {
      const body = { PublicKeysBase58Check: [publicKey], SkipForLeaderboard: true, IncludeBalance: true }
      return (await post('/api/v0/get-users-stateless', body)).body.UserList[0].BalanceNanos
    },
    /** Where transaction-info sees a transaction. */
    sighting: async (id: string): Promise<'nowhere' | 'index' | 'mempool'> => {
      const { status, body } = await post('/api/v1/transaction-info', { TransactionIDBase58Check: id })
      if (status !== 200) return 'nowhere'
      return body.Transactions[0].BlockHashHex ? 'index' : 'mempool'
    },
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await chain.close()
    },
  }
}

export type ManualDevchain = Awaited<ReturnType<typeof startManualDevchain>>

function signedHex(account: number, parts: TransactionParts, nextNonce: () => bigint): string {
  const { seedHex, account: owner } = devAccount(account)
  const transaction: Transaction = {
    metadata: parts.metadata ?? { type: 'BASIC_TRANSFER' },
    outputs: parts.outputs ?? [],
    publicKey: bytes(owner),
    extraData: new Map(
      Object.entries(parts.extraData ?? {}).map(([key, value]) => [key, Buffer.from(value)]),
    ),
    signature: new Uint8Array(),
    version: 1n,
    feeNanos: parts.feeNanos ?? 1000n,
    nonce: {
      expirationBlockHeight: parts.expirationBlockHeight ?? 100_000n,
      partialId: parts.partialId ?? nextNonce(),
    },
  }
  return Buffer.from(encodeTransaction(signTransaction(transaction, bytes(seedHex)))).toString('hex')
}

export function devAccount(index: number) {
  const account = devAccounts()[index]
  if (!account) throw new Error(`no dev account ${index}`)
  return account
}

/** Of a dev account, 33 bytes. */
export function devKey(index: number): Uint8Array {
  return bytes(devAccount(index).account)
}

/** Waits for what happens in the same process within a few turns of the event loop. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < 1000; turns += 1) {
    if (await isSo()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('it did not come')
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests that know their shape
function readBody(body: string): any {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** Rejects with the error code where the connection is closed without an answer. */
function exchange(
  agent: Agent,
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const outgoing = request(url, { agent, method, headers: { ...headers, ...length } }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers['content-type'] ?? null,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
