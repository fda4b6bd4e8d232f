import type { IncomingMessage } from 'node:http'
import { HttpError } from './http-error.js'

/** A signed transaction of 25,000 bytes is 50,000 digits; a query of 2,000 tokens is far smaller. */
export const MAX_JSON_BYTES = 1_048_576
const BODY_DEADLINE_MS = 30_000

/** The JSON object in a request's body. Throws HttpError: 413 too large, 408 too slow, 415 no JSON, 400 malformed. */
export async function readJsonObject(req: IncomingMessage): Promise<Record<string, unknown>> {
  checkHeaders(req)
  const value = parseJson(await readText(req))
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new HttpError(400, 'BAD_REQUEST', 'The body must be one JSON object.')
}

function checkHeaders({ headers }: IncomingMessage): void {
  const [type, ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase())
  if (type !== 'application/json') {
    throw new HttpError(415, 'BAD_REQUEST', 'Send the body as Content-Type: application/json.')
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length)
  if (charset !== undefined && !/^"?utf-?8"?$/.test(charset)) {
    throw new HttpError(415, 'BAD_REQUEST', 'JSON is UTF-8 here: send no other charset.')
  }
  if (!['', 'identity'].includes(headers['content-encoding'] ?? '')) {
    throw new HttpError(415, 'BAD_REQUEST', 'Send the body without Content-Encoding.')
  }
  if (Number(headers['content-length'] ?? 0) > MAX_JSON_BYTES) throw tooLarge()
}

async function readText(req: IncomingMessage): Promise<string> {
  return decode(await readBytes(req))
}

/** By events, which take a fraction of what a loop over the stream does. */
function readBytes(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size > MAX_JSON_BYTES) refuse(tooLarge())
    }
    // Not destroyed: the client still has to read the answer.
    const refuse = (error: Error) => {
      clearTimeout(timer)
      req.off('data', take).pause()
      reject(error)
    }
    const timer = setTimeout(
      () => refuse(new HttpError(408, 'BAD_REQUEST', 'The body took too long.')),
      BODY_DEADLINE_MS,
    )
    req.on('data', take)
    req.once('end', () => {
      clearTimeout(timer)
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    })
    req.once('error', refuse)
    const brokeOff = () => {
      if (!req.complete) refuse(new HttpError(400, 'BAD_REQUEST', 'The body broke off.'))
    }
    req.once('close', brokeOff)
    if (req.destroyed) brokeOff()
  })
}

function tooLarge(): HttpError {
  return new HttpError(413, 'LIMIT_EXCEEDED', `A JSON body has at most ${MAX_JSON_BYTES} bytes.`)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
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
