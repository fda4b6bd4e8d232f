import type { Request, Response } from 'express'
import type { AppContext } from '../context.js'
import { ClientGoneError } from '../errors.js'
import { errorAnswer } from './error-body.js'
import { requestIdOf } from './request-context.js'
import { sendJson } from './send.js'

/** Answers with the error as JSON; where bytes are out already, only a broken connection tells the truth. */
export async function answerError(
  app: AppContext,
  req: Request,
  res: Response,
  error: unknown,
): Promise<void> {
  if (res.headersSent || res.destroyed) {
    if (!isClientGone(error)) app.log.warn({ err: error, requestId: requestIdOf(res) }, 'answer broken off')
    res.destroy()
    return
  }
  const { status, body } = errorAnswer(error, requestIdOf(res), app.log)
  await sendJson(req, res, status, body)
}

/** Players leave and come back with every seek. */
function isClientGone(error: unknown): boolean {
  return (
    error instanceof ClientGoneError || (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE'
  )
}
