import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { OpenedFile } from '../../content/open-file.js'
import { parseRange } from './byte-range.js'
import { CheckedBytes } from './checked-bytes.js'
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
  const range = parseRange(isSameBytes(req.headers['if-range'], etag) ? req.headers.range : undefined, size)
  if (range.kind === 'unsatisfiable') {
    return end(res, 416, { ...headers, 'content-range': `bytes */${size}`, 'content-length': '0' })
  }
  const isPart = range.kind === 'part'
  const { start, end: stop } = isPart ? range : { start: 0, end: size }
  const length = stop - start
  const status = isPart ? 206 : 200
  const all = {
    ...headers,
    ...(isPart && { 'content-range': `bytes ${start}-${stop - 1}/${size}` }),
    'content-length': String(length),
  }
  if (req.method === 'HEAD') return end(res, status, all)
  const bytes = await CheckedBytes.open(opened.read(start, length, signal), length)
  res.writeHead(status, all)
  await pipeline(Readable.from(bytes, { objectMode: false, highWaterMark: 65_536 }), res)
}

function end(res: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  res.writeHead(status, headers)
  res.end()
}
