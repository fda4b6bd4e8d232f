import type { RequestContext } from '../../context.js'
import { UploadTooLargeError } from '../../errors.js'
import { checkRoom } from '../upload-quota.js'
import { LinkOverError, LinkTypeError } from './errors.js'
import type { UploadLink } from './upload-link.js'
import { isWhole, type UploadRecord } from './upload-record.js'

/** An upload that a client announces. */
export interface UploadRequest {
  /** 32 hex digits: the link's, where there is one. */
  id: string
  /** Of the plain bytes. */
  size: number
  /** As tus has it; `filename` and `filetype` (or `name` and `type`) say what the file is. */
  metadata: Readonly<Record<string, string | null>>
  link: UploadLink | null
  /** An upload by the same link that is not whole begins anew. Default false. */
  restarts?: boolean
}

/** Longer than the link, so that one that was used stays so. */
const REMEMBERED_MS = 60_000

/**
 * Begins an upload of the viewer's. Room for all its bytes is taken at once. With a link the same request again, before
 * a byte has come, is the same upload: its answer may have got lost. Throws UploadTooLargeError for the size of a file,
 * the link's or the account's room, LinkOverError, LinkTypeError.
 */
export async function beginUpload(ctx: RequestContext, request: UploadRequest): Promise<UploadRecord> {
  const { app, viewer: owner } = ctx
  const { id, size, metadata, link, restarts = false } = request
  if (!owner) throw new TypeError('an upload is somebody’s')
  const max = Math.min(app.config.limits.maxFileBytes, link?.maxBytes ?? Number.POSITIVE_INFINITY)
  if (size > max) throw new UploadTooLargeError(BigInt(max), `At most ${max} bytes.`)
  const mediaType = metadata.filetype || metadata.type || null
  const begun = link && app.uploads.get(id)
  const isUnfinished = begun !== null && !isWhole(begun)
  if (!restarts && isUnfinished && begun.offset === 0 && begun.size === size) return begun
  if (link) checkLink(ctx, link, mediaType)
  if (restarts && isUnfinished) await app.uploads.remove(id)
  else if (link) await checkUnused(ctx, link)
  // One at a time, so that many at once keep to the account's room.
  const upload = await app.mutex.run(
    `begin-upload:${owner}`,
    async () => {
      await checkRoom(ctx, owner, size)
      return app.uploads.create({
        id,
        owner,
        size,
        metadata,
        name: metadata.filename || metadata.name || link?.name || null,
        mediaType: mediaType ?? link?.mediaType ?? null,
      })
    },
    ctx.signal,
  )
  if (link && !(restarts && isUnfinished)) await useLink(ctx, link)
  return upload
}

function checkLink({ app }: RequestContext, link: UploadLink, mediaType: string | null): void {
  if (link.until <= app.clock.now()) throw new LinkOverError('This upload link is over: ask for a new one.')
  if (link.mediaType && mediaType && !isSameType(mediaType, link.mediaType)) {
    throw new LinkTypeError(`This upload link takes ${link.mediaType} alone, not ${mediaType}.`)
  }
}

async function checkUnused({ app }: RequestContext, link: UploadLink): Promise<void> {
  if (app.uploads.has(link.uploadId) || (await app.state.get(keyOf(link)))) throw used()
}

/** Of two gateways that are asked at once, one begins the upload. */
async function useLink({ app }: RequestContext, link: UploadLink): Promise<void> {
  if ((await app.state.insert(keyOf(link), '1', link.until + REMEMBERED_MS)).inserted) return
  await app.uploads.remove(link.uploadId)
  throw used()
}

function keyOf({ uploadId }: UploadLink): string {
  return `upload-link:${uploadId}`
}

function used(): LinkOverError {
  return new LinkOverError('This upload link has been used: it is for one upload.')
}

function isSameType(one: string, other: string): boolean {
  const essence = (type: string) => type.split(';')[0]?.trim().toLowerCase()
  return essence(one) === essence(other)
}
