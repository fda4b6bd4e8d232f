import { type Request, type Response, Router } from 'express'
import { verifyLink } from '../../content/content-url.js'
import { ContentNotFoundError } from '../../content/errors.js'
import { openFile } from '../../content/open-file.js'
import type { AppContext, RequestContext } from '../../context.js'
import { answerError } from '../answer-error.js'
import { HttpError } from '../http-error.js'
import { contextFor, createRequestContext } from '../request-context.js'
import { type ContentPath, parseContentPath } from './content-path.js'
import { savingOptions } from './saving-options.js'
import { sendFile } from './send-file.js'

/**
 * /content/<postHash>/<index, name or path>: the bytes, to whom the chain entitles. With `~<link>/` before the file, or
 * `?link=` behind it, to the viewer whom the link names.
 */
export function contentRoute(app: AppContext): Router {
  return Router().all('/*path', async (req, res) => {
    try {
      await serve(app, req, res)
    } catch (error) {
      await answerError(app, req, res, error)
    }
  })
}

async function serve(app: AppContext, req: Request, res: Response): Promise<void> {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('allow', 'GET, HEAD, OPTIONS')
    throw new HttpError(405, 'BAD_REQUEST', 'Bytes are for GET and HEAD alone.')
  }
  const path = parseContentPath(req.path)
  if (!path) throw new ContentNotFoundError()
  const ctx = await contextOf(app, req, res, path)
  const { postHash, file } = path
  const saving = savingOptions(req.query)
  await sendFile(req, res, await openFile(ctx, { postHash, file, account: ctx.viewer }), ctx.signal, saving)
}

/** A link names its viewer, whatever token comes along. */
async function contextOf(
  app: AppContext,
  req: Request,
  res: Response,
  { postHash, link }: ContentPath,
): Promise<RequestContext> {
  const given = link ?? req.query.link
  if (given === undefined) return createRequestContext(app, req, res, { deadline: false })
  return contextFor(app, res, await verifyLink(app, String(given), postHash), { deadline: false })
}
