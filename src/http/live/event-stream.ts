import { setMaxListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { LiveResult } from '../../graphql/live/live-operations.js'
import type { WatchPlace } from '../../live/watch.js'
import { requestIdOf } from '../request-context.js'
import { type EndReason, GOODBYE_MS, type LiveConnection } from './live-connections.js'
import type { LiveSession } from './live-session.js'

/** The last answer of a stream that the gateway ends; null: the client is to connect again as it was. */
const GOODBYE: { readonly [R in EndReason]: { code: string; message: string } | null } = {
  SHUTDOWN: null,
  SESSION_OVER: { code: 'UNAUTHENTICATED', message: 'The session has expired: sign in again.' },
  TOO_SLOW: {
    code: 'LIMIT_EXCEEDED',
    message:
      'Too slow: events came faster than they were taken. Go on from the last height that you have seen.',
  },
  SILENT: null,
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Proxies that buffer would hold events back.
  'x-accel-buffering': 'no',
}

/**
 * One stream of server-sent events, as graphql-sse defines it ("distinct connections"). Each event with a height has it
 * as its id, so that a browser's EventSource goes on from there.
 */
export class EventStream implements LiveConnection {
  readonly transport = 'SSE'
  readonly places = new Set<WatchPlace>()
  readonly #gone = new AbortController()
  #isEnded = false

  constructor(
    private readonly res: ServerResponse,
    readonly session: LiveSession,
  ) {
    setMaxListeners(0, this.signal)
    res.once('close', () => this.#gone.abort())
    res.on('error', () => undefined)
  }

  get signal(): AbortSignal {
    return this.#gone.signal
  }

  begin(): void {
    this.res.writeHead(200, HEADERS)
    // Some browsers take headers for there only with the first byte.
    this.res.write(':\n\n')
  }

  /** Resolves when there is room for the next. */
  async next(result: LiveResult): Promise<void> {
    if (this.#isEnded) return
    const { height } = result.extensions ?? {}
    const id = height === undefined ? '' : `id: ${height}\n`
    if (!this.res.write(`${id}event: next\ndata: ${JSON.stringify(result)}\n\n`)) await this.#drained()
  }

  /** The operation has come to its end. */
  complete(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.res.end('event: complete\ndata:\n\n')
  }

  beat(height: number | null): void {
    if (this.#isEnded || this.res.writableNeedDrain) return
    this.res.write(height === null ? ':\n\n' : `id: ${height}\n\n`)
  }

  end(reason: EndReason): void {
    if (this.#isEnded) return
    const goodbye = GOODBYE[reason]
    if (goodbye) {
      const { code, message } = goodbye
      const extensions = { code, retryable: true, requestId: requestIdOf(this.res) }
      void this.next({ errors: [{ message, extensions }] })
      this.complete()
    } else {
      this.#isEnded = true
      this.res.end()
    }
    const timer = setTimeout(() => this.res.destroy(), GOODBYE_MS)
    this.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.res.off('drain', done).off('close', done)
        resolve()
      }
      this.res.once('drain', done).once('close', done)
      if (this.res.destroyed) done()
    })
  }
}
