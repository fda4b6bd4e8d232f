import { LRUCache } from 'lru-cache'
import type { CID } from 'multiformats/cid'
import { blockKey } from './block.js'
import { decodeFileNode, type FileNode } from './file-node.js'

/** Links of decoded nodes kept in memory, some 10 MB: enough for 32 GiB of files in use. */
const MAX_CACHED_LINKS = 32_768

/** Decoded dag-pb nodes of files, so that each range of a file does not begin with reading its root again. */
export class NodeCache {
  readonly #nodes = new LRUCache<string, FileNode>({
    maxSize: MAX_CACHED_LINKS,
    sizeCalculation: (node) => 1 + node.children.length,
  })

  /** `block` must have checked the bytes against the CID. Throws what it throws, and InvalidDagError. */
  async get(cid: CID, block: () => Promise<Uint8Array>): Promise<FileNode> {
    const key = blockKey(cid)
    const known = this.#nodes.get(key)
    if (known) return known
    const node = decodeFileNode(cid, await block())
    // Nodes that only hold bytes are leaves: the cache is for what leads to them.
    if (node.children.length > 0) this.#nodes.set(key, node)
    return node
  }

  /** For a store whose blocks may be gone: what was read of them is no sign that they are there. */
  clear(): void {
    this.#nodes.clear()
  }
}
