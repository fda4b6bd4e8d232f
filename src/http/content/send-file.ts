import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UNKNOWN_TYPE } from '../../content/media-type.js'
import type { OpenedFile } from '../../content/open-file.js'
import { knownType, typeByStart } from '../../content/served-type.js'
import { parseRange } from './byte-range.js'
import { CheckedBytes } from './checked-bytes.js'
import { contentHeaders } from './content-headers.js'
import type { SavingOptions } from './saving-options.js'
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
  saving: SavingOptions,
): Promise<void> {
  const { file } = opened
  const { size } = file
  const etag = etagOf(opened)
  const known = knownType(file)
  const headersAs = (type: string | null) => ({
    ...contentHeaders(opened, type ?? UNKNOWN_TYPE, saving),
    etag,
  })
  if (isNotModified(req.headers['if-none-match'], etag)) return end(res, 304, headersAs(known))
  const range = parseRange(isSameBytes(req.headers['if-range'], etag) ? req.headers.range : undefined, size)
  if (range.kind === 'unsatisfiable') {
    return end(res, 416, { ...headersAs(known), 'content-range': `bytes */${size}`, 'content-length': '0' })
  }
  const isPart = range.kind === 'part'
  const { start, end: stop } = isPart ? range : { start: 0, end: size }
  const length = stop - start
  const status = isPart ? 206 : 200
  const place = {
    ...(isPart && { 'content-range': `bytes ${start}-${stop - 1}/${size}` }),
    'content-length': String(length),
  }
  if (req.method === 'HEAD') return end(res, status, { ...headersAs(known), ...place })
  const bytes = await CheckedBytes.open(opened.read(start, length, signal), length)
  // What is read anyway: to look at the start for the sake of a range would cost more than the range.
  const type = known ?? (start === 0 ? await typeByStart(file, bytes.head) : null)
  res.writeHead(status, { ...headersAs(type), ...place })
  await pipeline(Readable.from(bytes, { objectMode: false, highWaterMark: 65_536 }), res)
}

function end(res: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
  res.writeHead(status, headers)
  res.end()
}
