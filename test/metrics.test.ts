import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DESO, Market } from './support/market.js'
import { Samples } from './support/samples.js'
import { openWorld } from './support/world.js'

/** What an operator counts, as Prometheus reads it. */
let market: Market

const samples = () => Samples.of(market.world)

beforeAll(async () => {
  market = await Market.open({ NODE_TIMEOUT_MS: '2000' })
})

afterAll(() => market[Symbol.asyncDispose]())

describe('/metrics', () => {
  it('answers in the text format of Prometheus, the process among it', async () => {
    const response = await fetch(`${market.world.url}/metrics`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const text = await response.text()
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
      expect(text).toMatch(new RegExp(`^# TYPE ${name} gauge$`, 'm'))
    }
  })

  it('counts requests to nodes by host, endpoint and outcome, each once', async () => {
    const host = new URL(market.world.chain.url).host
    const count = async (endpoint: string, outcome: string) =>
      (await samples()).sum('gateway_node_requests_total', { host, endpoint, outcome })
    const endpoint = '/api/v0/get-users-stateless'
    const path = endpoint
    const nobody = await market.person('nobody', 0n)
    const balance = () => market.balance(nobody).catch(() => null)
    const before = await count(endpoint, 'OK')
    await balance()
    expect((await count(endpoint, 'OK')) - before).toBe(1)

    await market.world.chain.faults({ kind: 'reset', path, times: 2 })
    await balance()
    expect(await count(endpoint, 'FAILED')).toBe(2)

    await market.world.chain.faults({ kind: 'hang', path, times: 1 })
    await balance()
    expect(await count(endpoint, 'TIMEOUT')).toBe(1)

    const username = 'nobody_at_all'
    await market.world.ask('query ($username: String!) { account(by: { username: $username }) { id } }', {
      username,
    })
    expect(await count('/api/v0/get-single-profile', 'REFUSED')).toBe(1)
  })

  it('tells how long requests took, by host', async () => {
    const host = new URL(market.world.chain.url).host
    const seen = await samples()
    const requests = seen.sum('gateway_node_requests_total', { host })
    expect(seen.sum('gateway_node_request_duration_seconds_count', { host })).toBe(requests)
  })

  it('counts drafts by kind and outcome, and submits by outcome', async () => {
    const [creator, fan] = [
      await market.person('metered creator'),
      await market.person('metered fan', 5n * DESO),
    ]
    const before = await samples()
    await market.plan(creator, 'gold')
    await market.refusal('subscribe', { creator: creator.publicKey, plan: 'tin', signer: fan.publicKey })
    const paid = await market.payment(fan, creator, 'gold')
    await market.send(paid, fan)
    await market.send(paid, fan)
    await market.world.submit('00', fan)
    const after = await samples()
    const rise = (name: string, labels: Record<string, string>) =>
      after.sum(name, labels) - before.sum(name, labels)
    expect(rise('gateway_drafts_total', { kind: 'CREATE_PLAN', outcome: 'DRAFTED' })).toBe(1)
    expect(rise('gateway_drafts_total', { kind: 'SUBSCRIBE', outcome: 'DRAFTED' })).toBe(1)
    expect(rise('gateway_drafts_total', { kind: 'SUBSCRIBE', outcome: 'PLAN_NOT_FOUND' })).toBe(1)
    expect(rise('gateway_submits_total', { outcome: 'PENDING' })).toBe(2)
    expect(rise('gateway_submits_total', { outcome: 'REPLAYED' })).toBe(1)
    expect(rise('gateway_submits_total', { outcome: 'MALFORMED_TRANSACTION' })).toBe(1)
  })

  it('has no label that names a person, a transaction or a content', async () => {
    await market.access(await market.person('unlabelled'), 'gold', null)
    const { text } = await samples()
    expect(text).not.toMatch(/[0-9a-f]{64}/)
    expect(text).not.toMatch(/tBC[1-9A-HJ-NP-Za-km-z]{40}/)
    expect((await samples()).values('endpoint')).toContain('/api/v1/block')
  })

  it('counts for each gateway of a process by itself', async () => {
    await using other = await openWorld({ chain: market.world.chain })
    expect((await Samples.of(other)).sum('gateway_drafts_total')).toBe(0)
    expect((await samples()).sum('gateway_drafts_total')).toBeGreaterThan(0)
  })
})
