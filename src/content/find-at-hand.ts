import type { RequestContext } from '../context.js'
import { InvalidInputError } from '../errors.js'
import type { FileAtHand, FoundFile } from './incoming-file.js'

/**
 * Looks up files that need no connection, before a byte of the others is read. Throws InvalidInputError for one that
 * this caller may not use.
 */
export function findAtHand(ctx: RequestContext, files: readonly FileAtHand[]): Promise<FoundFile[]> {
  return Promise.all(files.map((file) => find(ctx, file)))
}

async function find(_ctx: RequestContext, { position, source }: FileAtHand): Promise<FoundFile> {
  const field = 'cid' in source ? 'cid' : 'uploadId'
  throw new InvalidInputError('There is nothing of this name.', ['input', 'files', String(position), field])
}
