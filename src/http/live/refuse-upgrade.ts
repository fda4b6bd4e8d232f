import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { UnauthenticatedError } from '../../account/errors.js'
import { HttpError } from '../http-error.js'

/** Answers a handshake that is refused as any other request, in the shape of a GraphQL answer, and closes. */
export function refuseUpgrade(log: Logger, socket: Duplex, error: unknown): void {
  const [status, code, message] = describe(error)
  if (status >= 500 && status !== 503) log.error({ err: error }, 'upgrade failed')
  const body = JSON.stringify({ errors: [{ message, extensions: { code, retryable: status === 503 } }] })
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    ...(status === 503 ? ['retry-after: 5'] : []),
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

function describe(error: unknown): [number, string, string] {
  if (error instanceof UnauthenticatedError) return [401, 'UNAUTHENTICATED', error.message]
  if (error instanceof HttpError) return [error.status, error.code, error.message]
  return [500, 'INTERNAL_SERVER_ERROR', 'Something went wrong here.']
}
