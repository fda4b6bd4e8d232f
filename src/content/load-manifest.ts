import type { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import { publicKeyToBytes } from '../deso/keys.js'
import {
  decodeManifest,
  encodeManifest,
  InvalidManifestError,
  isManifestOf,
  type Manifest,
} from '../protocol/manifest.js'
import type { CacheOptions } from '../store/caches.js'
import type { Content } from './content.js'

const MAX_CREATORS = 50_000
/** In place of a creator, where the bytes are no manifest. */
const NOBODY = ''

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
  { manifestCid, creator }: Pick<Content, 'manifestCid' | 'creator'>,
): Promise<Manifest | null> {
  const manifest = await read(ctx, manifestCid)
  return manifest !== 'invalid' && isManifestOf(manifest, publicKeyToBytes(creator)) ? manifest : null
}

/** Whether there is such a manifest. It is looked at once: of thousands of files it takes long, and lists have many. */
export async function hasManifest(
  ctx: RequestContext,
  { manifestCid, creator }: Pick<Content, 'manifestCid' | 'creator'>,
): Promise<boolean> {
  const creators = ctx.app.caches.create<string>('manifest-creators', { maxEntries: MAX_CREATORS })
  const whose = await creators.wrap(manifestCid.toString(), undefined, async () => {
    const manifest = await read(ctx, manifestCid)
    return manifest === 'invalid' ? NOBODY : hexOf(manifest.creator)
  })
  return whose === hexOf(publicKeyToBytes(creator))
}

function read(ctx: RequestContext, manifestCid: CID): Promise<Manifest | 'invalid'> {
  const cache = ctx.app.caches.create('manifests', CACHE)
  return cache.wrap(manifestCid.toString(), undefined, async () =>
    decode(await ctx.app.ipfs.getBlock(manifestCid, { signal: ctx.signal })),
  )
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function decode(bytes: Uint8Array): Manifest | 'invalid' {
  try {
    return decodeManifest(bytes)
  } catch (error) {
    if (error instanceof InvalidManifestError) return 'invalid'
    throw error
  }
}
