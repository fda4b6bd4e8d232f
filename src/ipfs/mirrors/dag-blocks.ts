import type { CID } from 'multiformats/cid'
import { inlineBytes, RAW } from '../block.js'
import { linksOf } from '../dag-links.js'
import type { Block, IpfsStore, StoreOptions } from '../store.js'

/** Every block below a root, and it, read one after the other as they are taken; one may come more than once. */
export async function* blocksBelow(
  store: Pick<IpfsStore, 'getBlock'>,
  root: CID,
  { signal }: StoreOptions = {},
): AsyncGenerator<Block> {
  const open = [root]
  const seen = new Set<string>()
  for (let cid = open.pop(); cid; cid = open.pop()) {
    signal?.throwIfAborted()
    if (inlineBytes(cid) && cid.code === RAW) continue
    const bytes = await store.getBlock(cid, { signal })
    if (!inlineBytes(cid)) yield { cid, bytes }
    if (cid.code === RAW) continue
    for (const link of linksOf(cid, bytes).reverse()) {
      // Leaves are not noted: memory grows with the nodes alone.
      if (link.code !== RAW && seen.has(`${link}`)) continue
      if (link.code !== RAW) seen.add(`${link}`)
      open.push(link)
    }
  }
}
