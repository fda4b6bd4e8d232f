import { decideAccess } from '../access/decide.js'
import { once } from '../access/reads.js'
import type { RequestContext } from '../context.js'
import { fileKeyPayload } from '../crypto/content-keys.js'
import { keyWrapper } from '../crypto/key-wrap.js'
import { publicKeyToBytes } from '../deso/keys.js'
import type { Content, ContentFile } from './content.js'
import { fileSecrets } from './file-secrets.js'
import { loadManifest } from './load-manifest.js'

/**
 * The key of one encrypted file, wrapped to the viewer's own key; null where there is nothing to open or the viewer has
 * no access. A fan never gets the content key, which opens the files of later versions, too.
 */
export async function wrappedFileKey(
  ctx: RequestContext,
  content: Content,
  file: ContentFile,
): Promise<Uint8Array | null> {
  const { viewer } = ctx
  if (!viewer || !file.isEncrypted) return null
  const decision = await decideAccess(ctx, content, viewer)
  if (!decision.granted) return null
  const manifest = await loadManifest(ctx, content)
  const fileId = manifest?.enc ? manifest.files[file.index]?.id : undefined
  if (!manifest?.enc || !fileId) return null
  const { key } = await fileSecrets(ctx, content, manifest, file)
  // Agreeing on a key takes a millisecond, and a content may have thousands of files.
  const wrap = await once(ctx, `key-wrapper:${viewer}`, async () => keyWrapper(publicKeyToBytes(viewer)))
  return wrap(
    fileKeyPayload({ key, creator33: publicKeyToBytes(content.creator), encId: manifest.enc.id, fileId }),
  )
}
