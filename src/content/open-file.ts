import { decideAccess } from '../access/decide.js'
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { Manifest } from '../protocol/manifest.js'
import { type Content, type ContentFile, isPublic } from './content.js'
import { decryptingReader } from './decrypting-reader.js'
import { AccessDeniedError, ContentNotFoundError } from './errors.js'
import { fileSecrets } from './file-secrets.js'
import { getContent } from './get-content.js'
import { fileOf, indexOf } from './load-files.js'
import { loadManifest } from './load-manifest.js'

/** A file that the account may have. */
export interface OpenedFile {
  content: Content
  file: ContentFile
  /** Not open to everybody: must not be kept by shared caches. */
  isGated: boolean
  /** The plain bytes [offset, offset + length). Pull-driven; decrypted and verified before they leave. */
  read(offset: number, length: number, signal: AbortSignal): AsyncIterable<Uint8Array>
}

/**
 * Opens a file of a content for an account: the one way to its bytes. `file` is an index (digits) or a name. Throws
 * ContentNotFoundError, AccessDeniedError, or what node and storage throw: denied is the default.
 */
export async function openFile(
  ctx: RequestContext,
  { postHash, file: wanted, account }: { postHash: string; file: string; account: PublicKey | null },
): Promise<OpenedFile> {
  const content = await getContent(ctx, postHash)
  if (!content) throw new ContentNotFoundError()
  const decision = await decideAccess(ctx, content, account)
  if (!decision.granted) throw new AccessDeniedError(decision.reason)
  const manifest = await loadManifest(ctx, content)
  if (!manifest) throw new ContentNotFoundError()
  const file = findFile(manifest, wanted)
  const isGated = !isPublic(content)
  if (manifest.enc === null) return { content, file, isGated, read: plainReader(ctx, file) }
  const secrets = await fileSecrets(ctx, content, manifest, file)
  return { content, file, isGated, read: decryptingReader(ctx.app.ipfs, file, secrets) }
}

function findFile(manifest: Manifest, wanted: string): ContentFile {
  const index = /^[0-9]+$/.test(wanted) ? Number(wanted) : indexOf(manifest, wanted)
  const file = fileOf(manifest, index)
  if (!file) throw new ContentNotFoundError('This content has no such file.')
  return file
}

/** Public bytes are checked against their CIDs, as gated ones are by their cipher. */
function plainReader({ app }: RequestContext, file: ContentFile): OpenedFile['read'] {
  return async function* (offset, length, signal) {
    // Whatever a manifest may say: a file of another size has other ranges.
    if ((await app.ipfs.fileSize(file.cid, { signal })) !== file.size) {
      throw new ContentNotFoundError('The stored file is not the one that its manifest names.')
    }
    yield* app.ipfs.readFile(file.cid, { offset, length }, { signal, verify: true })
  }
}
