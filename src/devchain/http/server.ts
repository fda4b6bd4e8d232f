import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Clock } from '../../clock.js'
import type { Door, DoorView } from '../door.js'
import type { Fault, RequestKind } from '../faults.js'
import { writeGoJson } from '../go/json-write.js'
import { NodePanic } from '../wire/parse-transaction.js'
import { answerDevRequest } from './dev-routes.js'
import { withMainnetPrefixes } from './mainnet-prefixes.js'
import { NodeError, RawBody, type Reply } from './reply.js'
import { assertPrecedingTransactions } from './request.js'
import { matchPath, type Route } from './routes.js'
import { assertAnswersWhileStopping } from './stopping.js'

/**
 * HTTP as a node speaks it: its paths, methods, content types and headers (backend routes/server.go). Nothing is
 * answered before it is on disk.
 */
export interface ServerContext {
  door: Door
  clock: Clock
  log: Logger
  /** Ends faults that wait. */
  signal: AbortSignal
}

/** A node reads on for ever; this is far above what it then takes. */
const MAX_BODY_BYTES = 64 << 20
const JSON_TYPE = 'application/json'
const NOT_FOUND: Reply = {
  status: 404,
  contentType: 'text/plain; charset=utf-8',
  body: '404 page not found\n',
}
const EMPTY_405: Reply = { status: 405, contentType: null, body: '' }
const EMPTY_400: Reply = { status: 400, contentType: null, body: '' }
const EMPTY_200: Reply = { status: 200, contentType: null, body: '' }
const ROOT: Reply = { status: 200, contentType: JSON_TYPE, body: 'Your DeSo node is running!\n' }

export function createNodeServer(context: ServerContext): Server {
  return createServer((request, response) => {
    respond(context, request, response).catch((error: unknown) => fail(context, error, request, response))
  })
}

async function respond(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = readPath(request)
  const redirect = cleanPath(path)
  if (redirect !== path) return redirectTo(response, path, redirect)
  const { door } = context
  const { service } = door
  if (path.startsWith('/dev/')) {
    const reply = await answerDevRequest({ service, door }, request, path, () => readBody(request))
    return send(request, response, reply)
  }
  const fault = door.faults.take(path)
  if (fault && (await isFaultTheEnd(context, fault, request, response))) return
  const opened = door.open(path)
  const reply = await answer(opened, request, path)
  await service.durable()
  const shown = opened.foreignNetwork === 'mainnet' ? withMainnetPrefixes(reply) : reply
  if (fault?.kind === 'halfBody') return sendHalf(request, response, shown)
  send(request, response, shown)
}

/** A handler of a node that panics ends without an answer; so does a client that is gone. */
function fail(
  { log, signal }: ServerContext,
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (error instanceof NodePanic || request.socket.destroyed || signal.aborted || response.headersSent) {
    request.socket.destroy()
    return
  }
  log.error({ err: error, url: request.url }, 'the local chain cannot answer')
  const body = writeGoJson({ error: `the local chain cannot answer: ${(error as Error).message}` })
  send(request, response, { status: 500, contentType: JSON_TYPE, body: `${body}\n` })
}

function readPath(request: IncomingMessage): string {
  const [path = '/'] = (request.url ?? '/').split('?')
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function cleanPath(path: string): string {
  const single = path.replace(/\/{2,}/g, '/')
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single
}

async function answer(opened: DoorView, request: IncomingMessage, path: string): Promise<Reply> {
  if (path === '/') return ROOT
  const match = matchPath(path)
  if (!match) return NOT_FOUND
  const { method } = request
  if (method === 'OPTIONS')
    return match.routes.some((route) => route.method === 'POST') ? EMPTY_200 : NOT_FOUND
  if (method !== 'GET' && method !== 'POST') return EMPTY_405
  const route = match.routes.find((candidate) => candidate.method === method)
  if (!route) return NOT_FOUND
  if (method === 'POST' && !route.takesAnyType && mediaType(request) !== JSON_TYPE) return EMPTY_400
  const body = await readBody(request)
  return handle(route, opened, { body, parameter: match.parameter }, request.headers['content-type'])
}

async function handle(
  route: Route,
  { view, isStopping }: DoorView,
  request: { body: Buffer; parameter: string },
  contentType: string | undefined,
): Promise<Reply> {
  try {
    if (route.method === 'POST' && contentType === JSON_TYPE) assertPrecedingTransactions(request.body)
    if (isStopping) assertAnswersWhileStopping(route)
    const answer = () => route.handle(view, request)
    const value = await (route.isWrite ? answer() : view.within(answer))
    if (value === undefined) return { status: 200, contentType: JSON_TYPE, body: '' }
    const body = value instanceof RawBody ? value.text : `${writeGoJson(value)}\n`
    return { status: 200, contentType: JSON_TYPE, body }
  } catch (error) {
    if (!(error instanceof NodeError)) throw error
    const body = `${writeGoJson({ [route.isV1 ? 'Error' : 'error']: error.text })}\n`
    return { status: error.status, contentType: JSON_TYPE, body }
  }
}

function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error(`a body of more than ${MAX_BODY_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** True: the fault has ended the request, or keeps it for ever. */
async function isFaultTheEnd(
  { clock, signal }: ServerContext,
  fault: Fault & { kind: RequestKind },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (fault.kind) {
    case 'latency':
      await clock.sleep(fault.ms, signal)
      return false
    case 'halfBody':
      return false
    case 'hang':
      return true
    case 'reset':
      request.socket.resetAndDestroy()
      return true
    case '500':
      send(request, response, {
        status: 500,
        contentType: JSON_TYPE,
        body: `${writeGoJson({ error: fault.text ?? '' })}\n`,
      })
      return true
    case 'html':
      send(request, response, { status: 502, contentType: 'text/html', body: BAD_GATEWAY })
      return true
  }
}

/** What a proxy before a node says. */
const BAD_GATEWAY =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n</body>\r\n</html>\r\n'

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  writeHead(request, response, reply)
  response.end(request.method === 'HEAD' ? undefined : reply.body)
  // What a handler left unread must not stand before the next request.
  request.resume()
}

function sendHalf(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  writeHead(request, response, reply)
  const bytes = Buffer.from(reply.body)
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.socket.destroy())
}

function writeHead(
  request: IncomingMessage,
  response: ServerResponse,
  { status, contentType, body }: Reply,
): void {
  response.statusCode = status
  if (contentType !== null) response.setHeader('content-type', contentType)
  if (contentType?.startsWith('text/plain')) response.setHeader('x-content-type-options', 'nosniff')
  else if (status !== 405) setNodeHeaders(request, response)
  response.setHeader('content-length', Buffer.byteLength(body))
}

function setNodeHeaders({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeaders(
    new Map([
      ['access-control-allow-credentials', 'true'],
      ['access-control-allow-headers', 'Origin, X-Requested-With, Content-Type, Accept'],
      ['access-control-allow-methods', 'GET, PUT, POST, DELETE, OPTIONS'],
      ['access-control-allow-origin', headers.origin ?? ''],
      ...SECURITY_HEADERS,
    ]),
  )
}

const SECURITY_HEADERS = [
  ['content-security-policy', "default-src 'self'"],
  ['referrer-policy', 'same-origin'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['x-xss-protection', '1; mode=block'],
] as const

/** The router mends double slashes before a node's own handlers see the request, trailing ones after. */
function redirectTo(response: ServerResponse, path: string, target: string): void {
  if (!path.includes('//')) response.setHeaders(new Map(SECURITY_HEADERS))
  response.writeHead(301, { location: encodeURI(target), 'content-length': 0 })
  response.end()
}
