import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeKubo, startKubo, type TestKubo } from './support/kubo.js'
import { publish } from './support/library.js'
import { openWorld, type World } from './support/world.js'

/** The field of a content. */
async function storageOf(world: World, postHash: string) {
  const { content } = await world.ask(
    'query ($postHash: TransactionId!) { content(postHash: $postHash) { storage { wanted held failing } } }',
    { postHash },
  )
  return content.storage
}

it('a content tells that it is held in the one place that there is', async () => {
  await using world = await openWorld()
  const { postHash } = await publish(world, world.person('alice'), { files: [{ name: 'a', bytes: 'a' }] })
  await expect.poll(() => storageOf(world, postHash)).toEqual({ wanted: 1, held: 1, failing: 0 })
})

describeKubo('a content of a gateway with a mirror', () => {
  let mirror: TestKubo
  let world: World
  beforeAll(async () => {
    mirror = await startKubo()
    world = await openWorld({ env: { IPFS_MIRRORS: mirror.rpcUrl, KUBO_TIMEOUT_MS: '1000' } })
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await mirror?.close()
  })

  it('is held twice, gated or not, and what is missed while the mirror is away comes later', async () => {
    const alice = world.person('alice')
    const first = await publish(world, alice, { files: [{ name: 'first', bytes: 'first bytes' }] })
    await expect.poll(() => storageOf(world, first.postHash)).toEqual({ wanted: 2, held: 2, failing: 0 })
    await mirror.kill()
    const second = await publish(world, alice, { files: [{ name: 'second', bytes: 'second bytes' }] })
    await expect.poll(() => storageOf(world, second.postHash)).toEqual({ wanted: 2, held: 1, failing: 1 })
    await mirror.start()
    await world.restart()
    await expect
      .poll(() => storageOf(world, second.postHash), { timeout: 15_000 })
      .toEqual({ wanted: 2, held: 2, failing: 0 })
    const pins = mirror.ipfs('pin', 'ls', '--type=recursive', '--names')
    expect(pins).toContain(`recursive ${alice.publicKey}: `)
    expect(pins).not.toContain('draft')
  })
})
