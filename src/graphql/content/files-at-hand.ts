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
export function isArriving({ uploadId }: PublishFile): boolean {
  return !isGiven(uploadId)
}

function sourceOf({ upload, uploadId }: PublishFile, position: number): FileAtHand['source'] | null {
  if (isGiven(upload) && isGiven(uploadId)) {
    throw new InvalidInputError('Give a file one source.', ['input', 'files', String(position)])
  }
  return isGiven(uploadId) ? { uploadId } : null
}
