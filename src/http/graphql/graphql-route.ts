import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server'
import { Router } from 'express'
import { UnauthenticatedError } from '../../account/errors.js'
import type { AppContext, RequestContext } from '../../context.js'
import { HttpError } from '../http-error.js'
import { answerEvents, wantsEvents } from '../live/events-route.js'
import type { LiveConnections } from '../live/live-connections.js'
import { readJsonObject } from '../read-body.js'
import { createRequestContext, requestIdOf } from '../request-context.js'
import { send } from '../send.js'
import { explorerPage, wantsPage } from './explorer.js'
import { processMultipartRequest } from './process-request.js'

/**
 * /graphql: Apollo Server behind a handler of our own, since express.json and Apollo's integration cost a third of the
 * throughput (facts/graphql.md §4).
 */
export function graphqlRoute(
  app: AppContext,
  server: ApolloServer<RequestContext>,
  live: LiveConnections,
): Router {
  const answer = graphqlListener(app, server)
  return Router().all('/', async (req, res) => {
    if (wantsPage(req)) return explorerPage(app, req, res)
    if (!wantsEvents(req)) return answer(req, res)
    try {
      await answerEvents(app, live, req, res)
    } catch (error) {
      await answerFailure(app, req, res, error)
    }
  })
}

/** Answers a GraphQL request that came by HTTP; knows nothing of Express. */
export function graphqlListener(
  app: AppContext,
  server: ApolloServer<RequestContext>,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    try {
      // The session is checked before a byte of the body is read.
      const context = await createRequestContext(app, req, res, { deadline: !isMultipart(req) })
      await execute(app, server, req, res, context)
    } catch (error) {
      await answerFailure(app, req, res, error)
    }
  }
}

async function execute(
  app: AppContext,
  server: ApolloServer<RequestContext>,
  req: IncomingMessage,
  res: ServerResponse,
  context: RequestContext,
): Promise<void> {
  const request: HTTPGraphQLRequest = {
    method: req.method ?? '',
    search: req.url?.includes('?') ? new URL(req.url, 'http://gateway').search : '',
    headers: headersOf(req),
    body: req.method === 'POST' ? await bodyOf(app, req) : null,
  }
  const answer = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: request,
    context: async () => context,
  })
  if (answer.body.kind !== 'complete') throw new HttpError(406, 'BAD_REQUEST', 'Answers come whole here.')
  const status = answer.status ?? 200
  const body = status < 400 ? answer.body.string : named(answer.body.string, context.requestId)
  await send(req, res, status, Object.fromEntries(answer.headers), body)
}

/** Apollo refuses some requests before its plugins see them: their errors get the request's id here. */
function named(text: string, requestId: string): string {
  const body = JSON.parse(text) as { errors?: { extensions?: object }[] }
  const errors = body.errors?.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }))
  return JSON.stringify({ ...body, ...(errors && { errors }) })
}

function bodyOf(app: AppContext, req: IncomingMessage): Promise<Record<string, unknown>> {
  return isMultipart(req)
    ? processMultipartRequest(req, app.config.limits.maxFilesPerContent)
    : readJsonObject(req)
}

function isMultipart(req: IncomingMessage): boolean {
  return /^multipart\/form-data\b/i.test(req.headers['content-type'] ?? '')
}

function headersOf(req: IncomingMessage): HeaderMap {
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(req.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  // What Apollo sees is JSON by now.
  if (isMultipart(req)) headers.set('content-type', 'application/json')
  return headers
}

/** What went wrong before GraphQL began, in the shape of a GraphQL answer. */
async function answerFailure(
  app: AppContext,
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
): Promise<void> {
  if (res.headersSent || res.destroyed) return
  const requestId = requestIdOf(res)
  const [status, code, message] = describe(error)
  if (status >= 500) app.log.error({ err: error, requestId }, 'graphql request failed')
  const extensions = { code, retryable: false, requestId }
  const body = JSON.stringify({ errors: [{ message, extensions }] })
  await send(req, res, status, { 'content-type': 'application/json; charset=utf-8' }, body)
}

function describe(error: unknown): [number, string, string] {
  if (error instanceof UnauthenticatedError) return [401, 'UNAUTHENTICATED', error.message]
  if (error instanceof HttpError) return [error.status, error.code, error.message]
  return [
    500,
    'INTERNAL_SERVER_ERROR',
    'Something went wrong here. The operator finds it in the log by the request id.',
  ]
}
