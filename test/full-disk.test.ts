import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { collectGarbage } from '../src/gc/gc.js'
import { keystreamBytes } from './support/bytes.js'
import { call } from './support/http.js'
import { publish, publishParts, send, sendGraphql, uploadParts } from './support/library.js'
import { multipart } from './support/multipart.js'
import { describeSmallDisk, mountSmallDisk, type SmallDisk } from './support/small-disk.js'
import { openWorld, type World } from './support/world.js'

const MIB = 1_048_576
const FULL = {
  code: 'STORAGE_FULL',
  message: 'The disk of the IPFS store is full.',
  path: null,
  retryable: true,
}

describeSmallDisk('a gateway whose disk has 16 MB', () => {
  let disk: SmallDisk
  let world: World
  let token: string
  const pins = () => readdir(join(disk.path, 'data/ipfs/pins'))
  const temps = () => readdir(join(disk.path, 'data/ipfs/tmp'))

  beforeAll(async () => {
    disk = await mountSmallDisk(16 * MIB)
    world = await openWorld({ env: { DATA_DIR: join(disk.path, 'data') } })
    token = await world.signIn(world.person('alice'))
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await disk?.[Symbol.asyncDispose]()
  })

  it('answers an upload without room with StorageFull, drafts nothing, and still serves what it has', async () => {
    const small = { name: 'small', bytes: 'here before' }
    const before = await publish(world, world.person('alice'), { files: [small] })
    const pinned = await pins()
    const big = { name: 'big', bytes: keystreamBytes('too big', 20 * MIB) }

    const graphql = await sendGraphql(world, publishParts({ files: [big] }), token)
    expect(graphql.body.data.publishContent).toEqual({
      draft: null,
      manifestCid: null,
      files: null,
      errors: [{ __typename: 'StorageFull', ...FULL }],
    })
    const rest = await send(
      `${world.url}/api/upload-content`,
      multipart(uploadParts({ files: [big] })),
      token,
    )
    expect(rest.status).toBe(507)
    expect(rest.body).toMatchObject({ draft: null, manifestCid: null, files: null, errors: [FULL] })

    expect(await pins()).toEqual(pinned)
    expect(await temps()).toEqual([])
    expect((await call(world, `/content/${before.postHash}/0`)).text).toBe('here before')

    // What the failed uploads left gives its room back.
    const { config } = world.gateway.app
    expect(await collectGarbage(config, { dryRun: false, graceSeconds: 0 })).toMatch(/Removed 1\d blocks/)
    const fits = await publish(world, world.person('alice'), {
      files: [{ ...big, bytes: big.bytes.subarray(0, 10 * MIB) }],
    })
    expect(fits.files[0].byteSize).toBe(`${10 * MIB}`)
    expect((await call(world, `/content/${before.postHash}/0`)).text).toBe('here before')
  })

  it('refuses what it must write down with StorageFull where not a byte fits, loses nothing, and goes on with room', async () => {
    const alice = world.person('alice')
    const kept = await publish(world, alice, { files: [{ name: 'kept', bytes: 'here before' }] })
    const filler = join(disk.path, 'filler')
    const plan = { slug: 'gold', title: 'Gold', priceNanos: '1', periodSeconds: 60 }
    const draftPlan = async (idempotencyKey: string) => {
      const document =
        'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { draft { kind } errors { code retryable } } }'
      const { createPlan } = await world.ask(
        document,
        { input: { ...plan, idempotencyKey, signer: alice.publicKey } },
        token,
      )
      return createPlan
    }
    // What it still lets go of would make room.
    await world.gateway.app.pins.look()
    await fill(filler)
    try {
      const full = [{ code: 'STORAGE_FULL', retryable: true }]
      // The last page of the log may have room for a few lines.
      let refused = await draftPlan('full')
      for (let i = 0; i < 40 && refused.errors.length === 0; i++) refused = await draftPlan(`full-${i}`)
      if (!process.env.STATE_URL) expect(refused).toEqual({ draft: null, errors: full })
      const { body } = await sendGraphql(world, publishParts({ files: [{ name: 'a', bytes: 'new' }] }), token)
      expect(body.data.publishContent).toMatchObject({ draft: null, errors: full })
      expect((await call(world, '/readyz')).status).toBe(503)
      expect((await call(world, '/healthz')).status).toBe(200)
      expect((await call(world, `/content/${kept.postHash}/0`)).text).toBe('here before')
    } finally {
      await rm(filler)
    }
    expect(await draftPlan('with-room')).toEqual({ draft: { kind: 'CREATE_PLAN' }, errors: [] })
    const after = await publish(world, alice, { files: [{ name: 'a', bytes: 'new' }] })
    expect((await call(world, `/content/${after.postHash}/0`)).text).toBe('new')
  })
})

/** Until not one byte fits any more. */
async function fill(path: string): Promise<void> {
  await using file = await open(path, 'w')
  for (const size of [MIB, 4096, 1]) {
    for (let isFull = false; !isFull; ) {
      isFull = await file.write(Buffer.alloc(size)).then(
        ({ bytesWritten }) => bytesWritten < size,
        () => true,
      )
    }
  }
}
