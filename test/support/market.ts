import { publicKeyFromBytes, publicKeyOf } from '../../src/deso/keys.js'
import { sha256d } from '../../src/deso/signature.js'
import type { DevchainOptions } from '../../src/devchain/devchain.js'
import { encodeGlobalId } from '../../src/graphql/relay/global-id.js'
import { type HandMade, type Parts, partsOf, type Ref, refOf, signedHex } from './hand-made.js'
import {
  type ChainControl,
  type Json,
  MovableClock,
  openChain,
  openWorld,
  type Person,
  type World,
} from './world.js'

export const DESO = 1_000_000_000n
/** When a market begins, in unix seconds. */
export const OPENING = 1_900_000_000

const DRAFT = `draft {
  kind unsignedHex expiresAtHeight signer { publicKey }
  preview { kind summary outputs { to { publicKey } amount { nanos } } fee { nanos } spend { nanos } }
}`
const ERRORS = `errors {
  __typename code message path retryable
  ... on InsufficientFunds { required available }
  ... on PlanChanged { plan { version price { nanos } periodSeconds title state } }
  ... on DraftExpired { transaction { transactionId status } }
}`
const INPUT_TYPES = {
  createPlan: 'CreatePlanInput',
  closePlan: 'ClosePlanInput',
  subscribe: 'SubscribeInput',
  unsubscribe: 'UnsubscribeInput',
  createTransaction: 'CreateTransactionInput',
}

type Env = Record<string, string>

/**
 * Plans, payments and hand-made records through the public surface, on a chain that makes blocks only when told, with
 * a gateway whose clock stands still: so every second is exact. The chain's index of transactions never catches up, as
 * nothing may rest on it.
 */
export class Market implements AsyncDisposable {
  private keys = 0
  private nonces = 0n

  private constructor(
    readonly world: World,
    private readonly closeChain: () => Promise<void>,
  ) {}

  /**
   * `env`: settings of the gateway; what depends on the chain's address is made when that is known. `params`: of the
   * chain.
   */
  static async open(
    env: Env | ((chainUrl: string, chain: ChainControl) => Promise<Env>) = {},
    params: DevchainOptions['params'] = {},
  ): Promise<Market> {
    const clock = new MovableClock(OPENING * 1000)
    const chain = await openChain(0, {
      clock: new MovableClock(OPENING * 1000),
      indexLagMs: Number.MAX_SAFE_INTEGER,
      params,
    })
    const world = await openWorld({
      chain,
      clock,
      env: typeof env === 'function' ? await env(chain.url, chain) : env,
    })
    return new Market(world, () => chain.close())
  }

  newKey(): string {
    this.keys += 1
    return `key-${this.keys}`
  }

  /** Somebody with a key of their own and this much money. */
  async person(name: string, nanos = 100n * DESO): Promise<Person> {
    const someone = stranger(name)
    if (nanos > 0n) await this.world.chain.fund(someone.publicKey, nanos)
    return someone
  }

  /** What waits is committed; the height of its block. */
  async commit(): Promise<number> {
    return (await this.world.chain.mine(3)).committedHeight
  }

  /** Moves both clocks to this far after where the later one stands; that time, in unix seconds. */
  async pass(seconds: number): Promise<number> {
    const { clock, chain } = this.world
    const { time } = await chain.forward(0)
    const now = Math.max(Math.floor(clock.now() / 1000), time) + seconds
    clock.forward(now - Math.floor(clock.now() / 1000))
    await chain.forward(now - time)
    return now
  }

  /** The payload of a drafting mutation; an idempotency key of its own unless given. */
  async draft(operation: keyof typeof INPUT_TYPES, input: Record<string, unknown>): Promise<Json> {
    const type = INPUT_TYPES[operation]
    const payload = await this.world.ask(
      `mutation ($input: ${type}!) { ${operation}(input: $input) { ${DRAFT} ${ERRORS} } }`,
      { input: operation === 'createTransaction' ? input : { idempotencyKey: this.newKey(), ...input } },
    )
    return payload[operation]
  }

  /** The code of the one error of a draft that must be refused. */
  async refusal(operation: keyof typeof INPUT_TYPES, input: Record<string, unknown>): Promise<Json> {
    const { draft, errors } = await this.draft(operation, input)
    if (draft !== null || errors.length !== 1) throw new Error(JSON.stringify({ draft, errors }))
    return errors[0]
  }

  /** Signs and submits a draft that must be good; the id of its transaction, which waits for a block. */
  async send({ draft, errors }: Json, signer: Person): Promise<string> {
    if (!draft) throw new Error(JSON.stringify(errors))
    const result = await this.world.submit(draft.unsignedHex, signer, 'ACCEPTED')
    if (result.errors.length > 0) throw new Error(JSON.stringify(result.errors))
    return result.transaction.transactionId
  }

