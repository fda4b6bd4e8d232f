import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LiveMarket, until } from './support/live-market.js'
import { RawSocket, RawStream } from './support/raw-live.js'
import { Samples } from './support/samples.js'
import type { World } from './support/world.js'

/** A live connection whose client takes nothing, while others do. */
let live: LiveMarket
let world: World

beforeAll(async () => {
  live = await LiveMarket.open({ LIVE_HEARTBEAT_SECONDS: '60', MAX_LIVE_QUEUE: '2' })
  world = live.market.world
})

afterAll(() => live[Symbol.asyncDispose]())

const sum = async (name: string, labels: Record<string, string> = {}) =>
  (await Samples.of(world)).sum(name, labels)

/** More than the buffers of a connection hold. */
const EVENTS = 30

/** Big events for whoever watches this creator: 30 times the teaser each. */
async function flood(name: string): Promise<{ query: string; begin(): Promise<void> }> {
  const creator = await live.market.person(name)
  const first = await live.announce(creator, 'First')
  await live.market.commit()
  const { content } = await world.ask(
    'query ($id: TransactionId!) { content(postHash: $id) { manifestCid } }',
    {
      id: first,
    },
  )
  const teasers = Array.from({ length: 30 }, (_, n) => `t${n}: teaser`).join(' ')
  return {
    query: `subscription { contentPublished(creator: "${creator.publicKey}") { title ${teasers} } }`,
    async begin() {
      for (let n = 0; n < EVENTS; n++) {
        await live.post(creator, { title: `${n}`, manifest: content.manifestCid, teaser: 'x'.repeat(20_000) })
      }
      await world.chain.mine(EVENTS)
    },
  }
}

describe('a live connection whose client takes nothing', () => {
  it('is dropped over WebSocket, and told, while others go on', async () => {
    const { query, begin } = await flood('flooder')
    const [slow, quick] = [await RawSocket.ready(world.url), await RawSocket.ready(world.url)]
    slow.subscribe('1', query)
    quick.subscribe('1', query)
    await until(async () => (await sum('gateway_live_watches')) === 2)
    slow.socket.pause()
    await begin()
    const reason = { transport: 'WEBSOCKET', reason: 'TOO_SLOW' }
    await until(async () => (await sum('gateway_live_dropped_total', reason)) === 1)
    slow.socket.resume()
    expect(await slow.closed).toEqual({
      code: 1013,
      reason: 'Too slow: go on from the last height that you have seen.',
    })
    const titles = () => quick.messages.filter(({ type }) => type === 'next').length
    await until(() => titles() === EVENTS)
    quick.socket.close()
  })

  it('is dropped as event stream, and told', async () => {
    const { query, begin } = await flood('stream flooder')
    const slow = await RawStream.open(world.url, query)
    await until(async () => (await sum('gateway_live_watches')) === 1)
    slow.response.pause()
    await begin()
    const reason = { transport: 'SSE', reason: 'TOO_SLOW' }
    await until(async () => (await sum('gateway_live_dropped_total', reason)) === 1)
    slow.response.resume()
    await slow.ended
    expect(slow.text).toMatch(/"code":"LIMIT_EXCEEDED","retryable":true.*\n\nevent: complete\ndata:\n\n$/)
  })
})
