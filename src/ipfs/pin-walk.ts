import type { CID } from 'multiformats/cid'
import { assertAllowed, blockKey, RAW } from './block.js'
import { linksOf } from './dag-links.js'

const CHECKS_AT_ONCE = 16

/** What a pin asks of a store; both throw NotFoundInStoreError. */
export interface PinSource {
  block(cid: CID): Promise<Uint8Array>
  /** Makes sure that the block is there, without reading it. */
  check(cid: CID): Promise<void>
}

/**
 * Visits every block below a root: decodes nodes (dag-pb, dag-cbor) once each, only checks raw leaves. Its memory grows
 * with the nodes alone, its work with the bytes of them, so a hostile DAG cannot blow it up.
 */
export async function walkForPin(source: PinSource, root: CID, signal?: AbortSignal): Promise<void> {
  assertAllowed(root)
  if (root.code === RAW) return source.check(root)
  const seen = new Set([nodeKey(root)])
  const open = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    signal?.throwIfAborted()
    const links = linksOf(node, await source.block(node))
    for (const link of links) {
      if (link.code === RAW || seen.has(nodeKey(link))) continue
      seen.add(nodeKey(link))
      open.push(link)
    }
    await checkAll(
      source,
      links.filter((link) => link.code === RAW),
      signal,
    )
  }
}

async function checkAll(source: PinSource, leaves: CID[], signal?: AbortSignal): Promise<void> {
  for (let i = 0; i < leaves.length; i += CHECKS_AT_ONCE) {
    signal?.throwIfAborted()
    await Promise.all(leaves.slice(i, i + CHECKS_AT_ONCE).map((leaf) => source.check(leaf)))
  }
}

/** With the codec: the same bytes may stand as one codec here and another there, with other links. */
function nodeKey(cid: CID): string {
  return `${cid.code}:${blockKey(cid)}`
}
