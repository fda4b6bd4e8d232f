import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BROKEN_REPLIES } from '../../test/support/broken-replies.js'
import {
  answer,
  hang,
  json,
  reset,
  type ScriptedServer,
  startScriptedServer,
} from '../../test/support/scripted-server.js'
import { systemClock } from '../clock.js'
import { NodeUnavailableError } from '../errors.js'
import { HttpTransport, type NodeCall, type ObservedRequest } from './http-transport.js'
import { NodeRuleError } from './rule-errors.js'

/** For a node that never comes back; others have time enough on a busy machine. */
const SHORT_MS = 250
const LONG_MS = 10_000
const GIVEN_UP = 'The request to the DeSo node was given up.'

const height: NodeCall<number> = {
  method: 'GET',
  path: '/tip',
  maxBytes: 1_000_000,
  read: (answer) => answer.field('Height').integer(),
}
const refusal500 = answer(500, 'application/json', '{"error":"X: RuleErrorAssociationInvalidType"}\n')

let server: ScriptedServer
let requests: ObservedRequest[]
const open: HttpTransport[] = []

function transportTo(url = server.url): HttpTransport {
  const transport = new HttpTransport({
    url,
    clock: systemClock,
    observe: (request) => requests.push(request),
  })
  open.push(transport)
  return transport
}

beforeEach(async () => {
  server = await startScriptedServer()
  requests = []
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()))
  await server[Symbol.asyncDispose]()
})

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`answered ${String(value)}`),
    (error: unknown) => error,
  )
}

const told = () => requests.map(({ endpoint, outcome }) => `${endpoint} ${outcome}`)

describe('a call', () => {
  it.each(BROKEN_REPLIES)('of a node that %s fails in time, asked once', async (_, reply, message) => {
    server.script(reply)
    const timeoutMs = message.includes('did not answer') ? SHORT_MS : LONG_MS
    const startedAt = performance.now()
    const error = await errorOf(transportTo().ask(height, { timeoutMs }))
    expect(performance.now() - startedAt).toBeLessThan(LONG_MS)
    expect(error).toBeInstanceOf(NodeUnavailableError)
    expect((error as Error).message).toContain(message)
    expect(server.seen).toHaveLength(1)
    expect(told()).toEqual([`/tip ${message.includes('did not answer') ? 'TIMEOUT' : 'FAILED'}`])
  })

  it('that a node refuses says so, also by a 500 that names a rule', async () => {
    server.script(refusal500)
    const error = await errorOf(transportTo().ask(height))
    expect(error).toBeInstanceOf(NodeRuleError)
    expect(error).toMatchObject({ kind: 'ASSOCIATION', rule: 'RuleErrorAssociationInvalidType' })
    expect(told()).toEqual(['/tip REFUSED'])
  })

  it('of a port where nobody listens fails at once', async () => {
    await server[Symbol.asyncDispose]()
    expect(await errorOf(transportTo().ask(height))).toBeInstanceOf(NodeUnavailableError)
  })

  it('that is given up ends at once, and leaves no connection waiting', async () => {
    server.script(hang)
    const abort = new AbortController()
    const asking = errorOf(transportTo().ask(height, { signal: abort.signal }))
    await expect.poll(() => server.seen.length).toBe(1)
    abort.abort(new Error('client gone'))
    const error = await asking
    expect(error).toBeInstanceOf(NodeUnavailableError)
    expect(error).toMatchObject({ message: GIVEN_UP, cause: abort.signal.reason })
    expect(told()).toEqual(['/tip GIVEN_UP'])
    await expect.poll(() => server.openConnections()).toBe(0)
  })

  it('with a signal that has aborted already asks nobody', async () => {
    const error = await errorOf(transportTo().ask(height, { signal: AbortSignal.abort() }))
    expect(error).toMatchObject({ code: 'NODE_UNAVAILABLE', message: GIVEN_UP })
    expect([server.seen, requests]).toEqual([[], []])
  })

  it('keeps a path of the base URL, without a double slash', async () => {
    server.script(json({ Height: 7 }))
    expect(await transportTo(`${server.url}/deso//`).ask(height)).toBe(7)
    expect(server.seen[0]?.path).toBe('/deso/tip')
  })

  it('by POST sends at least {} as application/json', async () => {
    server.script(json({ Height: 7 }))
    await transportTo().ask({ ...height, method: 'POST' })
    expect(server.seen[0]).toEqual({
      method: 'POST',
      path: '/tip',
      contentType: 'application/json',
      body: '{}',
    })
  })

  it('is told of under the name of its endpoint, without the id in its path', async () => {
    server.script(json({ Height: 7 }))
    await transportTo().ask({ ...height, path: `/tip/${'ab'.repeat(32)}` })
    const [request] = requests
    expect(request).toMatchObject({ host: new URL(server.url).host, endpoint: '/tip/:id', outcome: 'OK' })
    expect(request?.seconds).toBeGreaterThan(0)
  })

  it('keeps connections alive', async () => {
    server.script(json({ Height: 7 }))
    const transport = transportTo()
    for (let count = 0; count < 10; count++) await transport.ask(height)
    expect(await server.openConnections()).toBeLessThanOrEqual(2)
  })

  it('can be made again after a fault', async () => {
    server.script(reset, json({ Height: 7 }))
    const transport = transportTo()
    await errorOf(transport.ask(height))
    expect(await transport.ask(height)).toBe(7)
  })
})
