import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { isWebSocket, withoutUpgrade } from './upgrade.js'

/** A port that something else has. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError'

  constructor(setting: string, port: number) {
    super(`Port ${port} is in use: stop what uses it, or set ${setting} to another port.`)
  }
}

/** An address that is not this machine's, or a port that needs other rights. */
export class CannotListenError extends Error {
  override readonly name = 'CannotListenError'

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    super(
      `Cannot listen on ${host}, port ${port} (${cause.code}): set HOST to an address of this machine, PORT to a port that this user may open.`,
      { cause },
    )
  }
}

/** The listening socket: taken before anything else is opened, answering 503 until there is something to serve. */
export interface Door {
  port: number
  serve(listener: RequestListener, onWebSocket: WebSocketListener): void
  /** No new connections; requests under way have seconds to end. */
  drain(): Promise<void>
  close(): Promise<void>
}

/** A WebSocket handshake, still to be answered. */
export type WebSocketListener = (req: IncomingMessage, socket: Duplex, head: Buffer) => void

/** Requests under way have this long when the gateway stops. */
const DRAIN_MS = 10_000
const UNAVAILABLE =
  'HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'

/** Throws PortInUseError or CannotListenError. */
export async function openDoor({ host, port }: { host: string; port: number }): Promise<Door> {
  let listener: RequestListener = (_req, res) => void res.writeHead(503, { 'retry-after': '1' }).end()
  let onWebSocket: WebSocketListener = (_req, socket) => void socket.end(UNAVAILABLE)
  // An upload flows as long as it flows: the socket's idle limit is what ends a dead one.
  const options = { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000 }
  const server = createServer(options, (req, res) => listener(req, res))
  server.timeout = 120_000
  server.on('upgrade', (req, socket, head) => {
    if (isWebSocket(req)) return onWebSocket(req, socket, head)
    socket.unshift(withoutUpgrade(req, head))
    server.emit('connection', socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      reject(isTaken ? portInUse(error, 'PORT', port) : new CannotListenError(host, port, error))
    })
    server.listen(port, host, resolve)
  })
  const drain = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve()
      const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
      server.close(() => {
        clearTimeout(timer)
        resolve()
      })
      server.closeIdleConnections()
    })
  return {
    port: (server.address() as AddressInfo).port,
    serve: (nextListener, nextOnWebSocket) => {
      listener = nextListener
      onWebSocket = nextOnWebSocket
    },
    drain,
    close: drain,
  }
}

/** The error of a listen, with the setting to change where the port is taken. */
export function portInUse(error: unknown, setting: string, port: number): unknown {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? new PortInUseError(setting, port) : error
}
