import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { corruptBlock, leafOf, removeBlock } from './support/blocks.js'
import { keystreamBytes } from './support/bytes.js'
import { bearer, makePlan, publish } from './support/library.js'
import { openWorld, type Person, type World } from './support/world.js'

const MIB = 1_048_576
const POLICIES = ['PLAN:gold', 'PUBLIC'] as const

let world: World
let creator: Person
let token: string
let keys = 0

beforeAll(async () => {
  world = await openWorld()
  creator = world.person('alice')
  token = await world.signIn(creator)
  await makePlan(world, creator, 'gold')
})
afterAll(() => world[Symbol.asyncDispose]())

interface Film {
  path: string
  cid: string
  bytes: Buffer
}

async function film(policy: string, size: number): Promise<Film> {
  keys += 1
  const bytes = keystreamBytes(`film ${keys}`, size)
  const { postHash, files } = await publish(world, creator, { policy, files: [{ name: 'film', bytes }] })
  return { path: `/content/${postHash}/0`, cid: files[0].cid, bytes }
}

/** The answer, not yet read; the request is not reused for others. */
async function open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const request = get(`${world.url}${path}`, { headers: { ...bearer(token), ...headers }, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}

/** What came of a body, and whether it looked whole. */
async function read(response: IncomingMessage): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  response.on('error', () => {}) // it is told by `complete`
  await new Promise((resolve) => response.once('close', resolve))
  return { bytes: Buffer.concat(chunks), isWhole: response.complete }
}

describe.each(POLICIES)('a block of a %s file', (policy) => {
  it('that is gone breaks the connection where it is missed, and what came is right', async () => {
    const { path, cid, bytes } = await film(policy, 5 * MIB)
    await removeBlock(world, await leafOf(world, cid, 3))
    const response = await open(path)
    expect([response.statusCode, response.headers['content-length']]).toEqual([200, String(5 * MIB)])
    const came = await read(response)
    expect(came.isWhole).toBe(false)
    expect(came.bytes.length).toBeLessThanOrEqual(3 * MIB)
    expect(came.bytes.equals(bytes.subarray(0, came.bytes.length))).toBe(true)
    await expect(
      fetch(`${world.url}${path}`, { headers: bearer(token) }).then((it) => it.arrayBuffer()),
    ).rejects.toThrow()
  })

  it('that is corrupt gives none of its own bytes', async () => {
    const { path, cid, bytes } = await film(policy, 3 * MIB)
    await corruptBlock(world, await leafOf(world, cid, 1))
    const came = await read(await open(path))
    expect(came.isWhole).toBe(false)
    expect(came.bytes.length).toBeGreaterThan(0)
    expect(came.bytes.equals(bytes.subarray(0, came.bytes.length))).toBe(true)
    // Half of it, with the flipped bit, cannot have come.
    expect(came.bytes.length).toBeLessThan(MIB + MIB / 2)
  })

  it('that is corrupt at the beginning of an answer is a 502, whole or in part', async () => {
    const { path, cid, bytes } = await film(policy, 2 * MIB)
    const { undo } = await corruptBlock(world, await leafOf(world, cid, 1))
    const range = `bytes=${MIB + MIB / 2 + 100}-`
    for (const url of [
      path,
      path.replace(/^\/content\/(\w+)\/0$/, '/api/fetch-content?postHash=$1&file=0'),
    ]) {
      const response = await open(url, { range })
      const { bytes: body, isWhole } = await read(response)
      expect([response.statusCode, isWhole]).toEqual([502, true])
      expect(response.headers['content-range']).toBeUndefined()
      expect(JSON.parse(body.toString()).errors).toEqual([
        {
          code: 'STORAGE_UNAVAILABLE',
          message: expect.any(String),
          path: null,
          retryable: expect.any(Boolean),
          requestId: response.headers['x-request-id'],
        },
      ])
    }
    // What lies before it is as good as ever.
    const sound = await read(await open(path, { range: `bytes=0-${MIB / 2}` }))
    expect([sound.isWhole, sound.bytes.equals(bytes.subarray(0, MIB / 2 + 1))]).toEqual([true, true])
    await undo()
    expect((await read(await open(path))).bytes.equals(bytes)).toBe(true)
  })

  it('that is the only one and gone is a 502 as well', async () => {
    const { path, cid } = await film(policy, 1_000)
    await removeBlock(world, await leafOf(world, cid, 0))
    const response = await open(path)
    await read(response)
    expect(response.statusCode).toBe(502)
  })
})

describe('reads of the store', () => {
  /** Since the last reset. */
  let pulled = 0
  let open_ = 0
  let restore = () => {}

  /** Counts what is taken from the store, and the readers that have not let it go. */
  function watch(): void {
    const { ipfs } = world.gateway.app
    const { readFile } = ipfs
    pulled = 0
    ipfs.readFile = (...args) => {
      async function* counted() {
        open_ += 1
        try {
          for await (const chunk of readFile.apply(ipfs, args)) {
            pulled += chunk.length
            yield chunk
          }
        } finally {
          open_ -= 1
        }
      }
      return counted()
    }
    restore = () => {
      ipfs.readFile = readFile
    }
  }

  afterEach(() => restore())

  async function until(isSo: () => boolean): Promise<void> {
    for (let i = 0; i < 2_000 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(isSo()).toBe(true)
  }

  /** Until nothing has moved for a while. */
  async function untilStill(): Promise<void> {
    for (let before = -1; before !== pulled; ) {
      before = pulled
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  it.each(POLICIES)('end when the client of a %s file is gone', async (policy) => {
    const { path } = await film(policy, 24 * MIB)
    watch()
    const response = await open(path)
    await once(response, 'data')
    response.destroy()
    await until(() => open_ === 0)
    const atTheEnd = pulled
    expect(atTheEnd).toBeLessThan(20 * MIB)
    await untilStill()
    expect(pulled).toBe(atTheEnd)
  })

  it.each(POLICIES)('wait for a slow reader of a %s file, who gets all of it', async (policy) => {
    const { path, bytes } = await film(policy, 32 * MIB)
    watch()
    const response = await open(path)
    response.pause()
    await untilStill()
    expect(pulled).toBeGreaterThan(0)
    expect(pulled).toBeLessThan(24 * MIB) // what the sockets of both sides hold, and a little ahead
    const came = await read(response.resume())
    expect([came.isWhole, came.bytes.equals(bytes)]).toEqual([true, true])
    await until(() => open_ === 0)
  })

  it('of a part are of that part alone, in the segments of a gated file', async () => {
    const { path, bytes } = await film('PLAN:gold', 4 * MIB)
    watch()
    const response = await open(path, { range: `bytes=${2 * MIB}-${2 * MIB + 99}` })
    expect((await read(response)).bytes.equals(bytes.subarray(2 * MIB, 2 * MIB + 100))).toBe(true)
    // One segment or two, and the header of the file.
    expect(pulled).toBeLessThanOrEqual(2 * 65_536 + 40)
  })

  it('are none for HEAD, a 304, a 416 or a refusal', async () => {
    const { path } = await film('PLAN:gold', 100_000)
    watch()
    const etag = (await fetch(`${world.url}${path}`, { method: 'HEAD', headers: bearer(token) })).headers.get(
      'etag',
    )
    const answers = [
      await fetch(`${world.url}${path}`, { headers: { ...bearer(token), 'if-none-match': etag as string } }),
      await fetch(`${world.url}${path}`, { headers: { ...bearer(token), range: 'bytes=100000-' } }),
      await fetch(`${world.url}${path}`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([304, 416, 401])
    expect(pulled).toBe(0)
  })
})
