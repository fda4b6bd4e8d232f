import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  answer,
  cut,
  hang,
  json,
  type Reply,
  reset,
  type ScriptedServer,
  stall,
  startScriptedServer,
} from '../../test/support/scripted-server.js'
import type { Clock } from '../clock.js'
import { NodeUnavailableError } from '../errors.js'
import { HttpTransport, type NodeCall } from './http-transport.js'
import { NodeRuleError } from './rule-errors.js'

/** For nodes that never come back; the others have time enough on a busy machine. */
const SHORT_MS = 250
const LONG_MS = 10_000
const GIVEN_UP = 'The request to the DeSo node was given up.'

const height: NodeCall<number> = {
  method: 'GET',
  path: '/tip',
  maxBytes: 1_000_000,
  read: (answer) => answer.field('Height').integer(),
}
const submit: NodeCall<string> = {
  method: 'POST',
  path: '/submit',
  maxBytes: 1_000_000,
  body: { TransactionHex: '00' },
  read: (answer) => answer.field('Id').text(),
}

const refusal500 = answer(500, 'application/json', '{"error":"X: RuleErrorAssociationInvalidType"}\n')

/** Every way in which a node fails to answer, and the words for it. */
const faults: readonly [name: string, reply: Reply, message: string][] = [
  ['hangs', hang, `The DeSo node did not answer within`],
  ['sends half an answer, then hangs', stall('{"Height":'), 'The DeSo node did not answer within'],
  ['resets the connection', reset, 'The connection to the DeSo node failed.'],
  ['is cut off in the middle', cut('{"Height":1'), 'The connection to the DeSo node failed.'],
  [
    'answers half a JSON',
    answer(200, 'application/json', '{"Height":1'),
    'The DeSo node answered broken JSON.',
  ],
  ['answers an empty 200', answer(200, 'application/json', ''), 'The DeSo node answered broken JSON.'],
  [
    'answers 500 without JSON',
    answer(500, 'text/plain', 'oops'),
    'The DeSo node gave no usable answer (HTTP 500).',
  ],
  [
    'answers 500 with JSON that names no rule',
    answer(500, 'application/json', '{"error":"GetUserAssociations: problem getting UTXO view"}'),
    'The DeSo node gave no usable answer (HTTP 500).',
  ],
  [
    'answers an HTML 502',
    answer(502, 'text/html', '<html>'),
    'The DeSo node gave no usable answer (HTTP 502).',
  ],
  [
    'answers HTML with status 200',
    answer(200, 'text/html', '<html>'),
    'The DeSo node answered something else than JSON.',
  ],
  [
    'answers JSON of another content type',
    answer(200, 'text/plain', '{"Height":1}'),
    'The DeSo node answered something else than JSON.',
  ],
  [
    'redirects',
    (response) => response.writeHead(301, { location: '/elsewhere' }).end(),
    'The DeSo node gave no usable answer (HTTP 301).',
  ],
  [
    'is stopping',
    json({ error: 'X: PosMempool.GetAugmentedUniversalView: : MempoolErrorNotRunning' }, 400),
    'The DeSo node gave no usable answer (HTTP 400).',
  ],
  [
    'answers too much',
    answer(200, 'application/json', `{"Height":1,"x":"${'y'.repeat(1_000_000)}"}`),
    'The DeSo node answered more than 1000000 bytes.',
  ],
  [
    'answers another shape',
    json({ Height: '1' }),
    'The DeSo node answered nonsense: Height is not a number.',
  ],
  ['answers null', json(null), 'The DeSo node answered nonsense: the answer is not an object.'],
  [
    'answers a JSON too deep to parse',
    answer(200, 'application/json', `${'['.repeat(200_000)}1234567890123456`),
    'The DeSo node answered broken JSON.',
  ],
]

class TestClock implements Clock {
  time = 0
  now = () => this.time
  sleep = () => Promise.resolve()
}

