import type { CIDProfile } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { chunksOf, keystream, keystreamBytes } from '../../test/support/bytes.js'
import { ciOnly } from '../../test/support/ci-only.js'
import { createGate } from '../../test/support/gate.js'
import { importUnixfsFile } from './import-file.js'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

const toNowhere = async () => {}

async function cidOf(source: AsyncIterable<Uint8Array>, profile: CIDProfile) {
  const { cid, size } = await importUnixfsFile(source, toNowhere, { profile })
  return { cid: cid.toString(), size }
}

// IPIP-499 as Kubo tests it: test/cli/cid_profiles_test.go of github.com/ipfs/kubo.
describe('CIDs of IPIP-499', () => {
  it.each([
    ['unixfs-v1-2025', 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'],
    ['unixfs-v0-2015', 'Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD'],
  ] as const)('%s: hello world', async (profile, cid) => {
    const source = chunksOf(new TextEncoder().encode('hello world'), [3])
    expect(await cidOf(source, profile)).toEqual({ cid, size: 11 })
  })

  it.each([
    ['unixfs-v1-2025', 'chunk-v1-seed', MIB, 'bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta'],
    [
      'unixfs-v1-2025',
      'chunk-v1-seed',
      MIB + 1,
      'bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64',
    ],
    ['unixfs-v0-2015', 'chunk-v0-seed', 256 * KIB, 'QmWmRj3dFDZdb6ABvbmKhEL6TmPbAfBZ1t5BxsEyJrcZhE'],
    ['unixfs-v0-2015', 'chunk-v0-seed', 256 * KIB + 1, 'QmYyLxtzZyW22zpoVAtKANLRHpDjZtNeDjQdJrcQNWoRkJ'],
    ['unixfs-v0-2015', 'v0-seed', 174 * 256 * KIB, 'QmUbBALi174SnogsUzLpYbD4xPiBSFANF4iztWCsHbMKh2'],
    ['unixfs-v0-2015', 'v0-seed', 174 * 256 * KIB + 1, 'QmV81WL765sC8DXsRhE5fJv2rwhS4icHRaf3J9Zk5FdRnW'],
  ] as const)('%s: %s, %i bytes', async (profile, seed, size, cid) => {
    expect(await cidOf(keystream(seed, size), profile)).toEqual({ cid, size })
  })

  for (const [size, cid] of [
    [GIB, 'bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm'],
    [GIB + 1, 'bafybeibdsi225ugbkmpbdohnxioyab6jsqrmkts3twhpvfnzp77xtzpyhe'],
  ] as const) {
    ciOnly(`unixfs-v1-2025: v1-2025-seed, ${size} bytes`, 'hashes 1 GiB', async () => {
      expect(await cidOf(keystream('v1-2025-seed', size), 'unixfs-v1-2025')).toEqual({ cid, size })
    })
  }

  // Not one of Kubo's vectors: computed from the specifications, as ipfs-unixfs gets these sizes wrong.
  ciOnly('unixfs-v1-2025: 3 GiB of zeros', 'hashes 3 GiB', async () => {
    const zeros = new Uint8Array(MIB)
    async function* source() {
      for (let i = 0; i < 3072; i++) yield zeros
    }
    expect(await cidOf(source(), 'unixfs-v1-2025')).toEqual({
      cid: 'bafybeienulqsuewl2oo4alnd2qmrdos765zvxddiybunolmpzlpnoksn74',
      size: 3 * GIB,
    })
  })

  it('an empty file is the empty raw block, as for Kubo', async () => {
    expect(await cidOf(chunksOf(new Uint8Array(0)), 'unixfs-v1-2025')).toEqual({
      cid: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
      size: 0,
    })
  })
})

describe('importing', () => {
  const profile = 'unixfs-v1-2025'

  it('gives the same CID whatever the chunks', async () => {
    const bytes = keystreamBytes('chunks', 2 * MIB + 77)
    const { cid } = await cidOf(chunksOf(bytes), profile)
    for (const sizes of [[65_536], [MIB - 1, 1, 2], [999]]) {
      expect((await cidOf(chunksOf(bytes, sizes), profile)).cid).toBe(cid)
    }
  })

  it('hands out leaves before their root, and the leaves are the file', async () => {
    const bytes = keystreamBytes('leaves', 2 * MIB + 5)
    const written: { cid: CID; bytes: Uint8Array }[] = []
    const write = async (cid: CID, block: Uint8Array) => {
      written.push({ cid, bytes: block.slice() })
    }
    const { cid } = await importUnixfsFile(chunksOf(bytes, [65_536]), write, { profile })
    expect(written.map((block) => block.cid.code)).toEqual([0x55, 0x55, 0x55, 0x70])
    expect(written[3]?.cid.equals(cid)).toBe(true)
    expect(Buffer.concat(written.slice(0, 3).map((block) => block.bytes)).equals(bytes)).toBe(true)
  })

  it('has eight writes under way at most, and takes no more of the source while they last', async () => {
    const gate = createGate()
    let running = 0
    let mostRunning = 0
    let taken = 0
    async function* source() {
      for (let i = 0; i < 20; i++) {
        taken += 1
        yield keystreamBytes(`block ${i}`, MIB)
      }
    }
    const write = async () => {
      running += 1
      mostRunning = Math.max(mostRunning, running)
      // Everything that could still start has, once this turn of the event loop is over.
      if (running === 8) setImmediate(gate.resolve)
      await gate.promise
      running -= 1
    }
    const importing = importUnixfsFile(source(), write, { profile })
    await gate.promise
    // The ninth block is read and hashed, and waits.
    expect(taken).toBe(9)
    await importing
    expect(taken).toBe(20)
    expect(mostRunning).toBe(8)
  })

  it("rejects with the source's own error once nothing is being written any more", async () => {
    const gone = new Error('client gone')
    let running = 0
    async function* source() {
      yield* keystream('broken', 3 * MIB)
      throw gone
    }
    const write = async () => {
      running += 1
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
    }
    await expect(importUnixfsFile(source(), write, { profile })).rejects.toBe(gone)
    expect(running).toBe(0)
  })

  it("rejects with a write's error and lets the source go", async () => {
    const full = new Error('disk full')
    let isEnded = false
    async function* source() {
      try {
        for (let i = 0; ; i++) yield keystreamBytes(`${i}`, MIB)
      } finally {
        isEnded = true
      }
    }
    const write = async () => {
      throw full
    }
    await expect(importUnixfsFile(source(), write, { profile })).rejects.toBe(full)
    expect(isEnded).toBe(true)
  })

  it('rejects when only the last write fails', async () => {
    const full = new Error('disk full')
    const write = async (cid: CID) => {
      if (cid.code === 0x70) throw full
    }
    await expect(importUnixfsFile(keystream('last', MIB + 1), write, { profile })).rejects.toBe(full)
  })

  it('rejects with the reason of its signal, even while the source hangs', async () => {
    const abort = new AbortController()
    const reason = new Error('deadline')
    async function* source() {
      yield new Uint8Array(10)
      setImmediate(() => abort.abort(reason))
      await new Promise(() => {})
    }
    const options = { profile, signal: abort.signal } as const
    await expect(importUnixfsFile(source(), toNowhere, options)).rejects.toBe(reason)
    await expect(importUnixfsFile(source(), toNowhere, options)).rejects.toBe(reason)
  })

  it('gives the same CID under a signal that stays silent', async () => {
    const bytes = keystreamBytes('signal', 3 * MIB)
    const { signal } = new AbortController()
    const withSignal = await importUnixfsFile(chunksOf(bytes, [70_000]), toNowhere, { profile, signal })
    expect(withSignal.cid.toString()).toBe((await cidOf(chunksOf(bytes), profile)).cid)
  })
})
