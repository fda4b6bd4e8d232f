import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BROKEN_REPLIES } from '../../test/support/broken-replies.js'
import { ManualClock } from '../../test/support/memory-node.js'
import { restNode } from '../../test/support/rest-node.js'
import {
  answer,
  hang,
  json,
  type Reply,
  reset,
  type ScriptedServer,
  startScriptedServer,
} from '../../test/support/scripted-server.js'
import { NodeUnavailableError } from '../errors.js'
import { WrongNetworkError } from './network-check.js'
import type { DesoNode, NodeState } from './node.js'
import { createNodeFleet, type NodeFleetOptions } from './node-fleet.js'
import { NodeRuleError } from './rule-errors.js'

const RATE = '/api/v0/get-exchange-rate'
const SUBMIT = '/api/v0/submit-transaction'
const TRANSACTION_INFO = '/api/v1/transaction-info'
const TAKEN = 'ab'.repeat(32)
/** For nodes that never come back; others have time enough on a busy machine. */
const SHORT_MS = 400
const LONG_MS = 10_000
const refusal = answer(400, 'application/json', '{"error":"SubmitTransaction: X: RuleErrorReusedNonce"}\n')
const noIndex = json(
  {
    Error:
      'APITransactionInfo: This function cannot be called without passing --txindex to the node on startup.',
  },
  400,
)

let servers: [ScriptedServer, ScriptedServer, ScriptedServer]
let clock: ManualClock
const open: DesoNode[] = []

beforeEach(async () => {
  const start = () => startScriptedServer()
  servers = await Promise.all([start(), start(), start()])
  for (const [index, server] of servers.entries()) server.script(nodeAt(index))
  clock = new ManualClock()
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((node) => node.close()))
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
})

function fleetOf(count: number, options: Partial<NodeFleetOptions> = {}): DesoNode {
  const urls = servers.slice(0, count).map(({ url }) => url)
  const fleet = createNodeFleet({ urls, network: 'testnet', clock, ...options })
  open.push(fleet)
  return fleet
}

/** Each slower than the one before, so that they are preferred in their order. */
const SLOWER_MS = 60
const nodeAt = (index: number, options: Parameters<typeof restNode>[0] = {}) =>
  restNode({ slowMs: index * SLOWER_MS, ...options })

/** Only this path of the first node is broken. */
const breakFirst = (path: string, reply: Reply) => servers[0].script(restNode({ special: { [path]: reply } }))
const asked = (path: string) =>
  servers.map(({ seen }) => seen.filter((request) => request.path === path).length)
const timeoutFor = (message: string) => (message.includes('did not answer') ? SHORT_MS : LONG_MS)

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

/** As Height is no field of what is asked here. */
const notNonsense = (message: string) => !message.includes('nonsense')
const FAULTS = BROKEN_REPLIES.filter(([, , message]) => notNonsense(message) && !message.includes('bytes'))

describe('a read of a single node', () => {
  it.each(FAULTS)('that %s fails in time, after one more try', async (_, reply, message) => {
    breakFirst(RATE, reply)
    const fleet = fleetOf(1, { readTimeoutMs: timeoutFor(message) })
    const error = await within(LONG_MS, errorOf(fleet.usdCentsPerDeso()))
    expect(error).toBeInstanceOf(NodeUnavailableError)
    expect((error as Error).message).toContain(message)
    expect(asked(RATE)[0]).toBe(message.includes('did not answer') ? 1 : 2)
  })

  it('is answered by the second try after one fault', async () => {
    servers[0].script(reset, restNode())
    expect(await fleetOf(1).usdCentsPerDeso()).toBe(700)
  })

  it('costs one request, as there is nobody to compare it with', async () => {
    const fleet = fleetOf(1)
    await fleet.committedTip()
    await fleet.block({ height: 7 })
    expect(servers[0].seen).toHaveLength(2)
  })

  it('is null where it keeps no index, asked once', async () => {
    breakFirst(TRANSACTION_INFO, noIndex)
    expect(await fleetOf(1).transactionInfo(TAKEN)).toBeNull()
    expect(asked(TRANSACTION_INFO)[0]).toBe(1)
  })
})

