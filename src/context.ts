import type { Logger } from 'pino'
import type { TouchedParties } from './access/touched-parties.js'
import type { Announcer } from './announcer.js'
import type { Clock } from './clock.js'
import type { Config } from './config/config.js'
import type { ContentPins } from './content/pins/content-pins.js'
import type { UploadStore } from './content/uploads/upload-store.js'
import type { GatewayIdentity } from './crypto/gateway-identity.js'
import type { BlockFollower } from './deso/block-follower.js'
import type { ChainReader } from './deso/chain.js'
import type { PublicKey } from './deso/keys.js'
import type { Loaders } from './deso/loaders.js'
import type { DesoNode } from './deso/node.js'
import type { IpfsStore } from './ipfs/store.js'
import type { LiveFeed } from './live/live-feed.js'
import type { Metrics } from './metrics.js'
import type { Caches } from './store/caches.js'
import type { KeyedMutex } from './store/keyed-mutex.js'
import type { StateStore } from './store/state.js'

/** All that outlives a request; built once, in gateway.ts. */
export interface AppContext {
  config: Config
  clock: Clock
  log: Logger
  identity: GatewayIdentity
  node: DesoNode
  chain: ChainReader
  follower: BlockFollower
  /** Whose records the blocks that it reads touch. */
  touched: TouchedParties
  live: LiveFeed
  ipfs: IpfsStore
  state: StateStore
  caches: Caches
  /** Uploads that resume. */
  uploads: UploadStore
  mutex: KeyedMutex
  metrics: Metrics
  /** By the ids of transactions: something may have become of what was handed in here. */
  submits: Announcer
  /** By the key of a nonce (transaction/sending-store.ts): a form of it was found in a committed block. */
  commits: Announcer
  pins: ContentPins
  /** Loaders for one request (or one piece of background work). */
  createLoaders(signal: AbortSignal): Loaders
}

/** One request. Domain verbs take it first; they never see Express or GraphQL. */
export interface RequestContext {
  app: AppContext
  /** Who the bearer token says; null without one. */
  viewer: PublicKey | null
  loaders: Loaders
  /** Aborts when the client is gone or the request's deadline passes. */
  signal: AbortSignal
  requestId: string
  /** The work moves bytes that have come already: it takes as long as they do, without a deadline. */
  takeTime?(): void
}
