import type { CID } from 'multiformats/cid'
import { StorageUnavailableError } from '../../errors.js'
import { carOf } from '../kubo/car-stream.js'
import { authorizationOf } from '../kubo/endpoint.js'
import { KuboRefusal } from '../kubo/faults.js'
import { discard, readAll, Transport } from '../kubo/transport.js'
import { uploadStream } from '../kubo/upload.js'
import type { IpfsStore, StoreOptions } from '../store.js'
import { blocksBelow } from './dag-blocks.js'
import type { Mirror, MirrorEndpoint } from './mirror.js'

/**
 * An ipfs-cluster (REST API of 1.1) that gets each pin; it spreads the blocks over its peers by its own replication
 * factors. As a CAR, because its `add` knows no `max-file-links`, and would give large files other CIDs.
 */
export class ClusterMirror implements Mirror {
  readonly id: string
  readonly #http: Transport

  constructor(
    { url, token }: MirrorEndpoint,
    private readonly idleMs: number,
  ) {
    const baseUrl = url as string
    this.id = `cluster ${new URL(baseUrl).host}`
    this.#http = new Transport({ baseUrl, headers: authorizationOf(token), idleMs })
  }

  async pin(root: CID, name: string, source: IpfsStore, options: StoreOptions): Promise<void> {
    if (await this.holds(root, options)) return
    const query = new URLSearchParams({ format: 'car', name, 'stream-channels': 'false' })
    const car = carOf(blocksBelow(source, root, options), root)
    const answer = await uploadStream(this.#http, `/add?${query}`, car, { ...options, idleMs: this.idleMs })
    if (!answer.includes(root.toString())) {
      throw new StorageUnavailableError('The cluster pinned something else than it was sent.')
    }
  }

  async unpin(root: CID, { signal }: StoreOptions): Promise<void> {
    const answer = await this.#http.ask({ method: 'DELETE', path: `/pins/${root}`, signal }, [200, 202, 404])
    discard(answer)
  }

  /** Whether a peer has it pinned. */
  async holds(root: CID, { signal }: StoreOptions): Promise<boolean> {
    const answer = await this.#http.ask({ method: 'GET', path: `/pins/${root}`, signal }, [200, 404])
    const text = (await readAll(answer)).toString('utf8')
    if (answer.statusCode === 404) return false
    return statuses(text).includes('pinned')
  }

  close(): Promise<void> {
    return this.#http.close()
  }
}

/** Of each peer, as in {"peer_map":{"12D3…":{"status":"pinned",…}}}. */
function statuses(text: string): unknown[] {
  try {
    const { peer_map: peers } = JSON.parse(text) as { peer_map?: Record<string, { status?: unknown }> }
    return Object.values(peers ?? {}).map(({ status }) => status)
  } catch {
    throw new KuboRefusal(200, 'no status of a pin')
  }
}
