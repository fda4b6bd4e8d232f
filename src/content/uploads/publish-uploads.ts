import { randomBytes } from 'node:crypto'
import type { RequestContext } from '../../context.js'
import { newContentKey } from '../../crypto/content-keys.js'
import { InvalidInputError, NotSignedInError } from '../../errors.js'
import type { FileAtHand, FoundFile } from '../incoming-file.js'
import { isStated, typeByName, UNKNOWN_TYPE } from '../media-type.js'
import type { ContentSecrets } from '../store-content.js'
import { NoSuchUploadError } from './errors.js'
import { bytesTypeOf } from './read-upload.js'
import { isWhole, type UploadRecord } from './upload-record.js'
import type { UploadStore } from './upload-store.js'
import { hex } from './upload-writer.js'

const ID = /^(?:\S*\/)?([0-9a-f]{32})(?:\?\S*)?$/

/**
 * Publishes with uploads among the files: nobody else publishes them meanwhile, and when `publish` is through, their
 * bytes are dropped here, as they are durable in IPFS by then.
 */
export async function withUploads<T>(
  ctx: RequestContext,
  files: readonly FileAtHand[],
  publish: () => Promise<T>,
): Promise<T> {
  const { uploads, log } = ctx.app
  const ids = uploadIds(files).filter((id) => ctx.viewer && uploads.find(id, ctx.viewer))
  if (ids.length === 0) return publish()
  ctx.takeTime?.()
  const release = await uploads.holds.take(ids, ctx.signal)
  try {
    const published = await publish()
    // They are published whatever becomes of this: what is left ends by itself.
    await uploads
      .published(ids)
      .catch((err: unknown) => log.warn({ err }, 'published uploads are still here'))
    return published
  } finally {
    release()
  }
}

/**
 * A file that is an upload of the viewer's: `wasPublished` where the caller's request is a repeat, whose uploads may
 * have gone since. Throws InvalidInputError for one that is not there, another's, not whole, or has no name.
 */
export async function findUpload(
  { app, viewer }: RequestContext,
  { position, name, mediaType, source }: FileAtHand & { source: { uploadId: string } },
  { wasPublished }: { wasPublished: boolean },
): Promise<FoundFile> {
  const path = ['input', 'files', String(position)]
  if (!viewer) throw new NotSignedInError()
  const id = ID.exec(source.uploadId)?.[1]
  const upload = id === undefined ? null : app.uploads.find(id, viewer)
  if (!upload || (upload.isPublished && !wasPublished)) throw new NoSuchUploadError([...path, 'uploadId'])
  if (!isWhole(upload)) {
    throw new InvalidInputError(
      `This upload has ${upload.offset} of ${upload.size} bytes: send the rest first.`,
      [...path, 'uploadId'],
    )
  }
  const givenName = name ?? upload.name
  if (givenName === null)
    throw new InvalidInputError('Give the file a name: the upload has none.', [...path, 'name'])
  const type = await typeOf(app.uploads, upload, givenName, mediaType ?? upload.mediaType ?? UNKNOWN_TYPE)
  const { size, digest } = upload
  return { position, name: givenName, mediaType: type, size, digest: digest as string, source: { upload } }
}

/** As `mediaTypeOf` has it for what streams. */
async function typeOf(
  uploads: UploadStore,
  upload: UploadRecord,
  name: string,
  stated: string,
): Promise<string> {
  if (isStated(stated)) return stated
  return typeByName(name) ?? (await bytesTypeOf(uploads, upload)) ?? UNKNOWN_TYPE
}

/** Throws InvalidInputError where two files are one upload. */
export function checkUploadsOnce(files: readonly FileAtHand[]): void {
  const seen = new Set<string>()
  for (const file of files) {
    const [id] = uploadIds([file])
    if (id === undefined) continue
    if (seen.has(id)) {
      const path = ['input', 'files', String(file.position), 'uploadId']
      throw new InvalidInputError('One upload cannot be two files.', path)
    }
    seen.add(id)
  }
}

/**
 * The key of a new content: that of most of the bytes that lie here, if no other content has it (upload-index.ts), so
 * that they need not be encrypted again; else a new one.
 */
export async function contentSecrets(
  { app }: RequestContext,
  files: readonly FoundFile[],
): Promise<ContentSecrets> {
  const largest = new Map<string, { bytes: number; upload: UploadRecord }>()
  for (const { source, size } of files) {
    if (!('upload' in source)) continue
    const { encId } = source.upload.epoch
    const before = largest.get(encId)?.bytes ?? 0
    largest.set(encId, { bytes: before + size, upload: source.upload })
  }
  for (const { upload } of [...largest.values()].sort((a, b) => b.bytes - a.bytes)) {
    const { encId, contentKey } = upload.epoch
    if (await app.uploads.takeKey(upload)) return { encId: hex(encId), contentKey: hex(contentKey) }
  }
  return { encId: Uint8Array.from(randomBytes(16)), contentKey: newContentKey() }
}

/** Bytes that came by uploads. */
export function uploadBytes(files: readonly FoundFile[]): number {
  return files.reduce((sum, { source, size }) => sum + ('upload' in source ? size : 0), 0)
}

function uploadIds(files: readonly FileAtHand[]): string[] {
  const ids = files.map(({ source }) => ('uploadId' in source ? ID.exec(source.uploadId)?.[1] : undefined))
  return [...new Set(ids.filter((id) => id !== undefined))]
}
