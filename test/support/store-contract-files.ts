import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidDagError, NotFoundInStoreError } from '../../src/ipfs/errors.js'
import type { IpfsStore } from '../../src/ipfs/store.js'
import { chunksOf, collect, keystreamBytes } from './bytes.js'
import { cborBlock, fileBlock, identityCid, pbBlock, rawBlock, unixfsBlock } from './dag.js'

const MIB = 1_048_576

/** A store, and how it comes back as after a restart. */
export interface StorePlace {
  readonly store: IpfsStore
  /** In what must not be there yet: several places may be one node. */
  readonly name: string
  reopen(): Promise<void>
}

/** What every IpfsStore does with files; the place may hold other content already. */
export function itKeepsFiles(place: StorePlace): void {
  describe('files', () => {
    it('come back as they were stored, over a restart too', async () => {
      // A vector of IPIP-499.
      const bytes = keystreamBytes('chunk-v1-seed', MIB + 1)
      const { cid, size } = await place.store.importFile(chunksOf(bytes, [65_536]))
      expect(size).toBe(bytes.length)
      expect(cid.toString()).toBe('bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64')
      expect(await place.store.fileSize(cid)).toBe(bytes.length)
      expect((await collect(place.store.readFile(cid))).equals(bytes)).toBe(true)
      await place.reopen()
      expect((await collect(place.store.readFile(cid))).equals(bytes)).toBe(true)
    })

    it('give any range as the slice of the whole', async () => {
      const sizes = [0, 1, 1000, MIB, MIB + 1, 3 * MIB + 77]
      const files = await Promise.all(
        sizes.map(async (size) => {
          const bytes = keystreamBytes(`file ${size}`, size)
          return { bytes, cid: (await place.store.importFile(chunksOf(bytes))).cid }
        }),
      )
      const position = fc.oneof(fc.nat(4 * MIB), fc.nat(2000), fc.constantFrom(MIB - 1, MIB, MIB + 1))
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...files),
          position,
          fc.option(position, { nil: undefined }),
          async ({ bytes, cid }, offset, length) => {
            const got = await collect(
              place.store.readFile(cid, { offset, ...(length !== undefined && { length }) }),
            )
            const end = length === undefined ? undefined : offset + length
            expect(got.equals(bytes.subarray(offset, end))).toBe(true)
          },
        ),
        { numRuns: 150 },
      )
    })

    it('of CIDv0 and dag-pb leaves are read as well', async () => {
      const leaves = ['hello ', 'world'].map((text) => unixfsBlock({ type: 'file', data: Buffer.from(text) }))
      const root = fileBlock(leaves.map(({ cid }, i) => ({ cid, size: i === 0 ? 6 : 5 })))
      for (const { cid, bytes } of [...leaves, root]) await place.store.putBlock(cid.toV0(), bytes)
      expect((await collect(place.store.readFile(root.cid.toV0()))).toString()).toBe('hello world')
      expect((await collect(place.store.readFile(root.cid, { offset: 4, length: 4 }))).toString()).toBe(
        'o wo',
      )
      expect(await place.store.fileSize(root.cid.toV0())).toBe(11)
    })

    it('within a CID need no block', async () => {
      const cid = identityCid(0x55, Buffer.from('tiny'))
      expect(await place.store.fileSize(cid)).toBe(4)
      expect((await collect(place.store.readFile(cid, { offset: 1, length: 2 }))).toString()).toBe('in')
      const root = fileBlock([
        { cid, size: 4 },
        { cid: identityCid(0x70, unixfsBlock({ type: 'file', data: Buffer.from('!') }).bytes), size: 1 },
      ])
      await place.store.putBlock(root.cid, root.bytes)
      expect((await collect(place.store.readFile(root.cid))).toString()).toBe('tiny!')
    })

    it('whose root, node or leaf is missing say so', async () => {
      const text = `missing leaf of ${place.name}`
      const leaf = rawBlock(Buffer.from(text))
      const inner = fileBlock([{ cid: leaf.cid, size: text.length }])
      const root = fileBlock([{ cid: inner.cid, size: text.length }])
      for (const missing of [root, inner, leaf]) {
        await expect(collect(place.store.readFile(root.cid))).rejects.toThrow(
          new NotFoundInStoreError(missing.cid),
        )
        await place.store.putBlock(missing.cid, missing.bytes)
      }
      expect((await collect(place.store.readFile(root.cid))).toString()).toBe(text)
      await expect(place.store.fileSize(rawBlock(Buffer.from('unknown')).cid)).rejects.toThrow(
        NotFoundInStoreError,
      )
    })

    it('that are none are refused', async () => {
      const directory = unixfsBlock({ type: 'directory' })
      const manifest = cborBlock({ v: 1 })
      const liar = pbBlock(Buffer.from('080218c801', 'hex'), [])
      for (const { cid, bytes } of [directory, manifest, liar]) {
        await place.store.putBlock(cid, bytes)
        await expect(place.store.fileSize(cid)).rejects.toThrow(InvalidDagError)
        await expect(collect(place.store.readFile(cid))).rejects.toThrow(InvalidDagError)
      }
    })

    it('are not read by negative, broken or missing numbers', async () => {
      const { cid } = await place.store.importFile(chunksOf(Buffer.from('file')))
      for (const range of [{ offset: -1 }, { offset: 0.5 }, { length: -1 }, { length: Number.NaN }]) {
        await expect(collect(place.store.readFile(cid, range))).rejects.toThrow(RangeError)
      }
    })

    it('are not stored nor read under a signal that has aborted', async () => {
      const reason = new Error('gone')
      const signal = AbortSignal.abort(reason)
      const { cid } = await place.store.importFile(chunksOf(Buffer.from('file')))
      const { bytes } = rawBlock(Buffer.from('file'))
      for (const call of [
        () => place.store.importFile(chunksOf(Buffer.from('other')), { signal }),
        () => collect(place.store.readFile(cid, {}, { signal })),
        () => place.store.fileSize(cid, { signal }),
        () => place.store.has(cid, { signal }),
        () => place.store.getBlock(cid, { signal }),
        () => place.store.putBlock(cid, bytes, { signal }),
        () => place.store.pin(cid, { signal }),
        () => place.store.isPinned(cid, { signal }),
        () => place.store.isHealthy({ signal }),
      ]) {
        await expect(call()).rejects.toBe(reason)
      }
    })
  })
}
