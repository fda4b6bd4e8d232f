import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.js'
import { NodeUnavailableError } from '../errors.js'
import { createAgent, type Exchange, exchangeJson, givenUp } from './http-exchange.js'
import type { Network } from './keys.js'
import { stringifyLosslessJson } from './lossless-json.js'
import { NETWORK_QUESTION, NetworkCheck } from './network-check.js'
import type { CallOptions } from './node.js'
import { NodeFleet } from './node-fleet.js'
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

const RETRY_PAUSE_MS = 50
/** For the question before the first one; never more than half of what there is. */
const NETWORK_QUESTION_MS = 2_000

export interface TransportOptions {
  /** Base URLs, best first; a path is kept as a prefix. */
  urls: readonly string[]
  clock: Clock
  /** The whole of a read, its retry included. */
  readTimeoutMs?: number
  submitTimeoutMs?: number
  /** Given: a node that says that it is on another is not used. */
  onlyNetwork?: Network
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

type Limits = Pick<Exchange, 'timeoutMs' | 'signal'>

/**
 * How calls reach a node: deadlines, size caps, retries and the choice of the node, in one place. It knows nothing of
 * endpoints. Reads are asked of the next node after a fault (of the same one once more, where there is one only);
 * submits go to one node, once.
 */
export class HttpTransport {
  private readonly agent = createAgent()
  private readonly fleet: NodeFleet
  private readonly readTimeoutMs: number
  private readonly submitTimeoutMs: number
  private readonly networkCheck: NetworkCheck | null
  private readonly observe: TransportOptions['observe']

  constructor({
    urls,
    clock,
    readTimeoutMs = 10_000,
    submitTimeoutMs = 30_000,
    onlyNetwork,
    observe,
  }: TransportOptions) {
    this.fleet = new NodeFleet(
      urls.map((url) => url.replace(/\/+$/, '')),
      clock,
    )
    this.readTimeoutMs = readTimeoutMs
    this.submitTimeoutMs = submitTimeoutMs
    this.networkCheck = onlyNetwork ? new NetworkCheck(onlyNetwork, clock) : null
    this.observe = observe
  }

  async read<T>(call: NodeCall<T>, { signal, affinity }: CallOptions = {}): Promise<T> {
    const endsAt = performance.now() + this.readTimeoutMs
    const candidates = this.fleet.candidates(affinity)
    const attempts = candidates.length === 1 ? [...candidates, ...candidates] : candidates
    let fault = new NodeUnavailableError('No DeSo node is configured.')
    for (const [index, url] of attempts.entries()) {
      const left = endsAt - performance.now()
      if (left <= 0 || signal?.aborted) break
      // With another node to turn to, one that hangs gets its share of the time only.
      const share = candidates.length === 1 ? left : left / (attempts.length - index)
      const answer = await this.ask(url, call, { timeoutMs: Math.ceil(share), signal })
      if (!('fault' in answer)) {
        this.fleet.answered(url, affinity)
        return answer.value
      }
      fault = answer.fault
      if (attempts[index + 1] === url) await pause(signal)
    }
    throw signal?.aborted ? givenUp(signal) : fault
  }

  /** A fault leaves open whether the node took it. */
  async submit<T>(call: NodeCall<T>, { signal }: CallOptions = {}): Promise<T> {
    if (signal?.aborted) throw givenUp(signal)
    const url = this.fleet.first()
    try {
      const answer = await this.ask(url, call, { timeoutMs: this.submitTimeoutMs, signal })
      if ('fault' in answer) throw answer.fault
      this.fleet.tookSubmit(url)
      return answer.value
    } catch (error) {
      // A node that refuses may hold these bytes already.
      if (error instanceof NodeRuleError) this.fleet.tookSubmit(url)
      throw error
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy()
  }

  /** A fault is a value, a refusal is thrown: it ends the call whatever node said it. */
  private async ask<T>(
    url: string,
    call: NodeCall<T>,
    limits: Limits,
  ): Promise<{ value: T } | { fault: NodeUnavailableError }> {
    try {
      const endsAt = performance.now() + limits.timeoutMs
      await this.networkCheck?.assert(url, () => this.networkOf(url, limits), limits.signal)
      const timeoutMs = Math.max(1, Math.ceil(endsAt - performance.now()))
      return { value: await this.exchange(url, call, { ...limits, timeoutMs }) }
    } catch (error) {
      if (!(error instanceof NodeUnavailableError)) throw error
      if (!limits.signal?.aborted) this.fleet.failed(url)
      return { fault: error }
    }
  }

  private networkOf(url: string, { timeoutMs, signal }: Limits): Promise<Network> {
    const share = Math.min(NETWORK_QUESTION_MS, Math.ceil(timeoutMs / 2))
    return this.exchange(url, NETWORK_QUESTION, { timeoutMs: share, signal })
  }

  private async exchange<T>(url: string, call: NodeCall<T>, limits: Limits): Promise<T> {
    const start = performance.now()
    const told = (outcome: ObservedRequest['outcome']) =>
      this.observe?.({
        host: new URL(url).host,
        endpoint: call.path.replace(/[0-9a-f]{64}/, ':id'),
        outcome,
        seconds: (performance.now() - start) / 1000,
      })
    try {
      const value = await this.exchangeOnce(url, call, limits)
      told('OK')
      return value
    } catch (error) {
      told(outcomeOf(error, performance.now() - start, limits))
      throw error
    }
  }

  private async exchangeOnce<T>(url: string, call: NodeCall<T>, limits: Limits): Promise<T> {
    const body = call.method === 'POST' ? stringifyLosslessJson(call.body ?? {}) : undefined
    const { method, maxBytes = MAX_ANSWER } = call
    const json = await exchangeJson(this.agent, {
      method,
      url: `${url}${call.path}`,
      body,
      maxBytes,
      ...limits,
    })
    return call.read(new JsonValue(json))
  }
}

function outcomeOf(error: unknown, ms: number, { signal, timeoutMs }: Limits): ObservedRequest['outcome'] {
  if (error instanceof NodeRuleError) return 'REFUSED'
  if (signal?.aborted) return 'GIVEN_UP'
  // Timers may be a moment early.
  return ms > timeoutMs - 5 ? 'TIMEOUT' : 'FAILED'
}

/** A node that drops connections while it connects a block has come back by then. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await sleep(RETRY_PAUSE_MS, undefined, { signal }).catch(() => undefined)
}
