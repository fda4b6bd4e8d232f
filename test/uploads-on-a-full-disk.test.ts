import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { announce, makePlan, view } from './support/library.js'
import { describeSmallDisk, mountSmallDisk, type SmallDisk } from './support/small-disk.js'
import { begin, offsetOf, patch, publishUploads, terminate, uploadWhole } from './support/tus.js'
import { openWorld, type World } from './support/world.js'

const MIB = 1_048_576

describeSmallDisk('an upload on a disk of 12 MB', () => {
  let disk: SmallDisk
  let world: World
  let token: string

  beforeAll(async () => {
    disk = await mountSmallDisk(12 * MIB)
    world = await openWorld({ env: { DATA_DIR: join(disk.path, 'data') } })
    token = await world.signIn(world.person('alice'))
    await makePlan(world, world.person('alice'), 'gold')
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await disk?.[Symbol.asyncDispose]()
  })

  it('is told that there is no room, keeps what it was promised, and goes on when there is', async () => {
    const bytes = randomBytes(9 * MIB)
    const { location, id } = await begin(`${world.url}/uploads`, token, bytes.length, { filename: 'f' })
    await patch(location, token, 0, bytes.subarray(0, MIB))
    const other = await uploadWhole(world, token, randomBytes(4 * MIB))
    const refused = await patch(location, token, MIB, bytes.subarray(MIB))
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      507,
      { errors: [{ code: 'STORAGE_FULL', message: 'The disk for uploads is full.', retryable: true }] },
    ])
    const offset = await offsetOf(location, token)
    expect(offset).toBeGreaterThanOrEqual(MIB)
    // What it does not count lies nowhere.
    const { size } = await stat(join(disk.path, 'data/uploads', `${id}.bytes`))
    expect(size).toBeLessThanOrEqual(offset + 1_000)
    await terminate(`${world.url}/uploads/${other}`, token)
    expect((await patch(location, token, offset, bytes.subarray(offset))).status).toBe(204)

    // Its copy in IPFS has no room beside it: nothing is drafted, the upload is still there.
    const payload = await publishUploads(world, token, [{ uploadId: id }], { policy: 'PLAN:gold' })
    expect(payload).toMatchObject({
      draft: null,
      errors: [{ __typename: 'StorageFull', code: 'STORAGE_FULL' }],
    })
    expect(await offsetOf(location, token)).toBe(bytes.length)
    expect(await terminate(location, token)).toBe(204)
    const small = await uploadWhole(world, token, bytes.subarray(0, 1_000), { filename: 'small' })
    const drafted = await publishUploads(world, token, [{ uploadId: small }], { policy: 'PLAN:gold' })
    const { postHash } = await announce(world, world.person('alice'), drafted)
    const [file] = (await view(world, postHash, token)).files
    const served = Buffer.from(await (await fetch(file.url)).arrayBuffer())
    expect(served.equals(bytes.subarray(0, 1_000))).toBe(true)
  })
})
