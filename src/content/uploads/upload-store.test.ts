import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gatewayIdentityFromSeed } from '../../crypto/gateway-identity.js'
import { publicKeyFromBytes } from '../../deso/keys.js'
import { plainBytes, sealedBytes } from './read-upload.js'
import { UploadStore } from './upload-store.js'

const OWNER = publicKeyFromBytes(gatewayIdentityFromSeed('22'.repeat(32)).publicKey, 'testnet')
const FIRST = 65_480
const DAY_MS = 86_400_000

let dir: string
let now: number
let warned: string[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'uploads-'))
  now = Date.now()
  warned = []
})
afterEach(() => rm(dir, { recursive: true, force: true }))

function open(seed = '11'.repeat(32)): Promise<UploadStore> {
  return UploadStore.open({
    dir,
    identity: gatewayIdentityFromSeed(seed),
    clock: { now: () => now, sleep: async () => {} },
    log: { warn: (fields: { upload: string }) => void warned.push(fields.upload) } as never,
    maxOpen: 10,
    keptSeconds: 3_600,
  })
}

function create(store: UploadStore, size: number, owner = OWNER) {
  return store.create({ owner, size, metadata: {}, name: 'name', mediaType: null })
}

async function* chunks(...parts: Uint8Array[]) {
  yield* parts
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces)
}

const never = new AbortController().signal

describe('a store of uploads', () => {
  it('gives the same plain bytes back, however they came, through openings', async () => {
    const bytes = randomBytes(300_000)
    const { id } = await create(await open(), bytes.length)
    let offset = 0
    for (const size of [1, FIRST - 1, 65_520, 5, 131_000, 100_000]) {
      const store = await open()
      const part = bytes.subarray(offset, offset + size)
      offset = await store.append(id, chunks(part.subarray(0, 700), part.subarray(700)), null)
      expect(store.get(id)?.offset).toBe(offset)
      await store.close()
    }
    const store = await open()
    const record = store.get(id)
    if (!record) throw new Error('gone')
    expect(record.digest).toMatch(/^[0-9a-f]{64}$/)
    expect((await collect(plainBytes(store, record, never))).equals(bytes)).toBe(true)
    const lies = await readFile(join(dir, `${id}.bytes`))
    expect((await collect(sealedBytes(store, record))).equals(lies)).toBe(true)
  })

  it('goes on from its last record where ciphertext behind it was torn or is missing', async () => {
    const bytes = randomBytes(200_000)
    const { id } = await create(await open(), bytes.length)
    await (await open()).append(id, chunks(bytes.subarray(0, 100_000)), null)
    const path = join(dir, `${id}.bytes`)
    // A kill after the ciphertext was written, before the record.
    await writeFile(path, Buffer.concat([await readFile(path), randomBytes(40_000)]))
    const store = await open()
    expect(store.get(id)?.offset).toBe(100_000)
    await store.append(id, chunks(bytes.subarray(100_000)), null)
    const record = store.get(id)
    if (!record) throw new Error('gone')
    expect((await collect(plainBytes(store, record, never))).equals(bytes)).toBe(true)
  })

  it('tells damage of what lies here, and hands no wrong byte out', async () => {
    const store = await open()
    const record = await create(store, 100_000)
    await store.append(record.id, chunks(randomBytes(100_000)), null)
    const whole = store.get(record.id) ?? record
    await truncate(join(dir, `${record.id}.bytes`), 90_000)
    await expect(collect(sealedBytes(store, whole))).rejects.toThrow('ends too early')
    await expect(collect(plainBytes(store, whole, never))).rejects.toThrow()
  })

  it('holds an upload published whose ciphertext went before the record said so', async () => {
    const store = await open()
    const { id } = await create(store, 10)
    await store.append(id, chunks(randomBytes(10)), null)
    await unlink(join(dir, `${id}.bytes`))
    const again = await open()
    expect([again.get(id), again.find(id, OWNER)?.isPublished]).toEqual([null, true])
  })

  it('leaves what another seed sealed for a while, as it may come back', async () => {
    const { id } = await create(await open(), 10)
    const other = await open('33'.repeat(32))
    expect([other.get(id), warned]).toEqual([null, [id]])
    expect((await open()).get(id)?.size).toBe(10)
    now += 2 * DAY_MS
    await open('33'.repeat(32))
    expect(await readdir(dir)).toEqual([])
  })

  it('removes what is over, but nothing that is being published or written', async () => {
    const store = await open()
    const [held, idle] = [await create(store, 0), await create(store, 10)]
    const release = await store.holds.take([held.id], never)
    now += 3_600_000
    await store.sweep()
    expect([store.has(held.id), store.has(idle.id)]).toEqual([true, false])
    release()
    await store.sweep()
    expect(await readdir(dir)).toEqual([])
  })

  it('lets the uploads of an account share a key until a content takes it, for good', async () => {
    const store = await open()
    const [one, two] = [await create(store, 0), await create(store, 0)]
    const stranger = publicKeyFromBytes(gatewayIdentityFromSeed('44'.repeat(32)).publicKey, 'testnet')
    const other = await create(store, 0, stranger)
    expect(two.epoch).toEqual(one.epoch)
    expect(other.epoch).not.toEqual(one.epoch)
    expect(await Promise.all([store.takeKey(one), store.takeKey(two)])).toEqual([true, false])
    const again = await open()
    expect(await again.takeKey(two)).toBe(false)
    expect((await create(again, 0)).epoch).not.toEqual(one.epoch)
    await again.published([one.id])
    expect(await (await open()).takeKey(two)).toBe(false)
    // What opened it is nowhere once it is published.
    expect(again.find(one.id, OWNER)?.epoch.contentKey).toBe('')
  })

  it('keeps nothing of a source that fails under a checksum, all that came without one', async () => {
    const store = await open()
    const { id } = await create(store, 100_000)
    async function* failing() {
      yield randomBytes(70_000)
      throw new Error('gone')
    }
    const digest = randomBytes(32)
    await expect(store.append(id, failing(), { algorithm: 'sha256', digest })).rejects.toThrow('gone')
    expect(store.get(id)?.offset).toBe(0)
    await expect(store.append(id, failing(), null)).rejects.toThrow('gone')
    expect(store.get(id)?.offset).toBe(70_000)
    expect((await open()).get(id)?.offset).toBe(70_000)
    expect((await readdir(dir)).sort()).toEqual([`${id}.bytes`, `${id}.state`])
  })
})
