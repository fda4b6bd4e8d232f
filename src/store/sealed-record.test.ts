import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MAX_SEALED_BYTES, SealedRecord } from './sealed-record.js'

const key = randomBytes(32)
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealed-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function readRecord(path: string, withKey = key): Promise<string | null> {
  const opened = await SealedRecord.open(path, withKey)
  await opened?.file.close()
  return opened && Buffer.from(opened.record).toString()
}

it('keeps the newest record, through openings, and none of its bytes in clear', async () => {
  const path = join(dir, 'newest')
  const file = await SealedRecord.create(path, key, Buffer.from('first record'))
  expect(await readRecord(path)).toBe('first record')
  await file.write(Buffer.from('second record, longer'))
  await file.write(Buffer.from('third'))
  await file.close()
  expect(await readRecord(path)).toBe('third')
  const again = await SealedRecord.open(path, key)
  await again?.file.write(new Uint8Array(0))
  await again?.file.close()
  expect(await readRecord(path)).toBe('')
  expect((await readFile(path)).includes('record')).toBe(false)
})

it('keeps the record before where a write was torn at any byte', async () => {
  const path = join(dir, 'torn')
  const file = await SealedRecord.create(path, key, Buffer.from('one'))
  await file.write(Buffer.from('two'))
  const before = await readFile(path)
  await file.write(Buffer.from('three and more'))
  await file.close()
  const after = await readFile(path)
  const start = after.findIndex((byte, at) => byte !== before[at])
  const end =
    after.length - [...after].reverse().findIndex((byte, at) => byte !== before[after.length - 1 - at])
  for (let cut = start; cut < end; cut++) {
    const torn = Buffer.from(before)
    after.copy(torn, start, start, cut)
    await writeFile(path, torn)
    expect(await readRecord(path), `torn at ${cut}`).toBe('two')
  }
  await writeFile(path, after)
  expect(await readRecord(path)).toBe('three and more')
})

it('opens with its own key alone', async () => {
  const path = join(dir, 'key')
  await (await SealedRecord.create(path, key, Buffer.from('mine'))).close()
  expect(await readRecord(path, randomBytes(32))).toBeNull()
  await writeFile(path, '')
  expect(await readRecord(path)).toBeNull()
})

it('has room for so many bytes', async () => {
  const path = join(dir, 'room')
  const file = await SealedRecord.create(path, key, new Uint8Array(MAX_SEALED_BYTES))
  await file.write(new Uint8Array(MAX_SEALED_BYTES))
  await expect(file.write(new Uint8Array(MAX_SEALED_BYTES + 1))).rejects.toThrow(RangeError)
  await file.close()
  expect((await readRecord(path))?.length).toBe(MAX_SEALED_BYTES)
})
