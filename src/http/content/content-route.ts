import { type Request, type Response, Router } from 'express'
import { verifyLink } from '../../content/content-url.js'
import { ContentNotFoundError } from '../../content/errors.js'
import { openFile } from '../../content/open-file.js'
import type { AppContext, RequestContext } from '../../context.js'
import { answerError } from '../answer-error.js'
import { HttpError } from '../http-error.js'
import { contextFor, createRequestContext } from '../request-context.js'
import { sendFile } from './send-file.js'

/** /content/<postHash>/<index or name>: the bytes, to whom the chain entitles. */
export function contentRoute(app: AppContext): Router {
  return Router().all('/:postHash/:file', async (req: Request<{ postHash: string; file: string }>, res) => {
    try {
      await serve(app, req, res)
    } catch (error) {
      await answerError(app, req, res, error)
    }
  })
}

async function serve(
  app: AppContext,
  req: Request<{ postHash: string; file: string }>,
  res: Response,
): Promise<void> {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('allow', 'GET, HEAD, OPTIONS')
    throw new HttpError(405, 'BAD_REQUEST', 'Bytes are for GET and HEAD alone.')
  }
  const { postHash, file } = req.params
  if (!/^[0-9a-f]{64}$/.test(postHash)) throw new ContentNotFoundError()
  const ctx = await contextOf(app, req, res, postHash)
  await sendFile(req, res, await openFile(ctx, { postHash, file, account: ctx.viewer }), ctx.signal)
}

/** A link names its viewer, whatever token comes along. */
async function contextOf(
  app: AppContext,
  req: Request,
  res: Response,
  postHash: string,
): Promise<RequestContext> {
  const { link } = req.query
  if (link === undefined) return createRequestContext(app, req, res, { deadline: false })
  return contextFor(app, res, await verifyLink(app, String(link), postHash), { deadline: false })
}
