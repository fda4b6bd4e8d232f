import type { Clock } from '../clock.js'
import { Deadline } from './deadline.js'
import { createAgent, type Exchange, exchangeJson, givenUp } from './http-exchange.js'
import type { Network } from './keys.js'
import { stringifyLosslessJson } from './lossless-json.js'
import { NETWORK_QUESTION, NetworkCheck } from './network-check.js'
import { JsonValue } from './rest-schema.js'
import { NodeRuleError } from './rule-errors.js'

/** One request, as it ended: for who counts them. GIVEN_UP: who asked has left. */
export interface ObservedRequest {
  /** Name and port. */
  host: string
  /** The path, an id in it as `:id`. */
  endpoint: string
  outcome: 'OK' | 'REFUSED' | 'TIMEOUT' | 'FAILED' | 'GIVEN_UP'
  seconds: number
}

/** Bytes of an answer. */
export const MAX_BLOCK_ANSWER = 32 * 1024 * 1024
const MAX_ANSWER = 8 * 1024 * 1024

const TIMEOUT_MS = 10_000
/** For the question before the first one; never more than half of what there is. */
const NETWORK_QUESTION_MS = 2_000

export interface TransportOptions {
  /** Base URL; a path is kept as a prefix. */
  url: string
  clock: Clock
  /** Given: a node that says that it is on another is not used. */
  onlyNetwork?: Network | undefined
  /** Told of every request, also of those that fail. */
  observe?: ((request: ObservedRequest) => void) | undefined
}

export interface NodeCall<T> {
  method: 'GET' | 'POST'
  path: string
  /** The JSON of a POST. */
  body?: unknown
  maxBytes?: number
  /** Takes the answer apart; what it throws counts as a fault of the node. */
  read: (json: JsonValue) => T
}

type ExchangeLimits = Pick<Exchange, 'signal' | 'timeoutMs'>

export interface Limits {
  signal?: AbortSignal | undefined
  timeoutMs?: number | undefined
  asksNetwork?: boolean | undefined
}

/**
 * How a call reaches one node: deadline, size cap and the check of its network. It knows nothing of endpoints, never asks
 * twice, and fails only with NodeUnavailableError and NodeRuleError.
 */
export class HttpTransport {
  private readonly agent = createAgent()
  private readonly url: string
  private readonly networkCheck: NetworkCheck | null

  constructor(private readonly options: TransportOptions) {
    const { url, onlyNetwork, clock } = options
    this.url = url.replace(/\/+$/, '')
    this.networkCheck = onlyNetwork ? new NetworkCheck(onlyNetwork, clock) : null
  }

  async ask<T>(call: NodeCall<T>, { signal, timeoutMs = TIMEOUT_MS, asksNetwork }: Limits = {}): Promise<T> {
    if (signal?.aborted) throw givenUp(signal)
    const deadline = new Deadline(timeoutMs)
    await this.networkCheck?.assert(() => this.networkOf(deadline, signal), { signal, anew: asksNetwork })
    return this.exchange(call, { signal, timeoutMs: Math.max(1, deadline.left) })
  }

  async close(): Promise<void> {
    await this.agent.destroy()
  }

  private networkOf({ left }: Deadline, signal: AbortSignal | undefined): Promise<Network> {
    const timeoutMs = Math.min(NETWORK_QUESTION_MS, Math.ceil(left / 2))
    return this.exchange(NETWORK_QUESTION, { signal, timeoutMs })
  }

  private async exchange<T>(call: NodeCall<T>, limits: ExchangeLimits): Promise<T> {
    const start = performance.now()
    const told = (outcome: ObservedRequest['outcome']) =>
      this.options.observe?.({
        host: new URL(this.url).host,
        endpoint: call.path.replace(/[0-9a-f]{64}/, ':id'),
        outcome,
        seconds: (performance.now() - start) / 1000,
      })
    try {
      const value = await this.exchangeOnce(call, limits)
      told('OK')
      return value
    } catch (error) {
      told(outcomeOf(error, performance.now() - start, limits))
      throw error
    }
  }

  private async exchangeOnce<T>(call: NodeCall<T>, limits: ExchangeLimits): Promise<T> {
    const body = call.method === 'POST' ? stringifyLosslessJson(call.body ?? {}) : undefined
    const { method, maxBytes = MAX_ANSWER } = call
    const url = `${this.url}${call.path}`
    return call.read(
      new JsonValue(await exchangeJson(this.agent, { method, url, body, maxBytes, ...limits })),
    )
  }
}

function outcomeOf(
  error: unknown,
  ms: number,
  { signal, timeoutMs }: ExchangeLimits,
): ObservedRequest['outcome'] {
  if (error instanceof NodeRuleError) return 'REFUSED'
  if (signal?.aborted) return 'GIVEN_UP'
  // Timers may be a moment early.
  return ms > timeoutMs - 5 ? 'TIMEOUT' : 'FAILED'
}
