import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { AppContext } from '../../context.js'
import type { LiveOperations, LiveResult } from '../../graphql/live/live-operations.js'
import type { LiveOperation } from '../../graphql/live/prepare-live.js'
import { WatchPlace } from '../../live/watch.js'
import type { LiveTransport } from '../../metrics.js'
import type { LiveSession } from './live-session.js'

/** Why the gateway ends a connection. SILENT: the peer gave no sign of life. */
export type EndReason = 'SHUTDOWN' | 'SESSION_OVER' | 'TOO_SLOW' | 'SILENT'

/** A WebSocket or an event stream. */
export interface LiveConnection {
  readonly transport: LiveTransport
  readonly session: LiveSession
  /** Aborts when the connection is gone. */
  readonly signal: AbortSignal
  /** How far its watches are. */
  readonly places: Set<WatchPlace>
  /** A sign of life. `height`: all watches are settled up to there; null: they are not. */
  beat(height: number | null): void
  /** Tells the peer why, then closes. */
  end(reason: EndReason): void
}

/** Connections that are ended have this long to take what they are told, in milliseconds. */
export const GOODBYE_MS = 5_000

/** What both transports share: how many there may be, sessions that end, signs of life, the end of all. */
export class LiveConnections {
  readonly #open = new Set<LiveConnection>()
  readonly #heartbeat: NodeJS.Timeout
  #isClosing = false

  constructor(
    private readonly app: AppContext,
    readonly operations: LiveOperations,
  ) {
    this.#heartbeat = setInterval(() => this.#beat(), app.config.live.heartbeatSeconds * 1000)
    this.#heartbeat.unref()
  }

  get hasRoom(): boolean {
    return !this.#isClosing && this.#open.size < this.app.config.live.maxConnections
  }

  /** Until the connection's signal aborts. */
  add(connection: LiveConnection): void {
    const { transport, signal } = connection
    this.#open.add(connection)
    this.app.metrics.liveConnection(transport, 1)
    const leave = () => {
      this.#open.delete(connection)
      this.app.metrics.liveConnection(transport, -1)
    }
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    if (this.#isClosing) connection.end('SHUTDOWN')
  }

  /** Ends the connection with its session, which may be told later than the connection was made. */
  endWithSession(connection: LiveConnection): void {
    const { expiresAt } = connection.session
    if (expiresAt === null) return
    const { clock } = this.app
    clock.sleep(Math.max(0, expiresAt - clock.now()), connection.signal).then(
      () => this.end(connection, 'SESSION_OVER'),
      () => undefined,
    )
  }

  end(connection: LiveConnection, reason: EndReason): void {
    if (connection.signal.aborted) return
    this.app.metrics.liveDropped(connection.transport, reason)
    connection.end(reason)
  }

  /** The answers of an operation, for as long as connection and session last. `return` ends it at once. */
  run(
    connection: LiveConnection,
    operation: LiveOperation,
    lastHeight: number | null = null,
  ): AsyncGenerator<LiveResult, void> {
    const stopping = new AbortController()
    const results = this.#results(connection, operation, stopping, lastHeight)
    return {
      next: () => results.next(),
      // A generator that waits takes notice of nothing, so what it waits for is ended first.
      return: () => {
        stopping.abort()
        return results.return()
      },
      throw: (error) => {
        stopping.abort()
        return results.throw(error)
      },
      [Symbol.asyncIterator]() {
        return this
      },
      async [Symbol.asyncDispose]() {
        await this.return()
      },
    }
  }

  async *#results(
    connection: LiveConnection,
    operation: LiveOperation,
    stopping: AbortController,
    lastHeight: number | null,
  ): AsyncGenerator<LiveResult, void> {
    const { metrics } = this.app
    const { session, signal } = connection
    const { field } = operation
    const place = new WatchPlace()
    const stop = () => stopping.abort()
    setMaxListeners(0, stopping.signal)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    connection.places.add(place)
    metrics.liveWatch(field, 1)
    try {
      const caller = {
        viewer: session.viewer,
        signal: stopping.signal,
        requestId: randomUUID(),
        lastHeight,
        place,
        end: (reason: Error) => {
          stopping.abort(reason)
          this.end(connection, 'TOO_SLOW')
        },
      }
      for await (const result of this.operations.run(operation, caller)) {
        if (this.#isOver(session)) return this.end(connection, 'SESSION_OVER')
        metrics.liveEvent(field)
        yield result
      }
    } finally {
      // Whatever it has begun to listen to listens no more.
      stopping.abort()
      metrics.liveWatch(field, -1)
      connection.places.delete(place)
      signal.removeEventListener('abort', stop)
    }
  }

  /** Ends them all; none is taken any more. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#heartbeat)
    const gone = [...this.#open].map(
      ({ signal }) =>
        new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    )
    for (const connection of [...this.#open]) this.end(connection, 'SHUTDOWN')
    await Promise.all(gone)
  }

  #beat(): void {
    for (const connection of [...this.#open]) {
      if (this.#isOver(connection.session)) this.end(connection, 'SESSION_OVER')
      else connection.beat(settledHeight(connection))
    }
  }

  /** The clock may have been moved since the end was planned. */
  #isOver({ expiresAt }: LiveSession): boolean {
    return expiresAt !== null && expiresAt <= this.app.clock.now()
  }
}

function settledHeight({ places }: LiveConnection): number | null {
  const heights = [...places].flatMap(({ settledHeight: settled }) => (settled ? [settled()] : []))
  if (heights.length === 0 || heights.includes(null)) return null
  return Math.min(...(heights as number[]))
}
