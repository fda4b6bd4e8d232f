import type { Readable } from 'node:stream'
import { LRUCache } from 'lru-cache'
import { Agent } from 'undici'
import { NodeUnavailableError } from '../errors.js'
import { type LosslessJson, parseLosslessJson } from './lossless-json.js'
import { parseNodeError } from './rule-errors.js'

/** One request, one answer. Ready text, so that a retry sends the same bytes. */
export interface Exchange {
  method: 'GET' | 'POST'
  url: string
  /** JSON text. Nodes refuse a POST without one, or without `Content-Type: application/json`. */
  body: string | undefined
  /** Of the answer. */
  maxBytes: number
  timeoutMs: number
  signal: AbortSignal | undefined
}

/** Connections kept open to each node; more calls wait, within their deadline. */
const CONNECTIONS = 64
const CONNECT_MS = 5_000

export function createAgent(): Agent {
  // The deadline of a call bounds headers and body together; undici's own would bound each.
  return new Agent({
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_MS },
    headersTimeout: 0,
    bodyTimeout: 0,
  })
}

/** Throws NodeRuleError for a refusal, NodeUnavailableError for anything that is not JSON with status 200 in time. */
export async function exchangeJson(agent: Agent, exchange: Exchange): Promise<LosslessJson> {
  const { status, contentType, text } = await exchangeText(agent, exchange)
  if (status !== 200) throw parseNodeError(status, contentType, text)
  if (!contentType.includes('json')) {
    throw new NodeUnavailableError('The DeSo node answered something else than JSON.', text.slice(0, 300))
  }
  try {
    return parseOnce(text)
  } catch (cause) {
    throw new NodeUnavailableError('The DeSo node answered broken JSON.', cause)
  }
}

/** Small answers as they were taken apart: the same list of posts comes again and again, and takes milliseconds. */
const parsed = new LRUCache<string, object>({
  maxSize: 2 << 20,
  maxEntrySize: 256 << 10,
  sizeCalculation: (_, text) => text.length + 1,
})

function parseOnce(text: string): LosslessJson {
  const known = parsed.get(text) as LosslessJson | undefined
  if (known !== undefined) return known
  const json = parseLosslessJson(text)
  if (typeof json === 'object' && json !== null) parsed.set(text, json)
  return json
}

interface TextAnswer {
  status: number
  contentType: string
  text: string
}

async function exchangeText(agent: Agent, exchange: Exchange): Promise<TextAnswer> {
  const deadline = AbortSignal.timeout(exchange.timeoutMs)
  const signal = exchange.signal ? AbortSignal.any([exchange.signal, deadline]) : deadline
  try {
    const { origin, pathname } = new URL(exchange.url)
    const response = await agent.request({
      origin,
      path: pathname,
      method: exchange.method,
      headers: { accept: 'application/json', ...(exchange.body && { 'content-type': 'application/json' }) },
      ...(exchange.body !== undefined && { body: exchange.body }),
      signal,
    })
    const contentType = String(response.headers['content-type'] ?? '')
    const text = await readCapped(response.body, exchange.maxBytes)
    return { status: response.statusCode, contentType, text }
  } catch (cause) {
    throw noAnswer(exchange, deadline, cause)
  }
}

async function readCapped(body: Readable, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop destroys the body, and so the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new NodeUnavailableError(`The DeSo node answered more than ${maxBytes} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function noAnswer(exchange: Exchange, deadline: AbortSignal, cause: unknown): NodeUnavailableError {
  if (cause instanceof NodeUnavailableError) return cause
  if (exchange.signal?.aborted) return givenUp(exchange.signal)
  if (deadline.aborted) {
    return new NodeUnavailableError(`The DeSo node did not answer within ${exchange.timeoutMs} ms.`, cause)
  }
  return new NodeUnavailableError('The connection to the DeSo node failed.', cause)
}

/** The caller's signal has aborted. */
export function givenUp(signal: AbortSignal): NodeUnavailableError {
  return new NodeUnavailableError('The request to the DeSo node was given up.', signal.reason)
}