let one: ScriptedServer
let two: ScriptedServer
let clock: TestClock
const open: HttpTransport[] = []

function transportTo(...urls: string[]): HttpTransport {
  return transportOf(LONG_MS, ...urls)
}

function transportOf(timeoutMs: number, ...urls: string[]): HttpTransport {
  const transport = new HttpTransport({ urls, clock, readTimeoutMs: timeoutMs, submitTimeoutMs: timeoutMs })
  open.push(transport)
  return transport
}

/** The time that fits a fault. */
function timeoutFor(message: string): number {
  return message.includes('did not answer') ? SHORT_MS : LONG_MS
}

beforeEach(async () => {
  one = await startScriptedServer()
  two = await startScriptedServer()
  clock = new TestClock()
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()))
  await one[Symbol.asyncDispose]()
  await two[Symbol.asyncDispose]()
})

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`answered ${String(value)}`),
    (error: unknown) => error,
  )
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const result = await work
  expect(performance.now() - startedAt).toBeLessThan(ms)
  return result
}

describe('a read', () => {
  it.each(faults)('of a node that %s fails in time, after one more try', async (_, reply, message) => {
    one.script(reply)
    const error = await within(LONG_MS, errorOf(transportOf(timeoutFor(message), one.url).read(height)))
    expect(error).toBeInstanceOf(NodeUnavailableError)
    expect((error as Error).message).toContain(message)
    expect(one.seen).toHaveLength(message.includes('did not answer') ? 1 : 2)
  })

  it.each(faults)('is answered by the next node when the first %s', async (_, reply, message) => {
    one.script(reply)
    two.script(json({ Height: 7 }))
    const timeoutMs = timeoutFor(message) * 4
    expect(await transportOf(timeoutMs, one.url, two.url).read(height)).toBe(7)
    expect(one.seen).toHaveLength(1)
  })

  it('is answered by the second try after one fault', async () => {
    one.script(reset, json({ Height: 7 }))
    expect(await transportTo(one.url).read(height)).toBe(7)
  })

  it('is not retried, nor asked of another node, after a 500 that names a rule', async () => {
    one.script(refusal500)
    const error = await errorOf(transportTo(one.url, two.url).read(height))
    expect(error).toBeInstanceOf(NodeRuleError)
    expect(error).toMatchObject({ kind: 'ASSOCIATION', rule: 'RuleErrorAssociationInvalidType' })
    expect([one.seen.length, two.seen.length]).toEqual([1, 0])
  })

  it('of a port where nobody listens fails at once', async () => {
    await one[Symbol.asyncDispose]()
    const error = await within(LONG_MS, errorOf(transportTo(one.url).read(height)))
    expect(error).toBeInstanceOf(NodeUnavailableError)
  })

  it('that is given up ends at once, is not retried, and leaves no connection waiting', async () => {
    one.script(hang)
    const abort = new AbortController()
    const transport = transportTo(one.url)
    const reading = errorOf(transport.read(height, { signal: abort.signal }))
    await expect.poll(() => one.seen.length).toBe(1)
    abort.abort(new Error('client gone'))
    const error = await within(LONG_MS / 2, reading)
    expect(error).toBeInstanceOf(NodeUnavailableError)
    expect(error).toMatchObject({ message: GIVEN_UP, cause: abort.signal.reason })
    expect(one.seen).toHaveLength(1)
    await expect.poll(() => one.openConnections()).toBe(0)
  })

  it('with a signal that has aborted already asks nobody', async () => {
    const error = await errorOf(transportTo(one.url).read(height, { signal: AbortSignal.abort() }))
    expect(error).toMatchObject({ code: 'NODE_UNAVAILABLE', message: GIVEN_UP })
    expect(one.seen).toHaveLength(0)
  })

  it('keeps a path of the base URL, without a double slash', async () => {
    one.script(json({ Height: 7 }))
    await transportTo(`${one.url}/deso//`).read(height)
    expect(one.seen[0]?.path).toBe('/deso/tip')
  })

  it('by POST sends at least {} as application/json', async () => {
    one.script(json({ Height: 7 }))
    await transportTo(one.url).read({ ...height, method: 'POST' })
    expect(one.seen[0]).toEqual({ method: 'POST', path: '/tip', contentType: 'application/json', body: '{}' })
  })

  it('keeps connections alive', async () => {
    one.script(json({ Height: 7 }))
    const transport = transportTo(one.url)
    for (let count = 0; count < 10; count++) await transport.read(height)
    expect(await one.openConnections()).toBeLessThanOrEqual(2)
  })
})

