import type { IncomingMessage, ServerResponse } from 'node:http'

/** A client that goes on sending has this long to notice the answer, or to come to its end. */
const DRAIN_DEADLINE_MS = 15_000

/**
 * Sends a whole answer. Where the request's body has not been read to its end (an upload that was refused), the answer
 * goes out first; then what still comes is thrown away until the client stops, or for seconds: a connection that is
 * closed on unread bytes is reset, and clients lose the answer with it.
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
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
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
  // What a viewer may have changes with the chain, and is no other viewer's business.
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }
  return send(req, res, status, headers, JSON.stringify(value))
}

function drain(req: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      req.off('end', finish).off('close', finish)
      resolve()
    }
    const timer = setTimeout(finish, DRAIN_DEADLINE_MS)
    req.unpipe()
    req.once('end', finish).once('close', finish).resume()
    if (req.destroyed) finish()
  })
}
