import type { CID } from 'multiformats/cid'
import type { IpfsStore, StoreOptions } from '../store.js'

/** Another place that keeps what is pinned here: a Kubo node or an ipfs-cluster. Its errors are raw. */
export interface Mirror {
  /** Names it in the queue and the log: kind, host and path, no token. */
  readonly id: string
  /** Sends what it lacks and pins. Fine where it is pinned already. */
  pin(root: CID, name: string, source: IpfsStore, options: StoreOptions): Promise<void>
  /** Fine where there is no such pin. */
  unpin(root: CID, options: StoreOptions): Promise<void>
  holds(root: CID, options: StoreOptions): Promise<boolean>
  close(): Promise<void>
}

/** A mirror, as the settings name it. */
export interface MirrorEndpoint {
  kind: 'kubo' | 'cluster'
  /** http(s), without a slash at the end; null: by the socket (Kubo alone). */
  url: string | null
  socketPath: string | null
  /** A bearer token, or `user:password`; never logged. */
  token: string | null
}
