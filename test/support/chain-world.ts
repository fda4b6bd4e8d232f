import { pino } from 'pino'
import { TouchedParties } from '../../src/access/touched-parties.js'
import { Announcer } from '../../src/announcer.js'
import type { Clock } from '../../src/clock.js'
import type { Config } from '../../src/config/config.js'
import type { AppContext, RequestContext } from '../../src/context.js'
import { gatewayIdentityFromSeed } from '../../src/crypto/gateway-identity.js'
import { createChainReader } from '../../src/deso/chain-reader.js'
import { decodeTransaction, encodeTransaction } from '../../src/deso/codec.js'
import { type PublicKey, publicKeyFromBytes, publicKeyOf } from '../../src/deso/keys.js'
import { createLoaders } from '../../src/deso/loaders.js'
import { createNodeFleet } from '../../src/deso/node-fleet.js'
import { signTransaction } from '../../src/deso/signature.js'
import type { Transaction } from '../../src/deso/transaction.js'
import { devAccounts } from '../../src/devchain/accounts.js'
import { startDevchain } from '../../src/devchain/devchain.js'
import { createMetrics } from '../../src/metrics.js'
import { createMemoryCaches } from '../../src/store/caches.js'
import { KeyedMutex } from '../../src/store/keyed-mutex.js'
import type { Draft } from '../../src/transaction/draft-request.js'
import { MemoryState } from './fake-gateway.js'

/** Somebody with a funded key of the local chain. */
export interface Person {
  publicKey: PublicKey
  bytes: Uint8Array
  privateKey: Uint8Array
}

/** The rooms from access/ to deso/ in front of a real local chain over HTTP, which makes a block when told to. */
export interface ChainWorld extends AsyncDisposable {
  app: AppContext
  /** alice … judy. */
  person(name: string): Person
  /** A request of its own. */
  as(viewer: Person | null): RequestContext
  /** Signs a draft and hands it to the node; the id of the transaction, which no block holds yet. */
  send(draft: Draft, signer: Person): Promise<string>
  /** The same for what no draft was made of: the nonce is chosen here. */
  sendOwn(parts: Pick<Transaction, 'metadata' | 'outputs' | 'extraData'>, signer: Person): Promise<string>
  /** Makes blocks until all that was sent is committed. */
  commit(): Promise<void>
  /** Moves the chain's time, and makes a committed block at the new one. Answers it in unix seconds. */
  forward(seconds: number): Promise<number>
}

/** When the chain begins, in unix seconds. */
export const GENESIS = 1_800_000_000

/** Stands still, so that block times are exact; waiting takes no time. */
const clock: Clock = { now: () => GENESIS * 1000, sleep: () => Promise.resolve() }

export async function openChainWorld(): Promise<ChainWorld> {
  const log = pino({ level: 'silent' })
  const chain = await startDevchain({ port: 0, blockMs: 0, dataDir: null, clock, log })
  const network = 'testnet'
  const caches = createMemoryCaches(clock)
  const node = createNodeFleet({ urls: [chain.url], network, clock })
  const app: AppContext = {
    config: { deso: { network }, limits: { maxPageSize: 100 } } as unknown as Config,
    clock,
    log,
    node,
    caches,
    identity: gatewayIdentityFromSeed('07'.repeat(32)),
    chain: createChainReader({ node, caches, clock }),
    follower: null as never,
    touched: new TouchedParties(),
    live: null as never,
    submits: new Announcer(),
    commits: new Announcer(),
    pins: null as never,
    state: new MemoryState(),
    uploads: null as never,
    mutex: new KeyedMutex(),
    metrics: createMetrics(),
    createLoaders: (signal) => createLoaders({ node, caches, clock, signal }),
    ipfs: null as never,
  }
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${chain.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()) as { time: number }
  }
  const submit = async (transaction: Transaction, { privateKey }: Person) => {
    const signed = signTransaction(transaction, privateKey)
    return (await node.submit(Buffer.from(encodeTransaction(signed)).toString('hex'))).id
  }
  let nonces = 0n
  return {
    app,
    person: (name) => {
      const account = devAccounts().find((each) => each.name === name)
      if (!account) throw new Error(`nobody is called ${name}`)
      const privateKey = Uint8Array.from(Buffer.from(account.seedHex, 'hex'))
      const bytes = publicKeyOf(privateKey)
      return { privateKey, bytes, publicKey: publicKeyFromBytes(bytes, network) }
    },
    as: (viewer) => {
      const { signal } = new AbortController()
      const loaders = app.createLoaders(signal)
      return { app, viewer: viewer?.publicKey ?? null, signal, loaders, requestId: 'test' }
    },
    send: (draft, signer) => submit(decodeTransaction(Buffer.from(draft.unsignedHex, 'hex')), signer),
    sendOwn: (parts, signer) => {
      nonces += 1n
      const nonce = { expirationBlockHeight: 1_000n, partialId: nonces }
      const own = {
        publicKey: signer.bytes,
        signature: new Uint8Array(),
        version: 1n,
        feeNanos: 1_000n,
        nonce,
      }
      return submit({ ...parts, ...own }, signer)
    },
    commit: async () => {
      await post('/dev/mine', { blocks: 3 })
    },
    forward: async (seconds) => (await post('/dev/time', { seconds })).time,
    [Symbol.asyncDispose]: async () => {
      await node.close()
      await chain.close()
    },
  }
}
