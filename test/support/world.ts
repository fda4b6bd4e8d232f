import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../src/clock.js'
import { loadConfig } from '../../src/config/config.js'
import { type PublicKey, publicKeyFromBytes, publicKeyOf } from '../../src/deso/keys.js'
import { sha256d, signDigest } from '../../src/deso/signature.js'
import { type Devchain, type DevchainOptions, startDevchain } from '../../src/devchain/devchain.js'
import { type Gateway, startGateway } from '../../src/gateway.js'
import { createLogger } from '../../src/logger.js'
import { onFreePort } from './free-port.js'
import type { TestKubo } from './kubo.js'
import { otherParts } from './other-parts.js'

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers as a client in JavaScript would
export type Json = any

/** Somebody with a funded key of the local chain. */
export interface Person {
  name: string
  publicKey: PublicKey
  privateKey: Uint8Array
}

export interface Answer<T> {
  data: T | null
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; requestId: string } }[]
}

/** A whole gateway in this process, in front of a local chain that the test steers. */
export interface World extends AsyncDisposable {
  gateway: Gateway
  url: string
  chain: ChainControl
  clock: MovableClock
  /** Null: content is in the embedded store. */
  kubo: TestKubo | null
  /** alice … judy. */
  person(name: string): Person
  /** Runs a document; throws unless the answer is GraphQL. */
  query<T = Record<string, Json>>(
    document: string,
    variables?: Record<string, unknown>,
    token?: string,
  ): Promise<Answer<T>>
  /** The data of a document that must succeed. */
  ask<T = Record<string, Json>>(
    document: string,
    variables?: Record<string, unknown>,
    token?: string,
  ): Promise<T>
  /** An access token by a signed challenge. */
  signIn(person: Person): Promise<string>
  /** Signs a draft's bytes and submits them; the payload of submitTransaction. */
  submit(unsignedHex: string, person: Person, wait?: 'ACCEPTED' | 'COMMITTED'): Promise<Record<string, Json>>
  /** Stops the gateway and starts it again on the same data and chain. */
  restart(): Promise<void>
}

export interface WorldOptions {
  /** Settings of the gateway beside the chain's. */
  env?: Record<string, string>
  /** Milliseconds between blocks while something waits; 0: only `chain.mine`. Default 10. */
  blockMs?: number
  /** A chain that exists already; it is then not stopped with the world. */
  chain?: ChainControl
  /** The gateway's; the system's time unless given. */
  clock?: MovableClock
}

/** The system's time, or one that stands still, moved forward by the test. */
export class MovableClock implements Clock {
  #offset = 0

  /** `standsAt`: milliseconds since the epoch. */
  constructor(private readonly standsAt: number | null = null) {}

  now(): number {
    return (this.standsAt ?? systemClock.now()) + this.#offset
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal)
  }

  forward(seconds: number): void {
    this.#offset += seconds * 1000
  }
}

/** The /dev routes of the local chain. */
export class ChainControl {
  constructor(
    readonly url: string,
    private readonly devchain: Devchain | null = null,
  ) {}

  /** Another node of the same chain, with faults of its own. */
  async openNode(): Promise<ChainControl> {
    if (!this.devchain) throw new Error('the chain is not of this process')
    return new ChainControl((await this.devchain.openNode()).url)
  }

  mine(blocks = 1): Promise<{ height: number; committedHeight: number; time: number }> {
    return this.#post('/dev/mine', { blocks })
  }

  /** Moves the chain's clock forward and makes a committed block at the new time. */
  forward(seconds: number): Promise<{ height: number; committedHeight: number; time: number }> {
    return this.#post('/dev/time', { seconds })
  }

  fund(publicKey: string, nanos: bigint): Promise<unknown> {
    return this.#post('/dev/fund', { publicKey, nanos: String(nanos) })
  }

  faults(fault: Record<string, unknown>): Promise<unknown> {
    return this.#post('/dev/faults', fault)
  }

  async accounts(): Promise<{ name: string; publicKey: string; seedHex: string }[]> {
    return (await (await fetch(`${this.url}/dev/accounts`)).json()) as []
  }

