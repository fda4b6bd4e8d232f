import type { Request, Response } from 'express'
import type { AppContext } from '../context.js'
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
    if (!res.writableFinished) {
      app.log.warn({ err: error, requestId: requestIdOf(res) }, 'answer broken off')
      res.destroy()
    }
    return
  }
  const { status, body } = errorAnswer(error, requestIdOf(res), app.log)
  await sendJson(req, res, status, body)
}
