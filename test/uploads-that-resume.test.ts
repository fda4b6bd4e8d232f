import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { announce, makePlan, view } from './support/library.js'
import { publishUploads, uploadWhole } from './support/tus.js'
import { openWorld, type Person, type World } from './support/world.js'

let world: World
let alice: Person
let token: string

beforeAll(async () => {
  world = await openWorld({ env: { UPLOAD_SECONDS: '3600', MAX_FILE_BYTES: '50000000' } })
  alice = world.person('alice')
  token = await world.signIn(alice)
  await makePlan(world, alice, 'gold')
})
afterAll(() => world[Symbol.asyncDispose]())

/** What the viewer is served of a content's file. */
async function served(url: string): Promise<Buffer> {
  const response = await fetch(url)
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  return Buffer.from(await response.arrayBuffer())
}

it('an upload in parts is published as a file, gated or not', async () => {
  const bytes = randomBytes(200_000)
  const id = await uploadWhole(
    world,
    token,
    bytes,
    { filename: 'a.bin', filetype: 'video/mp4' },
    [100, 70_000],
  )
  for (const policy of ['PLAN:gold', 'PUBLIC']) {
    const i = policy === 'PUBLIC' ? await uploadWhole(world, token, bytes, { filename: 'b' }) : id
    const payload = await publishUploads(world, token, [{ uploadId: i }], { policy })
    expect(payload.errors).toEqual([])
    const { postHash } = await announce(world, alice, payload)
    const content = await view(world, postHash, token)
    expect((await served(content.files[0].url)).equals(bytes)).toBe(true)
  }
})
