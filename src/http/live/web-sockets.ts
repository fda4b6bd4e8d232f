import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ExecutionArgs, GraphQLError } from 'graphql'
import { type Context, handleProtocols, makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { UnauthenticatedError } from '../../account/errors.js'
import type { AppContext } from '../../context.js'
import type { LiveOperation } from '../../graphql/live/prepare-live.js'
import { HttpError } from '../http-error.js'
import type { LiveConnections } from './live-connections.js'
import { authorizationIn, type LiveSession, openSession } from './live-session.js'
import { refuseUpgrade } from './refuse-upgrade.js'
import { WebSocketConnection } from './web-socket-connection.js'

/** Of one message. */
const MAX_MESSAGE_BYTES = 64 * 1024
/** Operations at the same time over one socket. */
const MAX_OPERATIONS = 100
/** A peer that has said nothing for so long after the handshake is let go. */
const INIT_MS = 10_000
const PATH = '/graphql'

export type Upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => void

interface Extra {
  connection: WebSocketConnection
}

type LiveContext = Context<Record<string, unknown>, Extra>

/** /graphql over WebSocket, subprotocol graphql-transport-ws: live operations and nothing else. */
export function createWebSockets(app: AppContext, connections: LiveConnections): Upgrade {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => handleProtocols(offered),
  })
  const protocol = createProtocol(app, connections)
  const open = (socket: WebSocket, session: LiveSession) => {
    const connection = new WebSocketConnection(socket, session)
    const closed = protocol.opened(
      connection.forProtocol((error) => onFault(app, socket, error)),
      { connection },
    )
    socket.once('close', (code, reason) => {
      closed(code, String(reason)).catch((error: unknown) => onFault(app, socket, error))
    })
    connections.add(connection)
  }
  return (req, socket, head) => {
    socket.on('error', () => socket.destroy())
    admit(app, connections, req).then(
      (session) => sockets.handleUpgrade(req, socket, head, (webSocket) => open(webSocket, session)),
      (error: unknown) => refuseUpgrade(app.log, socket, error),
    )
  }
}

/** A header is the session of clients that can send one; the first message may name another. */
async function admit(
  app: AppContext,
  connections: LiveConnections,
  req: IncomingMessage,
): Promise<LiveSession> {
  const { pathname } = new URL(req.url ?? '/', 'http://gateway')
  if (pathname !== PATH) throw new HttpError(404, 'NOT_FOUND', `Live operations are at ${PATH}.`)
  if (!connections.hasRoom) throw new HttpError(503, 'LIMIT_EXCEEDED', 'No room for another connection now.')
  return openSession(app, req.headers.authorization)
}

function createProtocol(app: AppContext, connections: LiveConnections) {
  const { operations } = connections
  return makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: INIT_MS,
    async onConnect({ connectionParams, extra: { connection } }) {
      try {
        const authorization = authorizationIn(connectionParams)
        if (authorization !== null) connection.session = await openSession(app, authorization)
      } catch (error) {
        if (!(error instanceof UnauthenticatedError)) throw error
        connection.refuse(error.message)
        return false
      }
      connection.isAcknowledged = true
      connections.endWithSession(connection)
      return true
    },
    onSubscribe(context, _id, request) {
      if (Object.keys(context.subscriptions).length > MAX_OPERATIONS) return [tooMany()]
      const prepared = operations.prepare(request)
      return 'field' in prepared ? argsOf(context, prepared) : [...prepared]
    },
    subscribe: ({ contextValue }) => {
      const { context, operation } = contextValue as LiveArgs
      return connections.run(context.extra.connection, operation) as AsyncGenerator<never>
    },
    onNext: (_context, _id, _request, _args, result) => result,
    onError: (_context, _id, _request, errors) => operations.formatErrors(errors, randomUUID()),
  })
}

interface LiveArgs {
  context: LiveContext
  operation: LiveOperation
}

/** What graphql-ws hands on to `subscribe`; the operation is prepared, so nothing else in it is used. */
function argsOf(context: LiveContext, operation: LiveOperation): ExecutionArgs {
  const { schema } = operation
  return { schema, document: operation.document, contextValue: { context, operation } satisfies LiveArgs }
}

function tooMany(): GraphQLError {
  return new GraphQLError(`At most ${MAX_OPERATIONS} operations at the same time over one connection.`, {
    extensions: { code: 'LIMIT_EXCEEDED' },
  })
}

function onFault(app: AppContext, socket: WebSocket, error: unknown): void {
  app.log.error({ err: error }, 'live connection failed')
  socket.close(1011, 'Something went wrong here.')
}
