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

let one: ScriptedServer
let two: ScriptedServer
let clock: TestClock
const open: HttpTransport[] = []

beforeEach(async () => {
  ;[one, two] = await Promise.all([startScriptedServer(), startScriptedServer()])
  clock = new TestClock()
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()))
  await Promise.all([one, two].map((server) => server[Symbol.asyncDispose]()))
})

function transportTo(...urls: string[]): HttpTransport {
  const timeouts = { readTimeoutMs: 400, submitTimeoutMs: 400 }
  const transport = new HttpTransport({ urls, clock, onlyNetwork: 'mainnet', ...timeouts })
  open.push(transport)
  return transport
}

/** Answers the question about the network so, and all else well. */
function nodeThat(tells: Reply): Reply {
  return (response, request) =>
    request.path === QUESTION ? tells(response, request) : json({ Height: 7, Id: 'taken' })(response, request)
}

const paths = ({ seen }: ScriptedServer) => seen.map(({ path }) => path)

describe('the check of the network', () => {
  it('asks a node once, before anything else', async () => {
    one.script(nodeThat(json({ IsTestnet: false })))
    const transport = transportTo(one.url)
    expect([await transport.read(height), await transport.submit(submit)]).toEqual([7, 'taken'])
    expect(paths(one)).toEqual([QUESTION, '/tip', '/submit'])
  })

  it('lets nothing be asked of a node of another network, nor sent to it', async () => {
    one.script(nodeThat(json({ IsTestnet: true })))
    const transport = transportTo(one.url)
    await expect(transport.read(height)).rejects.toBeInstanceOf(WrongNetworkError)
    await expect(transport.submit(submit)).rejects.toThrow(
      'The DeSo node is on testnet, and this gateway is for mainnet.',
    )
    expect(new Set(paths(one))).toEqual(new Set([QUESTION]))
    one.script(nodeThat(json({ IsTestnet: false })))
    expect(await transport.read(height)).toBe(7)
  })

  it('turns to the next node', async () => {
    one.script(nodeThat(json({ IsTestnet: true })))
    two.script(nodeThat(json({ IsTestnet: false })))
    expect(await transportTo(one.url, two.url).read(height)).toBe(7)
    expect(paths(two)).toEqual([QUESTION, '/tip'])
  })

  it.each([
    ['hangs', hang],
    ['has no such route', answer(404, 'text/plain', '404 page not found')],
    ['answers something else', json({ IsTestnet: 'yes' })],
  ])('lets a node pass that %s, and asks again later', async (_, tells) => {
    one.script(nodeThat(tells))
    const transport = transportTo(one.url)
    expect([await transport.read(height), await transport.read(height)]).toEqual([7, 7])
    expect(paths(one)).toEqual([QUESTION, '/tip', '/tip'])
    one.script(nodeThat(json({ IsTestnet: true })))
    clock.time = 10_000
    await expect(transport.read(height)).rejects.toBeInstanceOf(WrongNetworkError)
  })
})