  /** The same, committed. */
  async execute(payload: Json, signer: Person): Promise<Ref> {
    const id = await this.send(payload, signer)
    return refOf(id, await this.commit())
  }

  /** A committed plan, or a new version of one. 1,000 nanos for 600 seconds unless given. */
  async plan(creator: Person, slug: string, terms: Record<string, unknown> = {}): Promise<Ref> {
    const input = { slug, title: 'Gold', priceNanos: '1000', periodSeconds: 600, ...terms }
    return this.execute(await this.draft('createPlan', { ...input, signer: creator.publicKey }), creator)
  }

  payment(fan: Person, creator: Person, slug: string, more: Record<string, unknown> = {}): Promise<Json> {
    const input = { creator: creator.publicKey, plan: slug, signer: fan.publicKey }
    return this.draft('subscribe', { ...input, ...more })
  }

  /** A committed payment. */
  async pay(fan: Person, creator: Person, slug: string, more: Record<string, unknown> = {}): Promise<Ref> {
    return this.execute(await this.payment(fan, creator, slug, more), fan)
  }

  /** What `account` may have of a plan; null: there is no such plan. */
  async access(creator: Person, slug: string, account: Person | null): Promise<Json> {
    const plan = encodeGlobalId('Plan', creator.publicKey, slug)
    const { access } = await this.world.ask(
      `query ($plan: ID!, $account: PublicKey) { access(to: { plan: $plan }, account: $account) {
        granted reason expiresAt checkedAt { height hash time }
        evidence { meaning transaction { transactionId kind status block { height } } }
      } }`,
      { plan, account: account?.publicKey },
    )
    return access
  }

  /** Whether access is granted, else the reason. */
  async verdict(creator: Person, slug: string, account: Person): Promise<string> {
    const { granted, reason } = await this.access(creator, slug, account)
    return granted === (reason === 'SUBSCRIBED') ? reason : `${granted} for ${reason}`
  }

  /** Of all that the fan has, or null; `active` filters. */
  async subscriptions(fan: Person, active?: boolean): Promise<Json[]> {
    const { account } = await this.world.ask(
      `query ($key: PublicKey!, $active: Boolean) { account(by: { publicKey: $key }) {
        subscriptions(active: $active) { nodes {
          id status startsAt expiresAt fan { publicKey } creator { publicKey } plan { slug state version price { nanos } }
          payments { paid { nanos } periods startsAt endsAt transaction { transactionId status kind } }
        } }
      } }`,
      { key: fan.publicKey, active },
    )
    return account.subscriptions.nodes
  }

  async subscription(fan: Person, slug: string): Promise<Json> {
    return (await this.subscriptions(fan)).find(({ plan }) => plan.slug === slug) ?? null
  }

  async balance({ publicKey }: Pick<Person, 'publicKey'>): Promise<bigint> {
    const { account } = await this.world.ask(
      'query ($key: PublicKey!) { account(by: { publicKey: $key }) { balance { nanos } } }',
      { key: publicKey },
    )
    return BigInt(account.balance.nanos)
  }

  /** Signs any transaction and hands it to the node itself; its id. Throws what the node says against it. */
  async sendOwn(signer: Person, parts: Parts): Promise<string> {
    this.nonces += 1n
    const TransactionHex = signedHex(signer, parts, this.nonces)
    const { status, body } = await this.world.chain.post('/api/v0/submit-transaction', { TransactionHex })
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body.TxnHashHex
  }

  /** A record of any content, straight to the node; its id. */
  sendRecord(signer: Person, record: HandMade): Promise<string> {
    return this.sendOwn(signer, partsOf(record))
  }

  /** The same, committed. */
  async record(signer: Person, record: HandMade): Promise<Ref> {
    const id = await this.sendRecord(signer, record)
    return refOf(id, await this.commit())
  }

  /** Deletes an entry without the gateway. */
  deleteRecord(signer: Person, id: string): Promise<string> {
    return this.sendOwn(signer, {
      metadata: { type: 'DELETE_USER_ASSOCIATION', associationId: Buffer.from(id, 'hex') },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]()
    await this.closeChain()
  }
}

/** A key that has nothing but what a test gives it. */
export function stranger(name: string): Person {
  const privateKey = sha256d(Buffer.from(name))
  return { name, privateKey, publicKey: publicKeyFromBytes(publicKeyOf(privateKey), 'testnet') }
}

/** RFC 3339, as answers write it. */
export function at(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString()
}