describe('a read of several nodes', () => {
  it.each(FAULTS)('is answered by the next when the first %s, asked once', async (_, reply, message) => {
    breakFirst(RATE, reply)
    const fleet = fleetOf(2, { readTimeoutMs: timeoutFor(message) * 4 })
    expect(await fleet.usdCentsPerDeso()).toBe(700)
    expect(asked(RATE)).toEqual([1, 1, 0])
    expect(await fleet.usdCentsPerDeso()).toBe(700)
    expect(asked(RATE)).toEqual([1, 2, 0])
  })

  it('that all leave unanswered ends within its one deadline, each asked once', async () => {
    const fleet = fleetOf(3, { readTimeoutMs: 600 })
    await fleet.committedTip()
    for (const [index, server] of servers.entries()) {
      server.script(nodeAt(index, { special: { [RATE]: hang } }))
    }
    expect(await within(1_500, errorOf(fleet.usdCentsPerDeso()))).toBeInstanceOf(NodeUnavailableError)
    expect(asked(RATE)).toEqual([1, 1, 1])
  })

  it('that a node refuses is not asked of another', async () => {
    breakFirst(RATE, answer(500, 'application/json', '{"error":"X: RuleErrorAssociationInvalidType"}\n'))
    expect(await errorOf(fleetOf(2).usdCentsPerDeso())).toBeInstanceOf(NodeRuleError)
    expect(asked(RATE)).toEqual([1, 0, 0])
  })

  it('that is given up is asked of nobody else', async () => {
    breakFirst(RATE, hang)
    const abort = new AbortController()
    const fleet = fleetOf(2)
    const reading = errorOf(fleet.usdCentsPerDeso({ signal: abort.signal }))
    await expect.poll(() => asked(RATE)[0]).toBe(1)
    abort.abort(new Error('client gone'))
    expect(await reading).toMatchObject({
      message: 'The request to the DeSo node was given up.',
      cause: abort.signal.reason,
    })
    expect(asked(RATE)).toEqual([1, 0, 0])
  })

  it('goes to the fastest, not to the first', async () => {
    servers[0].script(restNode({ slowMs: 150 }))
    servers[1].script(restNode())
    const fleet = fleetOf(2)
    expect(await fleet.usdCentsPerDeso()).toBe(700)
    expect(asked(RATE)).toEqual([0, 1, 0])
  })

  it('of one affinity is answered by one node, which fails rather than another answering', async () => {
    const fleet = fleetOf(2)
    const affinity = {}
    await fleet.usdCentsPerDeso({ affinity })
    expect(affinity).toEqual({ url: servers[0].url })
    breakFirst(RATE, reset)
    expect(await errorOf(fleet.usdCentsPerDeso({ affinity }))).toBeInstanceOf(NodeUnavailableError)
    expect(asked(RATE)[1]).toBe(0)
    expect(await fleet.usdCentsPerDeso({ affinity: {} })).toBe(700)
  })

  it('never goes to one of another network, nor does a submit', async () => {
    servers[0].script(nodeAt(0, { isTestnet: false }))
    const fleet = fleetOf(2, { onlyNetwork: 'testnet' })
    expect(await fleet.usdCentsPerDeso()).toBe(700)
    expect(await fleet.submit('00')).toEqual({ id: TAKEN })
    expect(new Set(servers[0].seen.map(({ path }) => path))).toEqual(new Set(['/api/v0/get-app-state']))
    servers[1].script(nodeAt(1, { isTestnet: false }))
    const wrong = fleetOf(2, { onlyNetwork: 'testnet' })
    expect(await errorOf(wrong.submit('00'))).toBeInstanceOf(NodeUnavailableError)
    expect(asked(SUBMIT)).toEqual([0, 1, 0])
    expect((await wrong.health()).map(({ state }) => state)).toEqual(['other-network', 'other-network'])
  })

  it('of an index is asked of a node that keeps one', async () => {
    breakFirst(TRANSACTION_INFO, noIndex)
    servers[1].script(
      nodeAt(1, {
        special: {
          [TRANSACTION_INFO]: json({
            Transactions: [{ TransactionHashHex: TAKEN, RawTransactionHex: '00', BlockHashHex: '' }],
          }),
        },
      }),
    )
    const fleet = fleetOf(2)
    expect(await fleet.transactionInfo(TAKEN)).toEqual({ rawHex: '00', blockHash: null })
    expect(await fleet.transactionInfo(TAKEN)).toEqual({ rawHex: '00', blockHash: null })
    expect(asked(TRANSACTION_INFO)).toEqual([1, 2, 0])
  })
})

