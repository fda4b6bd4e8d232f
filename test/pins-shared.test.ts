import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeKubo, startKubo, type TestKubo } from './support/kubo.js'
import { upload } from './support/library.js'
import { Market } from './support/market.js'
import { bytesOf, hide } from './support/versions.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

/** Two gateways that share a Kubo and a chain, and nothing else: neither knows what the other drafts. */
describeKubo(
  'gateways on one Kubo',
  () => {
    let kubo: TestKubo
    let market: Market
    let one: World
    let two: World
    let creator: Person

    beforeAll(async () => {
      kubo = await startKubo()
      const env = { KUBO_RPC_URL: kubo.rpcUrl, KUBO_GATEWAY_URL: kubo.gatewayUrl }
      market = await Market.open(env)
      one = market.world
      two = await openWorld({ chain: one.chain, clock: one.clock, env })
      creator = await market.person('a creator with two gateways')
    }, 60_000)

    afterAll(async () => {
      await two[Symbol.asyncDispose]()
      await market[Symbol.asyncDispose]()
      await kubo[Symbol.asyncDispose]()
    })

    async function draft(world: World, title: string): Promise<Json> {
      const files = [{ name: 'a.txt', bytes: 'the same file' }]
      return upload(world, await world.signIn(creator), { title, files })
    }

    async function commit(world: World, payload: Json): Promise<string> {
      const { transaction } = await world.submit(payload.draft.unsignedHex, creator, 'ACCEPTED')
      await market.commit()
      await world.gateway.app.pins.look()
      return transaction.transactionId
    }

    const isPinned = (cid: string) => one.gateway.app.ipfs.isPinned(CID.parse(cid))

    async function collect(): Promise<void> {
      await (await fetch(`${kubo.rpcUrl}/api/v0/repo/gc`, { method: 'POST' })).text()
    }

    it('take nothing that the other holds for a draft, or shows', async () => {
      const first = await draft(one, 'One')
      const second = await draft(two, 'Two')
      expect(second.manifestCid).toBe(first.manifestCid)
      const postHash = await commit(one, first)
      await commit(one, await hide(one, await one.signIn(creator), { postHash }))
      expect(await isPinned(first.manifestCid)).toBe(false)
      await collect()
      // The other one's draft held it all the time.
      const other = await commit(two, second)
      expect(await isPinned(first.manifestCid)).toBe(true)
      await collect()
      expect(await bytesOf(two, other, 0)).toBe('the same file')
      expect(await bytesOf(one, other, 0)).toBe('the same file')
      const third = await commit(one, await draft(one, 'Three'))
      await commit(one, await hide(one, await one.signIn(creator), { postHash: third }))
      expect(await isPinned(first.manifestCid)).toBe(true)
      await collect()
      expect(await bytesOf(one, other, 0)).toBe('the same file')
    })
  },
  { isLong: true },
)
