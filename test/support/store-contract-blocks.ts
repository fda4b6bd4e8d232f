import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { InvalidDagError, NotFoundInStoreError } from '../../src/ipfs/errors.js'
import type { Block } from '../../src/ipfs/store.js'
import { keystream } from './bytes.js'
import { block, cborBlock, fileBlock, identityCid, rawBlock, unixfsBlock } from './dag.js'
import type { StorePlace } from './store-contract-files.js'

const MIB = 1_048_576

/** What every IpfsStore does with blocks and pins. */
export function itKeepsBlocks(place: StorePlace): void {
  describe('blocks', () => {
    it('are there by any CID of their multihash once put, and not before', async () => {
      const { cid, bytes } = cborBlock({ hello: place.name })
      expect(await place.store.has(cid)).toBe(false)
      await expect(place.store.getBlock(cid)).rejects.toThrow(new NotFoundInStoreError(cid))
      await place.store.putBlock(cid, bytes)
      await place.store.putBlock(cid, bytes)
      expect(await place.store.has(cid)).toBe(true)
      expect(await place.store.has(CID.createV1(0x55, cid.multihash))).toBe(true)
      expect(Buffer.from(await place.store.getBlock(cid)).equals(bytes)).toBe(true)
    })

    it('are only put if they are what their CID says', async () => {
      const { cid, bytes } = rawBlock(Buffer.from(`only block of ${place.name}`))
      await expect(place.store.putBlock(cid, Buffer.from('other'))).rejects.toThrow(
        new InvalidDagError(`These bytes are not the block ${cid}.`),
      )
      const inline = identityCid(0x55, bytes)
      await place.store.putBlock(inline, bytes)
      await expect(place.store.putBlock(inline, Buffer.from('other'))).rejects.toThrow(InvalidDagError)
      const large = rawBlock(Buffer.alloc(2 * MIB + 1))
      await expect(place.store.putBlock(large.cid, large.bytes)).rejects.toThrow(
        new InvalidDagError('A block has at most 2097152 bytes.'),
      )
      for (const unknown of [cid, large.cid]) expect(await place.store.has(unknown)).toBe(false)
    })

    it('are put many at a time, each only if it is what its CID says', async () => {
      const blocks = Array.from({ length: 50 }, (_, i) => rawBlock(Buffer.from(`block ${i}`)))
      await place.store.putBlocks(listed(blocks))
      for (const { cid, bytes } of blocks) expect(await place.store.getBlock(cid)).toEqual(Buffer.from(bytes))
      const other = rawBlock(Buffer.from(`lied about ${place.name}`))
      const lie = { cid: other.cid, bytes: Buffer.from('lie') }
      await expect(place.store.putBlocks(listed([blocks[0] as Block, lie]))).rejects.toThrow(InvalidDagError)
      expect(await place.store.has(other.cid)).toBe(false)
      await place.store.putBlocks(listed([]))
    })

    it('are not put any more once the source fails, with its error, or the signal aborts, with its reason', async () => {
      const failure = new Error('the source failed')
      const failing = async function* () {
        yield rawBlock(Buffer.from('before'))
        throw failure
      }
      await expect(place.store.putBlocks(failing())).rejects.toBe(failure)
      const reason = new Error('the client left')
      const abort = new AbortController()
      const hanging = async function* () {
        yield rawBlock(Buffer.from('first'))
        abort.abort(reason)
        await new Promise(() => {})
      }
      await expect(place.store.putBlocks(hanging(), { signal: abort.signal })).rejects.toBe(reason)
    })

    it('of a foreign codec or hash are never there', async () => {
      const { cid, bytes } = block(0x0129, Buffer.from('{}'))
      await expect(place.store.putBlock(cid, bytes)).rejects.toThrow(InvalidDagError)
      await expect(place.store.getBlock(cid)).rejects.toThrow(InvalidDagError)
      expect(await place.store.has(cid)).toBe(false)
      expect(await place.store.isPinned(cid)).toBe(false)
    })
  })

  describe('pins', () => {
    it('hold a manifest with all its files, over a restart', async () => {
      const film = await place.store.importFile(keystream('film', 2 * MIB + 1))
      const manifest = cborBlock({ files: [{ cid: film.cid }] })
      await place.store.putBlock(manifest.cid, manifest.bytes)
      expect(await place.store.isPinned(manifest.cid)).toBe(false)
      await place.store.pin(manifest.cid, { name: 'a film' })
      await place.store.pin(manifest.cid)
      await place.reopen()
      expect(await place.store.isPinned(manifest.cid)).toBe(true)
      expect(await place.store.isPinned(film.cid)).toBe(false)
    })

    it('are let go of for good, by any CID of their root, and again', async () => {
      const { cid, bytes } = fileBlock([])
      await place.store.putBlock(cid, bytes)
      await place.store.pin(cid)
      await place.store.unpin(cid.toV0())
      expect(await place.store.isPinned(cid)).toBe(false)
      await place.store.unpin(cid)
      await place.store.unpin(rawBlock(Buffer.from('never there')).cid)
      await place.reopen()
      expect(await place.store.isPinned(cid)).toBe(false)
      expect(await place.store.has(cid)).toBe(true)
      await Promise.all([place.store.pin(cid), place.store.unpin(cid), place.store.pin(cid)])
      expect(await place.store.isPinned(cid)).toBe(true)
    })

    it('are of CIDv0 and v1 alike', async () => {
      const { cid, bytes } = unixfsBlock({ type: 'file', data: Buffer.from('file') })
      await place.store.putBlock(cid, bytes)
      await place.store.pin(cid.toV0())
      expect(await place.store.isPinned(cid)).toBe(true)
    })

    it('are not set where a block is missing', async () => {
      const leaf = rawBlock(Buffer.from(`leaf of a pin of ${place.name}`))
      const manifest = cborBlock({ files: [{ cid: leaf.cid }] })
      await place.store.putBlock(manifest.cid, manifest.bytes)
      await expect(place.store.pin(manifest.cid)).rejects.toThrow(NotFoundInStoreError)
      expect(await place.store.isPinned(manifest.cid)).toBe(false)
      await place.store.putBlock(leaf.cid, leaf.bytes)
      await place.store.pin(manifest.cid)
      expect(await place.store.isPinned(manifest.cid)).toBe(true)
    })
  })
}

async function* listed(blocks: readonly Block[]): AsyncGenerator<Block> {
  yield* blocks
}
