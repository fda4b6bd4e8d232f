import { Announcer } from '../../src/announcer.js'
import type { Clock } from '../../src/clock.js'
import type { Config } from '../../src/config/config.js'
import type { AppContext, RequestContext } from '../../src/context.js'
import { gatewayIdentityFromSeed } from '../../src/crypto/gateway-identity.js'
import { decodeTransaction, encodeTransaction } from '../../src/deso/codec.js'
import { type PublicKey, publicKeyFromBytes, publicKeyOf } from '../../src/deso/keys.js'
import type { Loaders } from '../../src/deso/loaders.js'
import { sha256d, signDigest, signTransaction } from '../../src/deso/signature.js'
import { createMemoryCaches } from '../../src/store/caches.js'
import { KeyedMutex } from '../../src/store/keyed-mutex.js'
import type { StateStore } from '../../src/store/state.js'
import type { FakeChain } from './fake-chain.js'

export const SEED = '01'.repeat(32)

/** A user with a key, made from a small number. */
export interface User {
  privateKey: Uint8Array
  publicKey: PublicKey
  bytes: Uint8Array
}

export function user(number: number): User {
  const privateKey = new Uint8Array(32).fill(number)
  const bytes = publicKeyOf(privateKey)
  return { privateKey, bytes, publicKey: publicKeyFromBytes(bytes, 'testnet') }
}

/** The signed hex of a draft's bytes. */
export function sign(unsignedHex: string, { privateKey }: User): string {
  const transaction = decodeTransaction(Buffer.from(unsignedHex, 'hex'))
  return Buffer.from(encodeTransaction(signTransaction(transaction, privateKey))).toString('hex')
}

/** DER of the RFC 6979 signature of the draft's bytes. */
export function signatureOf(unsignedHex: string, { privateKey }: User): string {
  return Buffer.from(signDigest(sha256d(Buffer.from(unsignedHex, 'hex')), privateKey)).toString('hex')
}

/** A clock that only a test moves; sleeping moves it. */
export class TestClock implements Clock {
  constructor(public ms = 1_700_000_000_000) {}
  /** Called after each sleep. */
  onSleep: () => void = () => {}

  now(): number {
    return this.ms
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.ms += ms
    this.onSleep()
  }
}

/** State in memory that outlives the gateways that use it, as a disk does. */
export class MemoryState implements StateStore {
  readonly entries = new Map<string, { value: string; version: number; expiresAt: number }>()
  /** Called with each key before it is written: a test may throw, as a process that dies here. */
  onWrite: (key: string, value: string) => void = () => {}

  async get(key: string) {
    return this.entries.get(key)
  }

  async insert(key: string, value: string, expiresAt: number) {
    const known = this.entries.get(key)
    if (known) return { inserted: false, entry: known }
    this.onWrite(key, value)
    const entry = { value, version: 1, expiresAt }
    this.entries.set(key, entry)
    return { inserted: true, entry }
  }

  async update(key: string, version: number, value: string, expiresAt: number) {
    if (this.entries.get(key)?.version !== version) return false
    this.onWrite(key, value)
    this.entries.set(key, { value, version: version + 1, expiresAt })
    return true
  }

  async close() {}
}

export interface FakeGatewayOptions {
  chain: FakeChain
  state?: StateStore
  clock?: TestClock
  seed?: string
}

/** A gateway on a fake chain, without caches between requests: what the domain rooms need of it, and no more. */
export function fakeGateway({
  chain,
  state = new MemoryState(),
  clock = new TestClock(),
  seed = SEED,
}: FakeGatewayOptions): AppContext {
  const config = {
    server: { publicUrl: 'https://gateway.example' },
    deso: { network: 'testnet' },
    sessions: { sessionSeconds: 3600, challengeSeconds: 300 },
    limits: { commitWaitSeconds: 5 },
  } as unknown as Config
  return {
    config,
    clock,
    state,
    identity: gatewayIdentityFromSeed(seed),
    node: chain.node,
    chain: chain.reader,
    caches: createMemoryCaches(clock),
    mutex: new KeyedMutex(),
    submits: new Announcer(),
    commits: new Announcer(),
    createLoaders: () => fakeLoaders(chain),
  } as unknown as AppContext
}

export function request(app: AppContext, viewer: PublicKey | null = null): RequestContext {
  const { signal } = new AbortController()
  return { app, viewer, signal, loaders: app.createLoaders(signal), requestId: 'test' }
}

function fakeLoaders(chain: FakeChain): Loaders {
  const associations = () => [...chain.associations.values()]
  return {
    user: { load: async (key: PublicKey) => (await chain.node.users([key]))[0] },
    associationById: { load: async (id: string) => associations().find((each) => each.id === id) ?? null },
    association: {
      load: async ({
        transactor,
        target,
        type,
        value,
      }: Record<'transactor' | 'target' | 'type' | 'value', string>) =>
        chain.associations.get(`${transactor}:${target}:${type}:${value}`) ?? null,
    },
  } as unknown as Loaders
}
