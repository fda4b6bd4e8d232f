import type { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import {
  decodeManifest,
  encodeManifest,
  InvalidManifestError,
  isManifestOf,
  type Manifest,
} from '../protocol/manifest.js'
import type { CacheOptions } from '../store/caches.js'

/**
 * Manifests never change: one is kept by its CID, here and for other gateways (who may see the wrapped keys in it, as
 * anybody may). What is no manifest to this version may be one to the next, so that is nobody else's business.
 */
const CACHE: CacheOptions<Manifest | 'invalid'> = {
  maxEntries: 2_000,
  maxBytes: 64 << 20,
  shared: {
    encode: (manifest) =>
      manifest === 'invalid' ? null : Buffer.from(encodeManifest(manifest)).toString('base64'),
    decode: (text) => decodeManifest(Uint8Array.from(Buffer.from(text, 'base64'))),
  },
}

/**
 * The manifest at a CID if it is this creator's; null: the bytes are no manifest, or another creator's. Throws
 * StorageUnavailableError when IPFS has no answer, which says nothing about the manifest.
 */
export async function loadManifest(
  ctx: RequestContext,
  { manifestCid, creator }: { manifestCid: CID; creator: PublicKey },
): Promise<Manifest | null> {
  const cache = ctx.app.caches.create('manifests', CACHE)
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
