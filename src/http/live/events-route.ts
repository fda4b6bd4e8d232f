import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import type { AppContext } from '../../context.js'
import type { LiveRequest } from '../../graphql/live/prepare-live.js'
import { HttpError } from '../http-error.js'
import { readJsonObject } from '../read-body.js'
import { requestIdOf } from '../request-context.js'
import { EventStream } from './event-stream.js'
import type { LiveConnections } from './live-connections.js'
import { openSession } from './live-session.js'

const EVENTS = 'text/event-stream'
const ANSWERS = new Set(['application/json', 'application/graphql-response+json', 'application/graphql+json'])

/**
 * A client that wants to be told, not answered. Some list events behind answers with every query (urql does), and are
 * answered; what they weigh the same counts by its place.
 */
export function wantsEvents({ headers: { accept = '' } }: IncomingMessage): boolean {
  if (!accept.toLowerCase().includes(EVENTS)) return false
  const types = accept
    .split(',')
    .map(weighed)
    .filter(({ weight }) => weight > 0)
  const best = types
    .filter(({ type }) => type === EVENTS || ANSWERS.has(type))
    .sort((one, other) => other.weight - one.weight)[0]
  return best?.type === EVENTS
}

function weighed(range: string): { type: string; weight: number } {
  const [type = '', ...parameters] = range
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  return { type, weight: weight === undefined ? 1 : Number(weight) || 0 }
}

/**
 * A live operation by GET or POST, answered as server-sent events. Throws UnauthenticatedError and HttpError before the
 * stream begins; an operation that is refused is an event with `errors`, then complete, as graphql-sse has it.
 */
export async function answerEvents(
  app: AppContext,
  connections: LiveConnections,
  req: Request,
  res: Response,
): Promise<void> {
  if (req.method !== 'GET' && req.method !== 'POST') {
    throw new HttpError(405, 'BAD_REQUEST', 'Live operations are asked for by GET or POST.')
  }
  const session = await openSession(app, req.headers.authorization)
  const prepared = connections.operations.prepare(await requestOf(req))
  if (!connections.hasRoom) throw new HttpError(503, 'LIMIT_EXCEEDED', 'No room for another connection now.')
  const stream = new EventStream(res, session)
  stream.begin()
  if (!('field' in prepared)) {
    await stream.next({ errors: connections.operations.formatErrors(prepared, requestIdOf(res)) })
    stream.complete()
    return
  }
  connections.add(stream)
  connections.endWithSession(stream)
  for await (const result of connections.run(stream, prepared, lastEventId(req))) await stream.next(result)
  stream.complete()
}

async function requestOf(req: Request): Promise<LiveRequest> {
  if (req.method === 'POST') return readJsonObject(req)
  const { searchParams } = new URL(req.url, 'http://gateway')
  return {
    query: searchParams.get('query') ?? undefined,
    operationName: searchParams.get('operationName') ?? undefined,
    variables: parseVariables(searchParams.get('variables')),
  }
}

function parseVariables(text: string | null): unknown {
  if (text === null || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpError(400, 'BAD_REQUEST', 'variables: not JSON.')
  }
}

/** A browser's EventSource sends it when it connects again. */
function lastEventId(req: Request): number | null {
  const text = req.headers['last-event-id']
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : null
}
