import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  answer,
  hang,
  json,
  type Reply,
  type ScriptedServer,
  startScriptedServer,
} from '../../test/support/scripted-server.js'
import type { Clock } from '../clock.js'
import { HttpTransport, type NodeCall } from './http-transport.js'
import { WrongNetworkError } from './network-check.js'

const QUESTION = '/api/v0/get-app-state'

const height: NodeCall<number> = { method: 'GET', path: '/tip', read: (tip) => tip.field('Height').integer() }
const submit: NodeCall<string> = {
  method: 'POST',
  path: '/submit',
  read: (taken) => taken.field('Id').text(),
}

class TestClock implements Clock {
  time = 0
  now = () => this.time
  sleep = () => Promise.resolve()
}

let server: ScriptedServer
let clock: TestClock
let transport: HttpTransport

beforeEach(async () => {
  server = await startScriptedServer()
  clock = new TestClock()
  transport = new HttpTransport({ url: server.url, clock, onlyNetwork: 'mainnet' })
})
afterEach(async () => {
  await transport.close()
  await server[Symbol.asyncDispose]()
})

const ask = <T>(call: NodeCall<T>) => transport.ask(call, { timeoutMs: 400 })

/** Answers the question about the network so, and all else well. */
function nodeThat(tells: Reply): Reply {
  return (response, request) =>
    request.path === QUESTION ? tells(response, request) : json({ Height: 7, Id: 'taken' })(response, request)
}

const paths = () => server.seen.map(({ path }) => path)

describe('the check of the network', () => {
  it('asks a node once, before anything else', async () => {
    server.script(nodeThat(json({ IsTestnet: false })))
    expect([await ask(height), await ask(submit)]).toEqual([7, 'taken'])
    expect(paths()).toEqual([QUESTION, '/tip', '/submit'])
  })

  it('lets nothing be asked of a node of another network, nor sent to it', async () => {
    server.script(nodeThat(json({ IsTestnet: true })))
    await expect(ask(height)).rejects.toBeInstanceOf(WrongNetworkError)
    await expect(ask(submit)).rejects.toThrow('The DeSo node is on testnet, and this gateway is for mainnet.')
    expect(paths()).toEqual([QUESTION, QUESTION])
    server.script(nodeThat(json({ IsTestnet: false })))
    expect(await ask(height)).toBe(7)
  })

  it.each([
    ['hangs', hang],
    ['has no such route', answer(404, 'text/plain', '404 page not found')],
    ['answers something else', json({ IsTestnet: 'yes' })],
  ])('lets a node pass that %s, and asks again later', async (_, tells) => {
    server.script(nodeThat(tells))
    expect([await ask(height), await ask(height)]).toEqual([7, 7])
    expect(paths()).toEqual([QUESTION, '/tip', '/tip'])
    server.script(nodeThat(json({ IsTestnet: true })))
    clock.time = 10_000
    await expect(ask(height)).rejects.toBeInstanceOf(WrongNetworkError)
  })
})