describe('a submit to several nodes', () => {
  it.each(FAULTS)('of which the first %s is sent once, to that one', async (_, reply, message) => {
    breakFirst(SUBMIT, reply)
    const fleet = fleetOf(2, { submitTimeoutMs: timeoutFor(message) })
    const error = await within(LONG_MS, errorOf(fleet.submit('00')))
    expect(error).toBeInstanceOf(NodeUnavailableError)
    expect((error as Error).message).toContain(message)
    expect(asked(SUBMIT)).toEqual([1, 0, 0])
  })

  it.each([
    ['takes it', json({ TxnHashHex: TAKEN })],
    ['refuses it, as it may hold the bytes already,', refusal],
  ])('keeps reads at the node that %s for ten seconds', async (_, reply) => {
    servers[0].script(reset)
    servers[1].script(nodeAt(1, { special: { [SUBMIT]: reply } }))
    const fleet = fleetOf(2)
    await fleet.submit('00').catch(() => undefined)
    servers[0].script(restNode())
    clock.time += 9_999
    await fleet.health()
    await fleet.usdCentsPerDeso()
    expect(asked(RATE)).toEqual([0, 1, 0])
    clock.time += 1
    await fleet.usdCentsPerDeso()
    expect(asked(RATE)).toEqual([1, 1, 0])
  })

  it('does not go to one that is behind', async () => {
    const fleet = fleetOf(3)
    await fleet.committedTip()
    servers[1].script(nodeAt(1, { height: 110 }))
    servers[2].script(nodeAt(2, { height: 110 }))
    await fleet.committedTip()
    expect(await fleet.submit('00')).toEqual({ id: TAKEN })
    expect(asked(SUBMIT)).toEqual([0, 1, 0])
  })

  it('with a signal that has aborted already is not sent', async () => {
    const error = await errorOf(fleetOf(2).submit('00', { signal: AbortSignal.abort() }))
    expect(error).toMatchObject({ code: 'NODE_UNAVAILABLE' })
    expect(asked(SUBMIT)).toEqual([0, 0, 0])
  })
})

describe('several nodes', () => {
  it('are each there by itself, best first, unchecked', async () => {
    const fleet = fleetOf(3)
    servers[0].script(reset)
    servers[2].script(nodeAt(2, { height: 107 }))
    await fleet.health()
    const tips = await Promise.all(fleet.perNode().map((node) => node.committedTip().catch(() => null)))
    expect(tips.map((tip) => tip?.height)).toEqual([100, 107, undefined])
  })

  it('tell when one changes its state', async () => {
    const changes: [string, NodeState, NodeState][] = []
    const names = new Map(servers.map(({ url }, index) => [url, `node ${index}`]))
    const fleet = fleetOf(2, {
      onChange: ({ url, state }, before) => changes.push([names.get(url) ?? '', before, state]),
    })
    await fleet.health()
    servers[1].script(reset)
    clock.time += 1_000
    await fleet.health()
    expect(changes).toEqual([
      ['node 0', 'unknown', 'ready'],
      ['node 1', 'unknown', 'ready'],
      ['node 1', 'ready', 'down'],
    ])
  })

  it('are left at once by close, in the middle of a probe', async () => {
    for (const server of servers) server.script(hang)
    const fleet = fleetOf(2)
    const reading = errorOf(fleet.usdCentsPerDeso())
    await expect.poll(() => servers[1].seen.length).toBe(1)
    await within(1_000, fleet.close())
    expect(await within(2_500, reading)).toBeInstanceOf(Error)
    await expect.poll(() => servers[1].openConnections()).toBe(0)
  })

  it('listed twice are one', async () => {
    const { url } = servers[0]
    const fleet = fleetOf(1, { urls: [url, `${url}/`] })
    await fleet.committedTip()
    expect(servers[0].seen).toHaveLength(1)
  })

  it('of another network alone say which, where there is one only', async () => {
    servers[0].script(restNode({ isTestnet: false }))
    expect(await errorOf(fleetOf(1, { onlyNetwork: 'testnet' }).committedTip())).toBeInstanceOf(
      WrongNetworkError,
    )
  })
})
