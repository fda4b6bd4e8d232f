import type { Request, Response } from 'express'
import { beginUpload } from '../../content/uploads/begin-upload.js'
import { ChecksumMismatchError } from '../../content/uploads/checked-part.js'
import { HttpError } from '../http-error.js'
import { sendJson } from '../send.js'
import type { UploadCall } from './upload-call.js'

/** What forms and curl say where nobody said anything. */
const NO_TYPE = ['application/x-www-form-urlencoded', 'application/octet-stream']

/**
 * A whole file in one request, by an upload link: `curl -T film.mp4 "$url"`. One that broke off can be sent again, or be
 * finished by tus at its address.
 */
export async function putUpload(req: Request, res: Response, call: UploadCall): Promise<void> {
  const { ctx, id, link, checksum, lock } = call
  const { uploads } = ctx.app
  const size = Number(req.headers['content-length'])
  if (!Number.isSafeInteger(size))
    throw new HttpError(411, 'BAD_REQUEST', 'Content-Length: say how many bytes come.')
  await lock.lock(ctx.signal, () => {})
  try {
    await beginUpload(ctx, { id, size, metadata: typeOf(req), link, restarts: true })
    await uploads.append(id, call.body(size), checksum)
  } catch (error) {
    if (error instanceof ChecksumMismatchError) throw new HttpError(460, 'BAD_REQUEST', error.message)
    throw error
  } finally {
    await lock.unlock()
  }
  res.setHeader('location', call.address)
  await sendJson(req, res, 201, { uploadId: id, byteSize: String(size) })
}

function typeOf({ headers }: Request): Record<string, string> {
  const type = headers['content-type']
  return type === undefined || NO_TYPE.includes(type) ? {} : { filetype: type }
}
