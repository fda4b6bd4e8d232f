import { readdir } from 'node:fs/promises'
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
})
