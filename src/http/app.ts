import type { RequestListener } from 'node:http'
import type { ApolloServer } from '@apollo/server'
import cors from 'cors'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type { AppContext, RequestContext } from '../context.js'
import { answerError } from './answer-error.js'
import { contentRoute } from './content/content-route.js'
import { graphqlListener, graphqlRoute } from './graphql/graphql-route.js'
import { healthRoutes } from './health-route.js'
import { HttpError } from './http-error.js'
import { wantsEvents } from './live/events-route.js'
import type { LiveConnections } from './live/live-connections.js'
import { metricsRoute } from './metrics-route.js'
import { requestIdOf } from './request-context.js'
import { restRoutes } from './rest/rest-routes.js'
import { uploadsRoute } from './uploads/uploads-route.js'

const EXPOSED_HEADERS = 'Content-Range,Content-Length,Accept-Ranges,ETag,X-Request-Id'

/**
 * HTTP in, HTTP out: routes, sessions, statuses, bodies. It knows the domain's verbs and the GraphQL server, and nothing
 * of DeSo's formats or of IPFS.
 */
export function createHttpListener(
  app: AppContext,
  graphql: ApolloServer<RequestContext>,
  live: LiveConnections,
): RequestListener {
  const routes = createRoutes(app, graphql, live)
  const answerGraphQL = graphqlListener(app, graphql)
  return (req, res) => {
    if (req.method !== 'POST' || req.url !== '/graphql' || wantsEvents(req)) return routes(req, res)
    // What comes most goes past Express: it gives each request another prototype, which makes all that follows slower
    // (docs/benchmarks.md).
    requestIdOf(res)
    res.setHeader('access-control-allow-origin', '*')
    res.setHeader('access-control-expose-headers', EXPOSED_HEADERS)
    answerGraphQL(req, res).catch((error: unknown) => {
      app.log.error({ err: error }, 'a GraphQL request could not be answered')
      res.destroy()
    })
  }
}

function createRoutes(
  app: AppContext,
  graphql: ApolloServer<RequestContext>,
  live: LiveConnections,
): Express {
  const http = express()
  http.disable('x-powered-by')
  http.disable('etag')
  http.use((_req, res, next) => {
    requestIdOf(res)
    next()
  })
  http.use(healthRoutes(app))
  http.use(metricsRoute(app))
  // Any origin, never with credentials: whoever calls brings a token of their own.
  http.use(
    ['/graphql', '/api', '/content'],
    cors({ origin: '*', exposedHeaders: EXPOSED_HEADERS, maxAge: 86_400 }),
  )
  http.use('/graphql', graphqlRoute(app, graphql, live))
  http.use('/content', contentRoute(app))
  http.use('/uploads', uploadsRoute(app))
  http.use('/api', restRoutes(app, graphql))
  http.get('/', (_req, res) => res.redirect(302, '/graphql'))
  http.use((req, res) =>
    answerError(app, req, res, new HttpError(404, 'NOT_FOUND', `There is nothing at ${req.path}.`)),
  )
  http.use(errorHandler(app))
  return http
}

/** Express's own errors (a malformed path) as JSON, never its HTML page with a stack. */
function errorHandler(app: AppContext): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const status = Number((error as { status?: unknown }).status)
    const isRequests = status >= 400 && status < 500
    const known = isRequests ? new HttpError(status, 'BAD_REQUEST', 'The request is malformed.') : error
    void answerError(app, req, res, known)
  }
}
