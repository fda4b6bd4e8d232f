import { HttpError } from '../http-error.js'

/** What an address below /content asks for. */
export interface ContentPath {
  postHash: string
  /** The signed link in the path; null: there is none. */
  link: string | null
  /** An index (digits), a name, or a path of names. */
  file: string
}

/** As content/content-url.ts writes it. A file whose name looks like this is asked for with `%7E`. */
const LINK = /^~([\w-]+\.[\w-]+\.[\w-]+)$/

/**
 * Takes `/<postHash>/<file>` and `/<postHash>/~<link>/<file>` apart, where a file's path may be written with slashes or
 * with %2F. Only what a manifest names is ever found, so `..` leads nowhere. Null: an address of another form. Throws
 * HttpError where the percent-encoding is malformed.
 */
export function parseContentPath(path: string): ContentPath | null {
  const [, postHash, ...segments] = path.split('/')
  if (postHash === undefined || !/^[0-9a-f]{64}$/.test(postHash)) return null
  const [, link = null] = (segments.length > 1 && LINK.exec(segments[0] ?? '')) || []
  const file = (link === null ? segments : segments.slice(1)).map(decoded).join('/')
  return { postHash, link, file }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The path is malformed.')
  }
}