  /** Any route of the node. */
  async post(path: string, body: unknown): Promise<{ status: number; body: Json }> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }

  async close(): Promise<void> {
    await this.devchain?.close()
  }

  async #post<T>(path: string, body: unknown): Promise<T> {
    const answer = await this.post(path, body)
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body as T
  }
}

/** `options`: what matters of the chain's clock, index and parameters. */
export async function openChain(blockMs = 10, options: Partial<DevchainOptions> = {}): Promise<ChainControl> {
  const log = createLogger('silent')
  const chain = await startDevchain({ port: 0, blockMs, dataDir: null, clock: systemClock, log, ...options })
  return new ChainControl(chain.url, chain)
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const chain = options.chain ?? (await openChain(options.blockMs))
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-'))
  const { clock = new MovableClock() } = options
  const { kubo, env: others } = await otherParts()
  const env = {
    DATA_DIR: dataDir,
    DESO_NODE_URL: chain.url,
    DESO_NETWORK: 'testnet',
    LOG_LEVEL: 'silent',
    ...others,
    ...options.env,
  }
  let port: number | undefined // of the first start: a restart takes the same
  const start = async () => {
    const gateway = await onFreePort(port, (each) =>
      startGateway(loadConfig({ ...env, PORT: String(each) }), { clock }),
    )
    port = gateway.port
    return gateway
  }
  const people = new Map((await chain.accounts()).map((account) => [account.name, personOf(account)]))
  const world: World = {
    gateway: await start(),
    get url() {
      return this.gateway.url
    },
    chain,
    clock,
    kubo,
    person(name) {
      const person = people.get(name)
      if (!person) throw new Error(`nobody is called ${name}`)
      return person
    },
    async query<T>(query: string, variables: Record<string, unknown> = {}, token?: string) {
      const response = await fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ query, variables }),
      })
      return (await response.json()) as Answer<T>
    },
    async ask<T>(query: string, variables?: Record<string, unknown>, token?: string) {
      const { data, errors } = await world.query<T>(query, variables, token)
      if (errors || !data) throw new Error(JSON.stringify(errors))
      return data
    },
    async signIn(person) {
      const { createChallenge } = await world.ask(
        'mutation ($key: PublicKey!) { createChallenge(input: { publicKey: $key }) { challenge } }',
        { key: person.publicKey },
      )
      const { signIn } = await world.ask(
        'mutation ($challenge: SignedChallenge!) { signIn(input: { challenge: $challenge }) { accessToken errors { message } } }',
        {
          challenge: {
            challenge: createChallenge.challenge,
            signature: signatureOf(Buffer.from(createChallenge.challenge, 'utf8'), person),
          },
        },
      )
      return signIn.accessToken
    },
    async submit(unsignedHex, person, wait = 'COMMITTED') {
      const signature = signatureOf(Buffer.from(unsignedHex, 'hex'), person)
      const { submitTransaction } = await world.ask(
        `mutation ($input: SubmitTransactionInput!) { submitTransaction(input: $input) {
          replayed transaction { transactionId kind status block { height } rejection { rule } }
          errors { __typename code message ... on DraftExpired { transaction { transactionId } } }
        } }`,
        { input: { unsignedHex, signature, wait } },
      )
      return submitTransaction
    },
    async restart() {
      await world.gateway.close()
      world.gateway = await start()
    },
    async [Symbol.asyncDispose]() {
      await world.gateway.close()
      await kubo?.close()
      if (!options.chain) await chain.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return world
}

/** DER over the double SHA-256 of the bytes, hex. */
export function signatureOf(bytes: Uint8Array, { privateKey }: Person): string {
  return Buffer.from(signDigest(sha256d(bytes), privateKey)).toString('hex')
}

export function personOf({ name, seedHex }: { name: string; publicKey: string; seedHex: string }): Person {
  const privateKey = Uint8Array.from(Buffer.from(seedHex, 'hex'))
  return { name, privateKey, publicKey: publicKeyFromBytes(publicKeyOf(privateKey), 'testnet') }
}
