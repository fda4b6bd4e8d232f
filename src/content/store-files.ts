import type { CID } from 'multiformats/cid'
import type { RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import type { Published } from './draft-post.js'
import type { FoundFile, IncomingFile } from './incoming-file.js'
import { type ReceivedFile, receiveFiles } from './receive-files.js'
import type { ContentSink } from './store-content.js'
import { storeManifest } from './store-manifest.js'
import { openQuota } from './upload-quota.js'
import { uploadBytes } from './uploads/publish-uploads.js'

/** All files of a content to be. */
interface Files {
  files: AsyncIterable<IncomingFile>
  atHand: readonly FoundFile[]
}

/** Drafts the post of these files, whose manifest is stored. */
export type DraftOf = (files: readonly ReceivedFile<unknown>[], stored: CID) => Promise<Published>

/** A repeat is hashed, not stored. */
export function digestFiles(ctx: RequestContext, files: Files): Promise<ReceivedFile<unknown>[]> {
  const drain = {
    isGated: false,
    async store(bytes: AsyncIterable<Uint8Array>) {
      for await (const _ of bytes);
    },
    async keep() {},
  }
  return receiveFiles(ctx, files, drain, () => {})
}

/**
 * Stores the files and the manifest that names them, and drafts the post for it; all that counts against the account's
 * room for unpublished bytes.
 */
export async function storeFiles<T>(
  ctx: RequestContext,
  creator: PublicKey,
  given: Files,
  sink: ContentSink<T>,
  draft: DraftOf,
): Promise<Published> {
  // However long it takes: what it stores is not collected before it is pinned.
  using _stored = ctx.app.ipfs.hold?.()
  const quota = await openQuota(ctx, creator)
  try {
    const files = await receiveFiles(ctx, given, sink, quota.spend)
    const cid = await storeManifest(ctx, sink.manifest(files), sink.batch)
    quota.names(cid)
    const published = await draft(files, cid)
    quota.adopt(uploadBytes(given.atHand))
    return published
  } finally {
    await quota.close()
  }
}
