import { LRUCache } from 'lru-cache'
import type { AppContext, RequestContext } from '../context.js'
import { fileAssociatedData, fileKey, unwrapContentKey } from '../crypto/content-keys.js'
import { KeyUnwrapError } from '../crypto/errors.js'
import { publicKeyOf, publicKeyToBytes } from '../deso/keys.js'
import type { GatedManifest } from '../protocol/manifest.js'
import type { Content, ContentFile } from './content.js'
import { ContentNotFoundError } from './errors.js'

/** What opens one file. */
export interface FileSecrets {
  key: Uint8Array
  associatedData: Uint8Array
}

const CACHED_KEYS = 1_000

/** Keys stay in this process: the shared caches hold only what may be seen. Unwrapping takes milliseconds. */
const contentKeys = new WeakMap<AppContext, LRUCache<string, Uint8Array>>()

/**
 * The secrets of a file. The content key counts only if it was wrapped for this very creator and enc id, so that a
 * thief's manifest with another's wrapped key opens nothing. Throws ContentNotFoundError when this gateway has no key.
 */
export async function fileSecrets(
  ctx: RequestContext,
  content: Content,
  manifest: GatedManifest,
  file: ContentFile,
): Promise<FileSecrets> {
  const creator33 = publicKeyToBytes(content.creator)
  const contentKey = contentKeyOf(ctx.app, content, manifest)
  const id = manifest.files[file.index]?.id
  if (!contentKey || !id) throw new ContentNotFoundError('This gateway holds no key to this content.')
  return { key: fileKey(contentKey, id), associatedData: fileAssociatedData(creator33, id) }
}

/** What opens all files of a content; null: it was not wrapped to this gateway. */
export function contentKeyOf(
  app: AppContext,
  content: Pick<Content, 'creator' | 'manifestCid'>,
  manifest: GatedManifest,
): Uint8Array | null {
  const known = contentKeys.get(app) ?? new LRUCache<string, Uint8Array>({ max: CACHED_KEYS })
  contentKeys.set(app, known)
  const name = `${content.creator}:${content.manifestCid}`
  const key = known.get(name) ?? unwrap(app, publicKeyToBytes(content.creator), manifest)
  if (key) known.set(name, key)
  return key
}

/** A manifest may list thousands of keys, and each unwrapping takes milliseconds: so many are tried. */
const MAX_TRIED = 8

function unwrap(app: AppContext, creator33: Uint8Array, { enc }: GatedManifest): Uint8Array | null {
  const ours = new Map(app.identity.unwrapKeys.map((key) => [hexOf(publicKeyOf(key)), key]))
  for (const { to, key } of enc.keys.filter(({ to }) => ours.has(hexOf(to))).slice(0, MAX_TRIED)) {
    try {
      return unwrapContentKey(key, ours.get(hexOf(to)) as Uint8Array, { creator33, encId: enc.id })
    } catch (error) {
      if (!(error instanceof KeyUnwrapError)) throw error
    }
  }
  return null
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
