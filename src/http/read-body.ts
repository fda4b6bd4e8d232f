import type { IncomingMessage } from 'node:http'
import { HttpError } from './http-error.js'

/** A signed transaction of 25,000 bytes is 50,000 digits; a query of 2,000 tokens is far smaller. */
export const MAX_JSON_BYTES = 1_048_576
const BODY_DEADLINE_MS = 30_000

/** The JSON object in a request's body. Throws HttpError: 413 too large, 408 too slow, 415 no JSON, 400 malformed. */
export async function readJsonObject(req: IncomingMessage): Promise<Record<string, unknown>> {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new HttpError(415, 'BAD_REQUEST', 'Send the body as Content-Type: application/json.')
  }
  const value = parseJson(await readText(req))
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new HttpError(400, 'BAD_REQUEST', 'The body must be one JSON object.')
}

async function readText(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  const timer = setTimeout(
    () => req.destroy(new HttpError(408, 'BAD_REQUEST', 'The body took too long.')),
    BODY_DEADLINE_MS,
  )
  try {
    for await (const chunk of req) {
      size += (chunk as Buffer).length
      if (size > MAX_JSON_BYTES) {
        throw new HttpError(413, 'LIMIT_EXCEEDED', `A JSON body has at most ${MAX_JSON_BYTES} bytes.`)
      }
      chunks.push(chunk as Buffer)
    }
  } finally {
    clearTimeout(timer)
  }
  return decode(Buffer.concat(chunks))
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The body is not UTF-8.')
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'The body is not JSON.')
  }
}
