import type { IncomingMessage, ServerResponse } from 'node:http'

/** How much of an unread body is thrown away behind an answer, so that the client reads the answer, not a reset. */
const MAX_DRAINED_BYTES = 64 * 1_048_576
const DRAIN_DEADLINE_MS = 10_000

/**
 * Sends a whole answer. Where the request's body has not been read to its end (an upload that was refused), the answer
 * goes out first, then the rest is drained, up to a limit, and the connection closes.
 */
export async function send(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<void> {
  if (res.destroyed || res.headersSent) return
  const isUnread = !req.readableEnded && !req.complete
  res.writeHead(status, {
    ...headers,
    'content-length': Buffer.byteLength(body),
    ...(isUnread && { connection: 'close' }),
  })
  if (!isUnread) {
    res.end(body)
    return
  }
  res.write(body)
  await drain(req)
  res.end()
  if (!req.readableEnded) req.destroy()
}

export function sendJson(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  value: unknown,
): Promise<void> {
  return send(req, res, status, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(value))
}

function drain(req: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let size = 0
    const finish = () => {
      clearTimeout(timer)
      req.off('data', count).off('end', finish).off('close', finish)
      resolve()
    }
    const count = (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_DRAINED_BYTES) finish()
    }
    const timer = setTimeout(finish, DRAIN_DEADLINE_MS)
    req.unpipe()
    req.on('data', count).once('end', finish).once('close', finish).resume()
    if (req.destroyed) finish()
  })
}
