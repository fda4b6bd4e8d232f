import { randomBytes } from 'node:crypto'
import cors from 'cors'
import { type Request, type Response, Router } from 'express'
import type { AppContext } from '../../context.js'
import { ClientGoneError } from '../../errors.js'
import { answerError } from '../answer-error.js'
import { HttpError } from '../http-error.js'
import { partBytes } from './part-bytes.js'
import { checksumOf } from './part-checksum.js'
import { putUpload } from './put-upload.js'
import { answerTus, TUS_VERSION } from './tus-answer.js'
import { callerOf, type UploadCall } from './upload-call.js'
import { UploadLocks } from './upload-locks.js'

const METHODS = ['POST', 'HEAD', 'PATCH', 'DELETE', 'PUT', 'OPTIONS']
const EXPOSED_HEADERS = [
  'Location',
  'Tus-Resumable',
  'Tus-Version',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Checksum-Algorithm',
  'Upload-Offset',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Expires',
  'X-Request-Id',
]

type UploadRequest = Request<{ id?: string }>

/**
 * /uploads: files that come in parts, by tus 1.0 (tus.io/protocols/resumable-upload), for `publishContent` to take by
 * their ids. Who calls is signed in by a bearer token, or holds an upload link, which also takes a whole file at once.
 */
export function uploadsRoute(app: AppContext): Router {
  const locks = new UploadLocks()
  // Preflights go on to the answer that names the protocol's extensions.
  const crossOrigin = cors({
    origin: '*',
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 86_400,
    preflightContinue: true,
  })
  return Router().all(['/', '/:id'], crossOrigin, async (req: UploadRequest, res) => {
    res.setHeader('tus-resumable', TUS_VERSION)
    res.setHeader('cache-control', 'no-store')
    try {
      await serve(app, locks, req, res)
    } catch (error) {
      await answerError(app, req, res, error)
    }
  })
}

async function serve(app: AppContext, locks: UploadLocks, req: UploadRequest, res: Response): Promise<void> {
  const method = methodOf(req)
  if (method === 'OPTIONS') return answerTus(app, req, res, method, null)
  const begins = method === 'POST' || method === 'PUT'
  if (!METHODS.includes(method) || begins !== (req.params.id === undefined)) {
    res.setHeader('allow', METHODS.join(', '))
    throw new HttpError(
      405,
      'BAD_REQUEST',
      'POST to /uploads begins an upload; HEAD, PATCH, DELETE are for its own.',
    )
  }
  const call = await callOf(app, locks, req, res)
  const version = req.headers['tus-resumable']
  if (begins && call.link && version === undefined) return putUpload(req, res, call)
  if (method === 'PUT' || version !== TUS_VERSION) {
    res.setHeader('tus-version', TUS_VERSION)
    throw new HttpError(412, 'BAD_REQUEST', `Speak tus: Tus-Resumable: ${TUS_VERSION}.`)
  }
  await answerTus(app, req, res, method, call)
}

/** Some clients can send no other method than POST. */
function methodOf(req: Request): string {
  const override = req.headers['x-http-method-override']
  return req.method === 'POST' && typeof override === 'string' ? override.toUpperCase() : req.method
}

async function callOf(
  app: AppContext,
  locks: UploadLocks,
  req: UploadRequest,
  res: Response,
): Promise<UploadCall> {
  const { ctx, link } = await callerOf(app, req, res)
  const id = req.params.id ?? link?.uploadId ?? randomBytes(16).toString('hex')
  if (link && id !== link.uploadId) throw new HttpError(404, 'NOT_FOUND', 'There is no such upload.')
  const stopped = new AbortController()
  const query = link ? `?link=${req.query.link}` : ''
  return {
    ctx,
    id,
    link,
    address: `${app.config.server.publicUrl}/uploads/${id}${query}`,
    checksum: checksumOf(req),
    body: (maxBytes) => partBytes(req, maxBytes, stopped.signal),
    // Its client is most likely gone.
    lock: locks.newLock(id, () => stopped.abort(new ClientGoneError())),
  }
}
