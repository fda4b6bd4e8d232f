import type { RequestContext } from '../context.js'
import type { Manifest } from '../protocol/manifest.js'
import type { Content, ContentFile } from './content.js'
import { ContentNotFoundError } from './errors.js'
import { loadManifest } from './load-manifest.js'

/** The files of a content. Throws StorageUnavailableError when IPFS has no answer. */
export async function loadFiles(ctx: RequestContext, content: Content): Promise<ContentFile[]> {
  const manifest = await loadManifest(ctx, content)
  if (!manifest) throw new ContentNotFoundError()
  return filesOf(manifest)
}

export function filesOf(manifest: Manifest): ContentFile[] {
  return manifest.files.map(({ name, type, size, cid }, index) => ({
    index,
    name,
    mediaType: type,
    size,
    cid,
    isEncrypted: manifest.enc !== null,
  }))
}
