import { setMaxListeners } from 'node:events'
import type { Server } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { WatchPlace } from '../../live/watch.js'
import { type EndReason, GOODBYE_MS, type LiveConnection } from './live-connections.js'
import type { LiveSession } from './live-session.js'

/** Code and reason of a close frame (RFC 6455 §7.4; the 44xx are graphql-ws's own, and let its client try again). */
const FORBIDDEN = 4403
const CLOSE: { readonly [R in EndReason]: readonly [number, string] } = {
  SHUTDOWN: [1001, 'Going away'],
  SESSION_OVER: [FORBIDDEN, 'The session has expired: sign in again.'],
  TOO_SLOW: [1013, 'Too slow: go on from the last height that you have seen.'],
  SILENT: [1001, 'No sign of life'],
}

/** What may wait in a socket, in bytes; a peer that lets more pile up takes nothing any more. */
const MAX_BUFFERED = 4 * 1024 * 1024

type ProtocolSocket = Parameters<Server['opened']>[0]

/** One WebSocket: as graphql-ws wants it, and as a live connection. */
export class WebSocketConnection implements LiveConnection {
  readonly transport = 'WEBSOCKET'
  isAcknowledged = false
  readonly places = new Set<WatchPlace>()
  readonly #gone = new AbortController()
  #isAlive = true

  constructor(
    private readonly socket: WebSocket,
    public session: LiveSession,
  ) {
    setMaxListeners(0, this.signal)
    socket.on('pong', () => {
      this.#isAlive = true
    })
    socket.once('close', () => this.#gone.abort())
    // Close follows, with a code where the peer can be told (1009: a message above the limit).
    socket.on('error', () => undefined)
  }

  get signal(): AbortSignal {
    return this.#gone.signal
  }

  /** What throws while a message is handled is a fault of the gateway. */
  forProtocol(onFault: (error: unknown) => void): ProtocolSocket {
    const { socket } = this
    return {
      protocol: socket.protocol,
      send: (text) => this.#send(text),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => {
        socket.on('message', (data) => {
          this.#isAlive = true
          handle(String(data)).catch(onFault)
        })
      },
    }
  }

  beat(height: number | null): void {
    if (!this.#isAlive) {
      this.socket.terminate()
      return
    }
    this.#isAlive = false
    this.socket.ping()
    if (this.isAcknowledged && height !== null) {
      void this.#send(JSON.stringify({ type: 'ping', payload: { height } }))
    }
  }

  /** Before it is acknowledged. */
  refuse(reason: string): void {
    this.#close(FORBIDDEN, reason)
  }

  end(reason: EndReason): void {
    this.#close(...CLOSE[reason])
  }

  #close(code: number, reason: string): void {
    this.socket.close(code, reason)
    const timer = setTimeout(() => this.socket.terminate(), GOODBYE_MS)
    this.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }

  /** Resolves when the kernel has taken it: so whoever sends waits for the peer. */
  #send(text: string): Promise<void> {
    const { socket } = this
    if (socket.bufferedAmount > MAX_BUFFERED) socket.terminate()
    return new Promise((resolve) => {
      if (socket.readyState !== socket.OPEN) resolve()
      else socket.send(text, () => resolve())
    })
  }
}
