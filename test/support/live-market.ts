import { publicKeyToBytes } from '../../src/deso/keys.js'
import { transactionId } from '../../src/deso/signature.js'
import { contentBody } from '../../src/protocol/content-post.js'
import { signedHex } from './hand-made.js'
import { upload } from './library.js'
import { type Answers, type LiveClient, sseClient, webSocketClient } from './live.js'
import { Market } from './market.js'
import type { Person } from './world.js'

export const TRANSPORTS = { WebSocket: webSocketClient, SSE: sseClient }

export interface HandMadePost {
  title: string
  policy?: string
  manifest: string
  teaser?: string
  postHashToModify?: string
  isHidden?: boolean
}

/** A market, and those who watch it. */
export class LiveMarket implements AsyncDisposable {
  private readonly clients: LiveClient[] = []
  private readonly watches: (Answers & { stop(): void })[] = []
  private nonces = 1n << 40n

  private constructor(readonly market: Market) {}

  static async open(env: Record<string, string> = {}): Promise<LiveMarket> {
    return LiveMarket.around(await Market.open(env))
  }

  static async around(market: Market): Promise<LiveMarket> {
    // From here on every block commits one.
    await market.commit()
    return new LiveMarket(market)
  }

  client(transport: keyof typeof TRANSPORTS, token?: string): LiveClient {
    const client = TRANSPORTS[transport](this.market.world.url, token)
    this.clients.push(client)
    return {
      ...client,
      watch: (query, variables) => {
        const answers = client.watch(query, variables)
        this.watches.push(answers)
        return answers
      },
    }
  }

  /** Every watch that was begun is under way at the gateway, and the follower is at the tip. */
  async settled(): Promise<void> {
    const { app } = this.market.world.gateway
    const open = this.watches.filter(({ isComplete }) => !isComplete).length
    await until(async () => {
      const { text } = await app.metrics.expose()
      const counts = [...text.matchAll(/^gateway_live_watches\{.*\} (\d+)$/gm)].map(([, count]) =>
        Number(count),
      )
      return counts.reduce((sum, count) => sum + count, 0) === open
    })
    await until(async () => app.follower.head?.height === (await app.node.committedTip()).height)
  }

  /** Nobody watches any more, and the follower rests. */
  async rested(): Promise<void> {
    for (const watch of this.watches.splice(0)) watch.stop()
    await until(() => this.market.world.gateway.app.follower.head === null)
  }

  /** A payment that nobody has sent. */
  payment(from: Person, to: Person, nanos: bigint): { id: string; signedHex: string } {
    this.nonces += 1n
    const outputs = [{ publicKey: publicKeyToBytes(to.publicKey), amountNanos: nanos }]
    const parts = { metadata: { type: 'BASIC_TRANSFER' as const }, outputs }
    const hex = signedHex(from, parts, this.nonces)
    return { id: transactionId(Buffer.from(hex, 'hex')), signedHex: hex }
  }

  /** Uploads a content and hands in its post, which waits for a block; its hash. */
  async announce(creator: Person, title: string, policy = 'PUBLIC'): Promise<string> {
    const token = await this.market.world.signIn(creator)
    const files = [{ name: 'a.txt', bytes: title }]
    const payload = await upload(this.market.world, token, { title, policy, files })
    return this.market.send(payload, creator)
  }

  /** A post of any content, straight to the node, which waits for a block; its hash. */
  post(creator: Person, post: HandMadePost): Promise<string> {
    const { title, policy = 'PUBLIC', manifest, postHashToModify = '', isHidden = false } = post
    const { teaser = 'Teaser' } = post
    const extra = { DIGV: '1', DIGTITLE: title, DIGMANIFEST: manifest, DIGACCESS: policy }
    return this.market.sendOwn(creator, {
      metadata: {
        type: 'SUBMIT_POST',
        postHashToModify: Buffer.from(postHashToModify, 'hex'),
        parentStakeId: new Uint8Array(),
        body: contentBody(teaser),
        creatorBasisPoints: 1_000n,
        stakeMultipleBasisPoints: 12_500n,
        timestampNanos: BigInt(this.market.world.clock.now()) * 1_000_000n,
        isHidden,
      },
      extraData: new Map(Object.entries(extra).map(([key, text]) => [key, Buffer.from(text)])),
      feeNanos: 10_000n,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) await client.close()
    await this.market[Symbol.asyncDispose]()
  }
}

/** Asks again and again, for ten seconds at most. */
export async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await is())) {
    if (Date.now() > deadline) throw new Error(`it never came: ${is}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
