import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LiveClient, sseClient, webSocketClient } from './support/live.js'
import { Market } from './support/market.js'

/** Live operations as their clients meet them, over both transports. */
let market: Market
const clients: LiveClient[] = []

beforeAll(async () => {
  market = await Market.open()
  await market.commit()
})

afterAll(async () => {
  for (const client of clients) await client.close()
  await market[Symbol.asyncDispose]()
})

const open = { WebSocket: webSocketClient, SSE: sseClient }

describe.each(['WebSocket', 'SSE'] as const)('live over %s', (transport) => {
  const client = (token?: string) => {
    const opened = open[transport](market.world.url, token)
    clients.push(opened)
    return opened
  }

  it('tells of the head of the chain and of each block that follows', async () => {
    const answers = client().watch('subscription { chainHead { height hash time } }')
    const { data } = await answers.at(0)
    await market.world.chain.mine(4)
    const more = await Promise.all([1, 2, 3, 4].map((index) => answers.at(index)))
    expect(more.map((each) => each.data.chainHead.height - data.chainHead.height)).toEqual([1, 2, 3, 4])
  })
})
