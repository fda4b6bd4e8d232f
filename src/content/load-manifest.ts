import type { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import { decodeManifest, InvalidManifestError, isManifestOf, type Manifest } from '../protocol/manifest.js'

/** Manifests are small and never change: one is kept by its CID. */
const CACHED_MANIFESTS = 2_000

/**
 * The manifest at a CID if it is this creator's; null: the bytes are no manifest, or another creator's. Throws
 * StorageUnavailableError when IPFS has no answer, which says nothing about the manifest.
 */
export async function loadManifest(
  ctx: RequestContext,
  { manifestCid, creator }: { manifestCid: CID; creator: PublicKey },
): Promise<Manifest | null> {
  const cache = ctx.app.caches.create<Manifest | 'invalid'>('manifests', { maxEntries: CACHED_MANIFESTS })
  const manifest = await cache.wrap(manifestCid.toString(), undefined, async () => {
    const bytes = await ctx.app.ipfs.getBlock(manifestCid, { signal: ctx.signal })
    return decode(bytes)
  })
  return manifest !== 'invalid' && isManifestOf(manifest, publicKeyToBytes(creator)) ? manifest : null
}

function decode(bytes: Uint8Array): Manifest | 'invalid' {
  try {
    return decodeManifest(bytes)
  } catch (error) {
    if (error instanceof InvalidManifestError) return 'invalid'
    throw error
  }
}
