import type { CID } from 'multiformats/cid'
import { NotFoundInStoreError } from '../errors.js'
import { nameOf } from '../kubo/endpoint.js'
import { storageFault } from '../kubo/faults.js'
import { KuboNode } from '../kubo/kubo-node.js'
import type { IpfsStore, StoreOptions } from '../store.js'
import { blocksBelow } from './dag-blocks.js'
import type { Mirror, MirrorEndpoint } from './mirror.js'

/** A Kubo node that gets each pin, with the blocks that it lacks. */
export class KuboMirror implements Mirror {
  readonly id: string
  readonly #node: KuboNode

  constructor({ url, socketPath, token }: MirrorEndpoint, idleMs: number) {
    const endpoint = { rpcUrl: url, socketPath, token, gatewayUrl: null }
    this.id = `kubo ${nameOf(endpoint)}`
    this.#node = new KuboNode(endpoint, idleMs)
  }

  async pin(root: CID, name: string, source: IpfsStore, options: StoreOptions): Promise<void> {
    if (await this.#pinLocally(root, name, options)) return
    await this.#node.importBlocks(blocksBelow(source, root, options), options)
    await this.#node.pin(root, name, { ...options, isLocal: true })
  }

  unpin(root: CID, options: StoreOptions): Promise<void> {
    return this.#node.unpin(root, options)
  }

  holds(root: CID, options: StoreOptions): Promise<boolean> {
    return this.#node.isPinned(root, options)
  }

  close(): Promise<void> {
    return this.#node.close()
  }

  /** False: it lacks a block. Not by asking its peers: that may take for ever, and the blocks are here. */
  async #pinLocally(root: CID, name: string, options: StoreOptions): Promise<boolean> {
    try {
      await this.#node.pin(root, name, { ...options, isLocal: true })
      return true
    } catch (error) {
      if (storageFault(error, root) instanceof NotFoundInStoreError) return false
      throw error
    }
  }
}