describe('several nodes', () => {
  it('are asked in the order listed, one that failed last, until it has rested', async () => {
    const transport = transportTo(one.url, two.url)
    one.script(reset, json({ Height: 1 }))
    two.script(json({ Height: 2 }))
    expect(await transport.read(height)).toBe(2)
    expect(await transport.read(height)).toBe(2)
    clock.time += 5_001
    expect(await transport.read(height)).toBe(1)
  })

  it('are asked all, though two of three are down', async () => {
    one.script(reset)
    two.script(reset)
    await using three = await startScriptedServer()
    three.script(json({ Height: 3 }))
    expect(await transportTo(one.url, two.url, three.url).read(height)).toBe(3)
  })

  it('answer reads of one affinity by one node, which fails rather than changing', async () => {
    const transport = transportTo(one.url, two.url)
    one.script(json({ Height: 1 }), reset)
    two.script(json({ Height: 2 }))
    const affinity = {}
    expect(await transport.read(height, { affinity })).toBe(1)
    expect(affinity).toEqual({ url: one.url })
    expect(await errorOf(transport.read(height, { affinity }))).toBeInstanceOf(NodeUnavailableError)
    expect(await transport.read(height, { affinity: {} })).toBe(2)
  })

  it('answer reads after a submit by the node that took it, for some seconds', async () => {
    const transport = transportTo(one.url, two.url)
    one.script(reset, json({ Height: 1 }))
    two.script(json({ Height: 2 }), json({ Id: 'x' }), json({ Height: 2 }))
    expect(await transport.read(height)).toBe(2)
    expect(await transport.submit(submit)).toBe('x')
    clock.time += 9_000
    expect(await transport.read(height)).toBe(2)
    clock.time += 1_001
    expect(await transport.read(height)).toBe(1)
  })
})

describe('a submit', () => {
  it.each(faults)('to a node that %s is sent once, to one node', async (_, reply, message) => {
    one.script(reply)
    const transport = transportOf(timeoutFor(message), one.url, two.url)
    const error = await within(LONG_MS, errorOf(transport.submit(submit)))
    expect(error).toBeInstanceOf(NodeUnavailableError)
    expect((error as Error).message).toContain(message.replace('Height is not a number', 'Id is not a text'))
    expect([one.seen.length, two.seen.length]).toEqual([1, 0])
  })

  it('that is refused keeps reads at the node that refused, as it may hold the bytes', async () => {
    const transport = transportTo(one.url, two.url)
    one.script(reset, json({ Height: 1 }))
    two.script(json({ Height: 2 }), refusal500, json({ Height: 2 }))
    expect(await transport.read(height)).toBe(2)
    expect(await errorOf(transport.submit(submit))).toBeInstanceOf(NodeRuleError)
    clock.time += 9_000
    expect(await transport.read(height)).toBe(2)
  })

  it('with a signal that has aborted already is not sent', async () => {
    const error = await errorOf(transportTo(one.url).submit(submit, { signal: AbortSignal.abort() }))
    expect(error).toMatchObject({ code: 'NODE_UNAVAILABLE', message: GIVEN_UP })
    expect(one.seen).toHaveLength(0)
  })
})
