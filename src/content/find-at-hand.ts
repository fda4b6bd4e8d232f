import type { RequestContext } from '../context.js'
import { findOnIpfs } from './find-on-ipfs.js'
import type { FileAtHand, FoundFile } from './incoming-file.js'
import { checkUploadsOnce, findUpload } from './uploads/publish-uploads.js'

/**
 * Looks up files that need no connection, before a byte of the others is read; in a repeat of a request that was
 * answered, uploads may have gone since. Throws InvalidInputError for one that this caller may not use.
 */
export async function findAtHand(
  ctx: RequestContext,
  files: readonly FileAtHand[],
  { isRepeat }: { isRepeat: boolean },
): Promise<FoundFile[]> {
  checkUploadsOnce(files)
  return Promise.all(files.map((file) => find(ctx, file, isRepeat)))
}

async function find(ctx: RequestContext, file: FileAtHand, isRepeat: boolean): Promise<FoundFile> {
  const { source } = file
  if ('uploadId' in source) return findUpload(ctx, { ...file, source }, { wasPublished: isRepeat })
  return findOnIpfs(ctx, { ...file, source })
}
