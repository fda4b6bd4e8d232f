import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { OpenedFile } from '../../content/open-file.js'
import { parseRange } from './byte-range.js'
import { contentHeaders } from './content-headers.js'
import { etagOf, isNotModified, isSameBytes } from './validators.js'

/**
 * Answers GET or HEAD with a file's bytes: 200, 206, 304 or 416. The first bytes are read and verified before the
 * status is sent; a fault after that breaks the connection, so that a short answer never looks whole. The reader pulls;
 * when the client is gone all reading ends.
 */
export async function sendFile(
  req: IncomingMessage,
  res: ServerResponse,
  opened: OpenedFile,
  signal: AbortSignal,
): Promise<void> {
  const { size } = opened.file
  const etag = etagOf(opened)
  const headers = { ...contentHeaders(opened), etag }
  if (isNotModified(req.headers['if-none-match'], etag)) return end(res, 304, headers)
  const wanted = isSameBytes(one(req.headers['if-range']), etag) ? req.headers.range : undefined
  const range = parseRange(wanted, size)
  if (range.kind === 'unsatisfiable') {
    return end(res, 416, { ...headers, 'content-range': `bytes */${size}`, 'content-length': '0' })
  }
  const { start, end: stop } = range.kind === 'part' ? range : { start: 0, end: size }
  const length = stop - start
  const partial: Record<string, string> =
    range.kind === 'part' ? { 'content-range': `bytes ${start}-${stop - 1}/${size}` } : {}
  const all = { ...headers, ...partial, 'content-length': String(length) }
  const status = range.kind === 'part' ? 206 : 200
  if (req.method === 'HEAD') return end(res, status, all)

  const bytes = opened.read(start, length, signal)[Symbol.asyncIterator]()
  const first = await bytes.next()
  res.writeHead(status, all)
  await pipeline(Readable.from(resume(first, bytes), { objectMode: false, highWaterMark: 65_536 }), res, {
    signal,
  })
}

async function* resume(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

function end(res: ServerResponse, status: number, headers: Record<string, string>): void {
  res.writeHead(status, headers)
  res.end()
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
