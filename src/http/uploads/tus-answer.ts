import { Server } from '@tus/server'
import type { Request as ExpressRequest, Response as ExpressResponse } from 'express'
import type { AppContext } from '../../context.js'
import { GatewayError } from '../../errors.js'
import { HttpError } from '../http-error.js'
import { send } from '../send.js'
import { CHECKSUM_ALGORITHMS } from './part-checksum.js'
import { TusStore } from './tus-store.js'
import type { UploadCall } from './upload-call.js'

export const TUS_VERSION = '1.0.0'
/** These are the gateway's to say, for all its routes alike. */
const OWN_HEADERS = /^(access-control-|content-length$|connection$)/

/**
 * Answers by @tus/server, made for this one request, so that its store knows the caller. Its errors are text, the
 * gateway's own JSON: they are thrown. `call` null: OPTIONS, which is anybody's.
 */
export async function answerTus(
  app: AppContext,
  req: ExpressRequest,
  res: ExpressResponse,
  method: string,
  call: UploadCall | null,
): Promise<void> {
  let failure: Error | undefined
  const server = new Server({
    path: '/uploads',
    datastore: new TusStore(call),
    locker: { newLock: () => (call as UploadCall).lock },
    maxSize: app.config.limits.maxFileBytes,
    namingFunction: () => (call as UploadCall).id,
    getFileIdFromRequest: () => call?.id,
    generateUrl: () => (call as UploadCall).address,
    onResponseError: (_req, error) => {
      if (error instanceof Error) failure = error
      return undefined
    },
  })
  const answer = await server.handleWeb(requestOf(req, method))
  if (failure && isOwn(failure)) throw failure
  if (method === 'OPTIONS') res.setHeader('tus-checksum-algorithm', CHECKSUM_ALGORITHMS)
  const record = call && app.uploads.get(call.id)
  if (record && answer.ok) res.setHeader('upload-expires', new Date(record.expiresAt).toUTCString())
  await sendAnswer(req, res, answer)
}

/** Without its body, which the store reads by itself. */
function requestOf(req: ExpressRequest, method: string): Parameters<Server['handleWeb']>[0] {
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return new Request('http://gateway/uploads', { method, headers })
}

/** Errors of ours, and of the connection or the disk; all else is the protocol's. */
function isOwn(error: Error): boolean {
  return error instanceof GatewayError || error instanceof HttpError || !('status_code' in error)
}

async function sendAnswer(req: ExpressRequest, res: ExpressResponse, answer: Response): Promise<void> {
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !OWN_HEADERS.test(name)))
  if (req.method === 'OPTIONS' || answer.status === 204) {
    res.writeHead(answer.status, headers).end()
    return
  }
  await send(req, res, answer.status, headers, await answer.text())
}
