import type { IncomingMessage } from 'node:http'
import type { Checksum } from '../../content/uploads/checked-part.js'
import { HttpError } from '../http-error.js'

const DIGEST_BYTES = { sha1: 20, sha256: 32 } as const
/** For `Tus-Checksum-Algorithm`. */
export const CHECKSUM_ALGORITHMS = Object.keys(DIGEST_BYTES).join(',')

/** The `Upload-Checksum` of a request; null: it has none. Throws HttpError 400 for another algorithm, or no digest. */
export function checksumOf({ headers }: IncomingMessage): Checksum | null {
  const header = headers['upload-checksum']
  if (header === undefined) return null
  const [algorithm = '', text = '', ...more] = String(header).split(' ')
  if (algorithm !== 'sha1' && algorithm !== 'sha256') {
    throw new HttpError(400, 'BAD_REQUEST', `Upload-Checksum: use ${CHECKSUM_ALGORITHMS}.`)
  }
  const digest = Buffer.from(text, 'base64')
  if (more.length > 0 || digest.length !== DIGEST_BYTES[algorithm]) {
    throw new HttpError(400, 'BAD_REQUEST', `Upload-Checksum: no base64 of a ${algorithm} digest.`)
  }
  return { algorithm, digest }
}
