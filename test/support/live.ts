import { createClient as createSseClient, type ClientOptions as SseOptions } from 'graphql-sse'
import { type Client, createClient, type ExecutionResult } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Json } from './world.js'

/** An answer of a live operation. */
export interface LiveAnswer {
  data?: Json
  errors?: readonly { message: string; extensions: { code: string; retryable: boolean; requestId: string } }[]
  extensions?: { height: number }
}

/** The answers of one operation, as they come. */
export class Answers {
  readonly all: LiveAnswer[] = []
  isComplete = false
  error: unknown = null
  readonly #waiting = new Set<() => void>()

  add(answer: LiveAnswer): void {
    this.all.push(answer)
    this.#wake()
  }

  finish(error: unknown = null): void {
    this.error ??= error
    this.isComplete = true
    this.#wake()
  }

  /** The next that `find` takes, whether it has come already or is still to come. */
  async until<T>(find: (answers: this) => T | null | undefined | false, ms = 10_000): Promise<T> {
    const deadline = Date.now() + ms
    for (;;) {
      const found = find(this)
      if (found) return found
      const left = deadline - Date.now()
      if (left <= 0)
        throw new Error(`nothing of the kind in ${JSON.stringify(this.all)}, ${String(this.error)}`)
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer)
          this.#waiting.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, left)
        this.#waiting.add(wake)
      })
    }
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  /** The answer number `index`. */
  at(index: number): Promise<LiveAnswer> {
    return this.until(({ all }) => all[index])
  }

  /** Resolves when the operation has ended. */
  end(): Promise<true> {
    return this.until(({ isComplete }) => isComplete)
  }
}

export interface LiveClient {
  watch(query: string, variables?: Record<string, unknown>): Answers & { stop(): void }
  close(): Promise<void> | void
}

export function webSocketClient(url: string, token?: string): LiveClient & { client: Client } {
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: true,
    retryAttempts: 0,
    ...(token && { connectionParams: { authorization: `Bearer ${token}` } }),
  })
  return {
    client,
    watch: (query, variables) => start(client, query, variables),
    close: () => client.dispose(),
  }
}

export function sseClient(url: string, token?: string, more: Partial<SseOptions> = {}): LiveClient {
  const client = createSseClient({
    url: `${url}/graphql`,
    retryAttempts: 0,
    ...(token && { headers: { authorization: `Bearer ${token}` } }),
    ...more,
  } as SseOptions)
  return { watch: (query, variables) => start(client, query, variables), close: () => client.dispose() }
}

interface Subscribable {
  subscribe(
    request: { query: string; variables?: Record<string, unknown> },
    sink: { next(answer: never): void; error(error: unknown): void; complete(): void },
  ): () => void
}

function start(client: unknown, query: string, variables?: Record<string, unknown>) {
  const answers = new Answers()
  const stop = (client as Subscribable).subscribe(
    { query, ...(variables && { variables }) },
    {
      next: (answer: ExecutionResult) => answers.add(answer as LiveAnswer),
      error: (error) => answers.finish(error),
      complete: () => answers.finish(),
    },
  )
  return Object.assign(answers, { stop })
}
