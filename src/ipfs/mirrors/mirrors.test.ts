import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CarReader } from '@ipld/car'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collect, keystream, keystreamBytes } from '../../../test/support/bytes.js'
import { cborBlock } from '../../../test/support/dag.js'
import { describeKubo, startKubo } from '../../../test/support/kubo.js'
import { systemClock } from '../../clock.js'
import { openAppendLog } from '../../store/append-log.js'
import { createEmbeddedStore } from '../embedded-store.js'
import { createKuboStore } from '../kubo/kubo-store.js'
import type { IpfsStore } from '../store.js'
import { ClusterMirror } from './cluster-mirror.js'
import { KuboMirror } from './kubo-mirror.js'
import type { Mirror } from './mirror.js'
import { MirrorQueue, type MirrorRecord } from './mirror-queue.js'
import { MirroredStore } from './mirrored-store.js'

const MIB = 1_048_576
const IDLE_MS = 1_000

let dir: string
let store: MirroredStore
let queue: MirrorQueue
let embedded: IpfsStore

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mirrors-'))
})
afterEach(async () => {
  await queue?.close()
  await embedded?.close()
  await rm(dir, { recursive: true, force: true })
})

/** A store with these mirrors, on what was there before; pauses are short. */
async function open(...mirrors: Mirror[]): Promise<void> {
  embedded = await createEmbeddedStore({ dir: join(dir, 'ipfs') })
  const { log, entries } = await openAppendLog(join(dir, 'mirrors.log'))
  const clock = {
    now: systemClock.now,
    sleep: (_: number, signal?: AbortSignal) => systemClock.sleep(5, signal),
  }
  const records = entries as MirrorRecord[]
  const logger = pino({ level: 'silent' })
  queue = new MirrorQueue({ mirrors, source: embedded, log, records, clock, logger })
  store = new MirroredStore(embedded, queue)
}

async function reopen(...mirrors: Mirror[]): Promise<void> {
  await queue.close()
  await embedded.close()
  await open(...mirrors)
}

/** A manifest of one film of some blocks, pinned. */
async function pinFilm(name: string) {
  const film = await store.importFile(keystream(name, 3 * MIB + 7))
  const root = cborBlock({ files: [{ cid: film.cid, name }] })
  await store.putBlock(root.cid, root.bytes)
  await store.pin(root.cid, { name })
  return { root: root.cid, film: film.cid }
}

/** A mirror that does as told, and notes what it was asked. */
class NotingMirror implements Mirror {
  readonly calls: string[] = []
  readonly held = new Set<string>()
  fails = false

  constructor(readonly id = 'noting') {}

  async pin(root: { toString(): string }, name: string) {
    this.calls.push(`pin ${name}`)
    if (this.fails) throw new Error('it is away')
    this.held.add(root.toString())
  }

  async unpin(root: { toString(): string }) {
    this.calls.push('unpin')
    if (this.fails) throw new Error('it is away')
    this.held.delete(root.toString())
  }

  async holds(root: { toString(): string }) {
    return this.held.has(root.toString())
  }

  async close() {}
}

describe('a mirror', () => {
  it('gets each pin and loses it again, and nothing that passes', async () => {
    const mirror = new NotingMirror()
    await open(mirror)
    const { root } = await pinFilm('a film')
    await expect.poll(() => mirror.held.has(root.toString())).toBe(true)
    expect(await store.mirrorStates(root)).toEqual(['HELD'])
    await store.unpin(root)
    await expect.poll(() => mirror.held.size).toBe(0)
    await store.pin(root, { name: 'a draft', isPassing: true })
    await store.unpin(root, { isPassing: true })
    await expect.poll(() => queue.pending).toBe(0)
    expect(mirror.calls).toEqual(['pin a film', 'unpin'])
  })

  it('that is away is tried until it is back, over a restart, too; and others need not wait for it', async () => {
    const [away, here] = [new NotingMirror('away'), new NotingMirror('here')]
    away.fails = true
    await open(away, here)
    const { root } = await pinFilm('a film')
    await expect.poll(() => here.held.has(root.toString())).toBe(true)
    await expect.poll(() => away.calls.length).toBeGreaterThan(2)
    expect(await store.mirrorStates(root)).toEqual(['FAILING', 'HELD'])
    const back = new NotingMirror('away')
    await reopen(back, here)
    await expect.poll(() => back.held.has(root.toString())).toBe(true)
    expect(await store.mirrorStates(root)).toEqual(['HELD', 'HELD'])
    expect(here.calls).toEqual(['pin a film'])
    const idle = new NotingMirror('away')
    await reopen(idle, here)
    expect([queue.pending, idle.calls]).toEqual([0, []])
  })

  it('that is away while a pin comes and goes is asked for the last wish alone', async () => {
    const mirror = new NotingMirror()
    mirror.fails = true
    await open(mirror)
    const { root } = await pinFilm('a film')
    await store.unpin(root)
    await expect.poll(() => mirror.calls.at(-1)).toBe('unpin')
    const back = new NotingMirror()
    await reopen(back)
    await expect.poll(() => queue.pending).toBe(0)
    expect(back.calls).toEqual(['unpin'])
  })
})

