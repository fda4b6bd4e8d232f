import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askToCollect, openCollectionDoor } from './collection-door.js'

const COLLECTED = { pins: 1, pinnedBlocks: 2, youngBlocks: 3, blocks: 4, bytes: 5 }

describe('the door for npm run gc', () => {
  let dir: string
  const warn = vi.fn()
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'door-'))
    warn.mockClear()
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  it('passes on what is asked and what came of it, also where a killed gateway left its own', async () => {
    await writeFile(join(dir, 'gc.sock'), '')
    const collect = vi.fn(async () => COLLECTED)
    await using _door = await openCollectionDoor(dir, collect, { warn })
    expect(await askToCollect(dir, { graceMs: 7, dryRun: true })).toEqual(COLLECTED)
    expect(collect).toHaveBeenCalledExactlyOnceWith({ graceMs: 7, dryRun: true })
  })

  it('tells why nothing was collected', async () => {
    const collect = () => Promise.reject(new Error('a pin cannot be read'))
    await using _door = await openCollectionDoor(dir, collect, { warn })
    await expect(askToCollect(dir, { graceMs: 0, dryRun: false })).rejects.toThrow('a pin cannot be read')
    await expect(askToCollect(dir, { graceMs: -1, dryRun: false })).rejects.toThrow(
      'names graceMs and dryRun',
    )
    for (const nonsense of ['{}\n', 'nonsense\n', 'x'.repeat(2_000)]) {
      const guest = createConnection({ path: join(dir, 'gc.sock') })
      guest.write(nonsense)
      expect(JSON.parse(await text(guest))).toEqual({ error: expect.any(String) })
    }
  })

  it('lets the gateway go while somebody stands in it, and is gone then', async () => {
    let isIn = () => {}
    const in_ = new Promise<void>((resolve) => {
      isIn = resolve
    })
    const never = () => {
      isIn()
      return new Promise<never>(() => {})
    }
    const door = await openCollectionDoor(dir, never, { warn })
    const asked = expect(askToCollect(dir, { graceMs: 0, dryRun: false })).rejects.toThrow('it ended before')
    await in_
    await door[Symbol.asyncDispose]()
    await asked
    await expect(askToCollect(dir, { graceMs: 0, dryRun: false })).rejects.toThrow('ENOENT')
  })

  it('is left out, and told, where its path is too long for a socket', async () => {
    const long = join(dir, 'x'.repeat(120))
    await using _door = await openCollectionDoor(long, async () => COLLECTED, { warn })
    expect(warn).toHaveBeenCalledOnce()
    await expect(askToCollect(long, { graceMs: 0, dryRun: false })).rejects.toThrow('too long for a socket')
    expect(await readdir(dir)).toEqual([])
  })
})
