import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeKubo, startKubo, type TestKubo } from './support/kubo.js'
import { bearer, makePlan, publish, send, upload, uploadParts } from './support/library.js'
import { MULTIPART_HEADERS, multipart, streamedMultipart } from './support/multipart.js'
import { describeSmallDisk, mountSmallDisk } from './support/small-disk.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

const MIB = 1_048_576
/** Stands in every gated file again and again. */
const MARKER = randomBytes(24)
const GATED = Buffer.alloc(40 * MIB, Buffer.concat([MARKER, Buffer.from('|plain|')]))
const IDLE_MS = '1000'

/** What of the node's repository holds the marker. */
async function holders(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const found = await Promise.all(
    paths.map(async (path) => ((await readFile(path)).includes(MARKER) ? [path] : [])),
  )
  return found.flat()
}

/** An upload that does something when `at` bytes of its file are sent. */
async function uploadWhile(world: World, token: string, at: number, act: () => unknown): Promise<Json> {
  async function* bytes() {
    for (let sent = 0; sent < GATED.length; sent += MIB) {
      if (sent === at) await act()
      yield GATED.subarray(sent, sent + MIB)
    }
  }
  const parts = uploadParts({ policy: 'PLAN:gold', files: [] })
  const body = streamedMultipart(parts, { name: 'file', filename: 'film' }, bytes())
  const answer = await request(`${world.url}/api/upload-content`, {
    method: 'POST',
    headers: { ...MULTIPART_HEADERS, ...bearer(token) },
    body: body as never,
  })
  return { status: answer.statusCode, body: await answer.body.json() }
}

describeKubo(
  'a gateway whose Kubo fails',
  () => {
    let kubo: TestKubo
    let world: World
    let alice: Person
    let token: string
    beforeAll(async () => {
      kubo = await startKubo()
      world = await openWorld({ env: env(kubo) })
      alice = world.person('alice')
      token = await world.signIn(alice)
      await makePlan(world, alice, 'gold')
    })
    afterAll(async () => {
      await world?.[Symbol.asyncDispose]()
      await kubo?.close()
    })

    it('answers an upload in which it was killed, or stood still, with a typed error, and drafts nothing', async () => {
      for (const act of [() => kubo.kill(), () => kubo.stop()]) {
        const { status, body } = await uploadWhile(world, token, 12 * MIB, act)
        expect([status, body.draft, body.errors.length]).toEqual([502, null, 1])
        expect(body.errors[0]).toMatchObject({ code: 'STORAGE_UNAVAILABLE', retryable: true })
        expect(JSON.stringify(body)).not.toContain('127.0.0.1')
        kubo.cont()
        await kubo.start()
        expect(await holders(kubo.dir)).toEqual([])
      }
    })

    it('breaks the connection of a download in which it was killed, or stood still, after bytes that are right', async () => {
      for (const policy of ['PLAN:gold', 'PUBLIC']) {
        const bytes = policy === 'PUBLIC' ? randomBytes(40 * MIB) : GATED
        const { postHash } = await publish(world, alice, { policy, files: [{ name: 'film', bytes }] })
        for (const act of [() => kubo.kill(), () => kubo.stop()]) {
          const { statusCode, headers, body } = await request(`${world.url}/content/${postHash}/0`, {
            headers: bearer(token),
          })
          expect([statusCode, headers['content-length']]).toEqual([200, `${bytes.length}`])
          const came: Buffer[] = []
          const reading = async () => {
            for await (const chunk of body as AsyncIterable<Buffer>) {
              if (came.length === 0) await act()
              came.push(chunk)
            }
          }
          await expect(reading()).rejects.toThrow()
          const all = Buffer.concat(came)
          expect(all.length).toBeLessThan(bytes.length)
          expect(all.equals(bytes.subarray(0, all.length))).toBe(true)
          kubo.cont()
          await kubo.start()
        }
        const again = await fetch(`${world.url}/content/${postHash}/0`, { headers: bearer(token) })
        expect(Buffer.from(await again.arrayBuffer()).equals(bytes)).toBe(true)
      }
      expect((await holders(kubo.dir)).length).toBe(0)
    })

    it('is not ready while it is away, and says so', async () => {
      await kubo.kill()
      expect((await fetch(`${world.url}/readyz`)).status).toBe(503)
      const { gateway } = await world.ask('{ gateway { storage { kind isHealthy } } }')
      expect(gateway.storage).toEqual({ kind: 'kubo', isHealthy: false })
      const payload = await upload(world, token, { files: [{ name: 'a', bytes: 'a' }] })
      expect(payload).toMatchObject({ draft: null, errors: [{ code: 'STORAGE_UNAVAILABLE' }] })
      await kubo.start()
      expect((await fetch(`${world.url}/readyz`)).status).toBe(200)
    })
  },
  { isLong: true },
)

describeKubo(
  'a gateway whose Kubo is full',
  () => {
    describeSmallDisk('on 40 MB', () => {
      it('answers StorageFull, keeps what it has, and goes on when there is room', async () => {
        await using disk = await mountSmallDisk(40 * MIB)
        await using kubo = await startKubo({ dir: join(disk.path, 'repo') })
        await using world = await openWorld({ env: env(kubo) })
        const alice = world.person('alice')
        const token = await world.signIn(alice)
        await makePlan(world, alice, 'gold')
        const kept = await publish(world, alice, { files: [{ name: 'kept', bytes: 'here before' }] })
        const big = { policy: 'PLAN:gold', files: [{ name: 'film', bytes: GATED }] }
        expect(await upload(world, token, big)).toMatchObject({
          draft: null,
          files: null,
          errors: [{ __typename: 'StorageFull', code: 'STORAGE_FULL', retryable: true }],
        })
        const rest = await send(`${world.url}/api/upload-content`, multipart(uploadParts(big)), token)
        expect([rest.status, rest.body.draft]).toEqual([507, null])
        expect(await holders(kubo.dir)).toEqual([])
        expect(await (await fetch(`${world.url}/content/${kept.postHash}/0`)).text()).toBe('here before')
        kubo.ipfs('repo', 'gc', '-q')
        const fits = { policy: 'PLAN:gold', files: [{ name: 'film', bytes: GATED.subarray(0, 8 * MIB) }] }
        expect((await publish(world, alice, fits)).files[0].byteSize).toBe(`${8 * MIB}`)
      })
    })
  },
  { isLong: true },
)

function env({ rpcUrl, gatewayUrl }: TestKubo): Record<string, string> {
  return { KUBO_RPC_URL: rpcUrl, KUBO_GATEWAY_URL: gatewayUrl, KUBO_TIMEOUT_MS: IDLE_MS }
}