/** As much of ipfs-cluster's REST API (1.1.6) as a mirror asks. */
async function startCluster(authorization: string) {
  const pins = new Map<string, { name: string; blocks: number }>()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://cluster')
    const end = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    if (request.headers.authorization !== authorization)
      return end(401, { code: 401, message: 'Unauthorized' })
    const cid = url.pathname.split('/')[2] ?? ''
    if (url.pathname === '/add') {
      const { root, blocks } = await carIn(request)
      const name = url.searchParams.get('name') ?? ''
      pins.set(root, { name, blocks })
      return end(200, [{ name, cid: root }])
    }
    if (!pins.has(cid)) return end(404, { code: 404, message: 'not part of the pinset' })
    if (request.method === 'DELETE') pins.delete(cid)
    return end(200, { cid, peer_map: { peer: { status: 'pinned' } } })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, pins, close: () => server.close().closeAllConnections() }
}

async function carIn(request: IncomingMessage): Promise<{ root: string; blocks: number }> {
  const body = await collect(request)
  const start = body.indexOf('\r\n\r\n') + 4
  const boundary = /boundary=(\S+)/.exec(request.headers['content-type'] ?? '')?.[1]
  const car = await CarReader.fromBytes(body.subarray(start, body.indexOf(`\r\n--${boundary}`, start)))
  let blocks = 0
  for await (const _ of car.blocks()) blocks += 1
  return { root: `${(await car.getRoots())[0]}`, blocks }
}

it('an ipfs-cluster gets all blocks as a CAR, with its password, and loses the pin again', async () => {
  const cluster = await startCluster(`Basic ${Buffer.from('user:password').toString('base64')}`)
  const token = 'user:password'
  await open(new ClusterMirror({ kind: 'cluster', url: cluster.url, socketPath: null, token }, IDLE_MS))
  const { root } = await pinFilm('a film')
  await expect.poll(() => cluster.pins.get(`${root}`)).toEqual({ name: 'a film', blocks: 6 })
  await expect.poll(() => store.mirrorStates(root)).toEqual(['HELD'])
  await store.unpin(root)
  await expect.poll(() => cluster.pins.size).toBe(0)
  cluster.close()
})

describeKubo('a Kubo mirror', () => {
  it('gets all blocks and the pin, by its name; away for a while, it is failing, then caught up', async () => {
    await using kubo = await startKubo()
    const endpoint = { kind: 'kubo' as const, url: kubo.rpcUrl, socketPath: null, token: null }
    await open(new KuboMirror(endpoint, IDLE_MS))
    const before = await pinFilm('before')
    await expect.poll(() => store.mirrorStates(before.root)).toEqual(['HELD'])
    await kubo.kill()
    const missed = await pinFilm('missed')
    await expect.poll(() => store.mirrorStates(missed.root)).toEqual(['FAILING'])
    await kubo.start()
    await expect.poll(() => queue.pending, { timeout: 5_000 }).toBe(0)
    expect(kubo.ipfs('pin', 'ls', '--type=recursive', '--names')).toContain(`${missed.root} recursive missed`)
    const there = createKuboStore({
      endpoints: [{ rpcUrl: kubo.rpcUrl, gatewayUrl: null, socketPath: null, token: null }],
      timeoutMs: IDLE_MS,
    })
    const film = await collect(there.readFile(missed.film))
    expect(film.equals(keystreamBytes('missed', 3 * MIB + 7))).toBe(true)
    await store.unpin(missed.root)
    await expect.poll(() => there.isPinned(missed.root)).toBe(false)
    expect(await there.isPinned(before.root)).toBe(true)
    await there.close()
  })
})
