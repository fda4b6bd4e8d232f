import type { CID } from 'multiformats/cid'
import type { AppContext, RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { UploadTooLargeError } from '../errors.js'
import {
  addUnpublished,
  dropPublished,
  loadUnpublished,
  sumOf,
  type Unpublished,
} from './unpublished-uploads.js'

/** The room that an account has for unpublished bytes, as one upload sees it. */
export interface UploadQuota {
  /** Counts bytes as they come. Throws UploadTooLargeError, with the number, when the account has no room. */
  spend(bytes: number): void
  /** Takes over bytes that have room already: of uploads at /uploads that this one publishes. */
  adopt(bytes: number): void
  /** The upload is whole: its bytes count until a post names this manifest. */
  names(manifestCid: CID): void
  /** Writes down what was used. Always called. */
  close(): Promise<void>
}

/** An account with uploads under way: their bytes are written down only when they end. */
interface Uploader {
  uploads: number
  /** Bytes written down. */
  recorded: number
  /** Bytes of the uploads under way. */
  flowing: number
}

const uploadersOf = new WeakMap<AppContext, Map<PublicKey, Uploader>>()

/** Opens the account's room (`limits.maxUnpublishedBytes`, over all its uploads) for one more upload. */
export async function openQuota(ctx: RequestContext, account: PublicKey): Promise<UploadQuota> {
  const max = ctx.app.config.limits.maxUnpublishedBytes
  const recorded = sumOf(await unpublishedOf(ctx, account, max))
  const uploader = enter(ctx.app, account)
  uploader.recorded = recorded
  let used = 0
  let manifestCid: string | null = null
  return {
    spend(bytes) {
      used += bytes
      uploader.flowing += bytes
      if (uploader.recorded + uploader.flowing + ctx.app.uploads.openBytes(account) > max) throw noRoom(max)
    },
    adopt(bytes) {
      used += bytes
      uploader.flowing += bytes
    },
    names(cid) {
      manifestCid = cid.toString()
    },
    async close() {
      try {
        if (used === 0) return
        uploader.recorded = sumOf(await addUnpublished(ctx.app, account, { bytes: used, manifestCid }))
      } finally {
        uploader.flowing -= used
        leave(ctx.app, account, uploader)
      }
    },
  }
}

/**
 * Throws UploadTooLargeError where the account has no room for an upload of so many bytes. Uploads at /uploads count
 * whole from their beginning, so that none is refused in its midst.
 */
export async function checkRoom(ctx: RequestContext, account: PublicKey, bytes: number): Promise<void> {
  const { config, uploads } = ctx.app
  const max = config.limits.maxUnpublishedBytes
  await uploads.sweep()
  const recorded = sumOf(await unpublishedOf(ctx, account, max))
  const flowing = uploadersOf.get(ctx.app)?.get(account)?.flowing ?? 0
  if (recorded + flowing + uploads.openBytes(account) + bytes > max) throw noRoom(max)
}

function noRoom(max: number): UploadTooLargeError {
  return new UploadTooLargeError(
    BigInt(max),
    `At most ${max} bytes may be uploaded and not yet published: publish what is there, or wait.`,
    ['input', 'files'],
  )
}

/** Posts are only looked through when the room gets tight. */
async function unpublishedOf(ctx: RequestContext, account: PublicKey, max: number): Promise<Unpublished[]> {
  const uploads = await loadUnpublished(ctx.app, account)
  return sumOf(uploads) > max / 2 ? dropPublished(ctx, account) : uploads
}

function enter(app: AppContext, account: PublicKey): Uploader {
  const uploaders = uploadersOf.get(app) ?? new Map<PublicKey, Uploader>()
  uploadersOf.set(app, uploaders)
  const uploader = uploaders.get(account) ?? { uploads: 0, recorded: 0, flowing: 0 }
  uploaders.set(account, uploader)
  uploader.uploads += 1
  return uploader
}

function leave(app: AppContext, account: PublicKey, uploader: Uploader): void {
  uploader.uploads -= 1
  if (uploader.uploads === 0) uploadersOf.get(app)?.delete(account)
}
