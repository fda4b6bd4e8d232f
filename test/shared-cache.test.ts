import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { makePlan, publish, view } from './support/library.js'
import { stranger } from './support/market.js'
import { describeRedis, startRedis, type TestRedis } from './support/redis.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

/** A gateway whose cache is in Redis answers as one without, whatever becomes of that Redis. */

const PLAN = 'gold'
/** What other gateways may see: public facts that never change. */
const SHARED = ['deso-block-times', 'deso-records', 'manifests']
const NOT_HUNG_MS = 6_000

let redis: TestRedis
let world: World
let creator: Person
let fan: Person
let token: string
let postHash: string

/** What a fan sees of the content, with its bytes, and how long that took. */
async function look(at = world): Promise<{ seen: Json; bytes: string; ms: number }> {
  const start = performance.now()
  const { id, title, policy, creator: by, files, viewerAccess } = await view(at, postHash, token)
  const response = await fetch(`${at.url}/content/${postHash}/0`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const seen = {
    id,
    title,
    policy,
    by,
    names: files?.map(({ name }: Json) => name),
    granted: viewerAccess?.granted,
  }
  return { seen, bytes: await response.text(), ms: performance.now() - start }
}

async function lookUps(result: string): Promise<number> {
  const text = await (await fetch(`${world.url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line.startsWith('gateway_cache_lookups_total'))
  return lines
    .filter((line) => line.includes(`result="${result}"`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

describeRedis('a gateway with its cache in Redis', () => {
  beforeAll(async () => {
    redis = await startRedis({ appendonly: false })
    world = await openWorld({ env: { CACHE_URL: redis.url } })
    creator = world.person('alice')
    fan = stranger('a fan of the cache')
    await world.chain.fund(fan.publicKey, 100_000_000_000n)
    await makePlan(world, creator, PLAN)
    const policy = `PLAN:${PLAN}`
    const files = [{ name: 'song.txt', bytes: 'only for subscribers' }]
    postHash = (await publish(world, creator, { files, policy })).postHash
    const { subscribe } = await world.ask(
      `mutation ($input: SubscribeInput!) { subscribe(input: $input) { draft { unsignedHex } errors { code } } }`,
      {
        input: { creator: creator.publicKey, plan: PLAN, signer: fan.publicKey, idempotencyKey: 'subscribe' },
      },
    )
    expect((await world.submit(subscribe.draft.unsignedHex, fan)).errors).toEqual([])
    token = await world.signIn(fan)
  })

  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await redis?.close()
  })

  it('shares public facts, and neither keys nor what may change', async () => {
    await look()
    const names = await vi.waitFor(async () => {
      const keys = (await redis.command('KEYS', '*')).split(',')
      const found = new Set(keys.map((key) => key.split(':')[4] ?? key))
      expect(found.size).toBe(SHARED.length)
      return [...found].sort()
    }, 5_000)
    expect(names).toEqual(SHARED)
  })

  it('begins after a restart with what it knew before', async () => {
    const before = await look()
    await world.restart()
    const after = await look()
    expect({ ...after, ms: 0 }).toEqual({ ...before, ms: 0 })
    expect(await lookUps('SHARED')).toBeGreaterThan(0)
  })

  it.each<[string, () => Promise<unknown> | unknown, () => Promise<unknown> | unknown]>([
    ['is killed', () => redis.kill(), () => redis.start()],
    ['stands still', () => redis.stop(), () => redis.cont()],
    [
      'is full',
      async () => {
        await redis.command('CONFIG', 'SET', 'maxmemory', '1')
        await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
      },
      () => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
    ],
    [
      'is slow',
      () => {
        void redis.command('DEBUG', 'SLEEP', '2')
      },
      () => undefined,
    ],
    [
      'holds what others have written there',
      async () => {
        for (const key of (await redis.command('KEYS', '*')).split(','))
          await redis.command('SET', key, '{"value":"forged"}')
      },
      () => redis.command('FLUSHALL'),
    ],
    ['is emptied', () => redis.command('FLUSHALL'), () => undefined],
  ])('answers the same while it %s, begun anew and later', async (_, hurt, heal) => {
    const before = await look()
    await hurt()
    const during = await look()
    await world.restart()
    const anew = await look()
    for (const answer of [during, anew]) {
      expect(answer.seen).toEqual(before.seen)
      expect(answer.bytes).toBe('only for subscribers')
      expect(answer.ms).toBeLessThan(NOT_HUNG_MS)
    }
    await heal()
    expect((await look()).seen).toEqual(before.seen)
  })

  it('answers the same where it was never there', async () => {
    await redis.kill()
    await world.restart()
    const { seen, bytes, ms } = await look()
    expect(seen).toMatchObject({ granted: true, names: ['song.txt'] })
    expect(bytes).toBe('only for subscribers')
    expect(ms).toBeLessThan(NOT_HUNG_MS)
  })
})
