import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { UnauthenticatedError } from '../account/errors.js'
import { verifySession } from '../account/session.js'
import type { AppContext, RequestContext } from '../context.js'
import type { PublicKey } from '../deso/keys.js'
import { ClientGoneError, NodeUnavailableError } from '../errors.js'

/** Work for one answer ends after this long, whatever it waits for; uploads and downloads have no such end. */
const REQUEST_DEADLINE_MS = 120_000

/** One id a request, made once, in the answer's `X-Request-Id` and in the log. */
export function requestIdOf(res: ServerResponse): string {
  const known = res.getHeader('x-request-id')
  if (typeof known === 'string') return known
  const id = randomUUID()
  res.setHeader('x-request-id', id)
  return id
}

/**
 * The context of a request. Throws UnauthenticatedError for a bad or expired token; none at all is an anonymous
 * viewer. Its signal aborts when the client is gone, so that no work goes on for nobody.
 */
export async function createRequestContext(
  app: AppContext,
  req: IncomingMessage,
  res: ServerResponse,
  options: { deadline: boolean },
): Promise<RequestContext> {
  return contextFor(app, res, await viewerOf(app, req), options)
}

/** The same for a viewer known by other means than the token. */
export function contextFor(
  app: AppContext,
  res: ServerResponse,
  viewer: PublicKey | null,
  { deadline }: { deadline: boolean },
): RequestContext {
  const gone = new AbortController()
  const { signal } = gone
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new ClientGoneError())
  })
  const noEnd = deadline ? endInTime(gone, res) : () => {}
  // A request asks for many things at once, each of which listens; Node warns above ten.
  setMaxListeners(0, signal)
  const takeTime = () => {
    noEnd()
    // Nothing flows on the connection meanwhile: the client is not idle, it waits. Node sets it anew afterwards.
    res.socket?.setTimeout(0)
  }
  return { app, viewer, signal, requestId: requestIdOf(res), loaders: app.createLoaders(signal), takeTime }
}

async function viewerOf(app: AppContext, req: IncomingMessage): Promise<PublicKey | null> {
  const header = req.headers.authorization
  return header === undefined ? null : verifySession(app, bearerToken(header))
}

/** The token of an Authorization header. Throws UnauthenticatedError. */
export function bearerToken(header: string): string {
  const [, token] = /^Bearer +(\S{1,4096})$/i.exec(header) ?? []
  if (!token) throw new UnauthenticatedError('Authorization: send `Bearer <access token>`.')
  return token
}

/** Only waiting for others takes so long. The answer lifts the deadline. */
function endInTime(work: AbortController, res: ServerResponse): () => void {
  const endLate = () => work.abort(new NodeUnavailableError('This took too long. Try again.'))
  const timer = setTimeout(endLate, REQUEST_DEADLINE_MS)
  const lift = () => clearTimeout(timer)
  res.once('close', lift)
  return lift
}
