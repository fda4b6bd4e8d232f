import { GraphQLError } from 'graphql'
import type { RequestContext } from '../../context.js'

/** A content has up to 10,000 files, and a page a hundred contents: an answer lists so many files in all. */
const MOST_FILES = 20_000

/** Loaders are made once a request, so they stand for it. */
const listed = new WeakMap<RequestContext['loaders'], number>()

/** Counts the files that an answer lists. Throws LIMIT_EXCEEDED where they are too many. */
export function countListedFiles({ loaders }: RequestContext, count: number): void {
  const sum = (listed.get(loaders) ?? 0) + count
  listed.set(loaders, sum)
  if (sum <= MOST_FILES) return
  throw new GraphQLError(`One answer lists at most ${MOST_FILES} files: ask for fewer contents at once.`, {
    extensions: { code: 'LIMIT_EXCEEDED' },
  })
}
