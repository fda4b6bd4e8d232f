import type { Logger } from 'pino'
import { UnauthenticatedError } from '../account/errors.js'
import { AccessDeniedError } from '../content/errors.js'
import { ClientGoneError, GatewayError, InsufficientFundsError, UploadTooLargeError } from '../errors.js'
import { HttpError } from './http-error.js'
import { statusOf } from './status-of.js'

export interface ErrorAnswer {
  status: number
  body: { errors: Record<string, unknown>[] }
}

/** Any error as status and JSON; a fault is masked, and logged in full under the request id. */
export function errorAnswer(error: unknown, requestId: string, log: Logger): ErrorAnswer {
  const one = (status: number, fields: Record<string, unknown>): ErrorAnswer => ({
    status,
    body: { errors: [{ ...fields, requestId }] },
  })
  if (error instanceof GatewayError) {
    const { code, message, path, retryable } = error
    return one(statusOf(code), { code, message, path: path ?? null, retryable, ...numbersOf(error) })
  }
  if (error instanceof UnauthenticatedError) {
    return one(401, { code: 'UNAUTHENTICATED', message: error.message, path: null, retryable: false })
  }
  if (error instanceof HttpError) {
    return one(error.status, { code: error.code, message: error.message, path: null, retryable: false })
  }
  if (!(error instanceof ClientGoneError)) log.error({ err: error, requestId }, 'request failed')
  const message = 'Something went wrong here. The operator finds it in the log by the request id.'
  return one(500, { code: 'INTERNAL_SERVER_ERROR', message, path: null, retryable: false })
}

function numbersOf(error: GatewayError): Record<string, unknown> {
  if (error instanceof InsufficientFundsError) {
    return { required: String(error.required), available: String(error.available) }
  }
  if (error instanceof UploadTooLargeError) return { limit: String(error.limit) }
  if (error instanceof AccessDeniedError) return { reason: error.reason }
  return {}
}
