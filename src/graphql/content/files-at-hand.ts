import type { FileAtHand } from '../../content/incoming-file.js'
import { InvalidInputError } from '../../errors.js'
import { isGiven } from '../errors/is-given.js'
import type { PublishFile } from './publish-resolver.js'

/** The files that need no connection, each with its place in the input. Throws InvalidInputError for two sources. */
export function filesAtHand(files: readonly PublishFile[]): FileAtHand[] {
  return files.flatMap((file, position) => {
    const { name = null, mediaType = null } = file
    const source = sourceOf(file, position)
    return source ? [{ position, name, mediaType, source }] : []
  })
}

/** Whether a file comes with the request. */
export function isArriving({ uploadId, cid }: PublishFile): boolean {
  return !isGiven(uploadId) && !isGiven(cid)
}

/** Whether a file is said by its name alone, which stands for one of the present version. */
export function isNamedOnly({ upload, uploadId, cid, name }: PublishFile): boolean {
  return isGiven(name) && !isGiven(upload) && !isGiven(uploadId) && !isGiven(cid)
}

function sourceOf({ upload, uploadId, cid }: PublishFile, position: number): FileAtHand['source'] | null {
  if ([upload, uploadId, cid].filter(isGiven).length > 1) {
    throw new InvalidInputError('Give a file one source.', ['input', 'files', String(position)])
  }
  if (isGiven(uploadId)) return { uploadId }
  return isGiven(cid) ? { cid } : null
}
