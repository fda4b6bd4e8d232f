import type { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import {
  type Block,
  block,
  cborBlock,
  fileBlock,
  identityCid,
  rawBlock,
  unixfsBlock,
} from '../../test/support/dag.js'
import { InvalidDagError, NotFoundInStoreError } from './errors.js'
import { walkForPin } from './pin-walk.js'

/** Blocks in memory, which note what is asked of them. */
function memorySource(blocks: readonly Block[]) {
  const known = new Map(blocks.map(({ cid, bytes }) => [cid.toString(), bytes]))
  const bytesOf = (cid: CID) => {
    const bytes = known.get(cid.toString())
    if (!bytes) throw new NotFoundInStoreError(cid)
    return bytes
  }
  const read: string[] = []
  const checked: string[] = []
  return {
    read,
    checked,
    async block(cid: CID) {
      read.push(cid.toString())
      return bytesOf(cid)
    },
    async check(cid: CID) {
      checked.push(cid.toString())
      bytesOf(cid)
    },
  }
}

const leaf = (text: string) => rawBlock(Buffer.from(text))
const fileOf = (...leaves: Block[]) =>
  fileBlock(leaves.map(({ cid, bytes }) => ({ cid, size: bytes.length })))
const names = (...blocks: Block[]) => blocks.map(({ cid }) => cid.toString()).sort()

describe('walking for a pin', () => {
  const [a, b, c] = [leaf('a'), leaf('b'), leaf('c')] as const
  const film = fileOf(a, b)
  const manifest = cborBlock({
    v: 1,
    creator: new Uint8Array(33),
    files: [
      { name: 'film', cid: film.cid },
      { name: 'note', cid: c.cid },
    ],
  })

  it('reads every node below a manifest and checks every leaf, without reading it', async () => {
    const source = memorySource([a, b, c, film, manifest])
    await walkForPin(source, manifest.cid)
    expect(source.read.sort()).toEqual(names(manifest, film))
    expect(source.checked.sort()).toEqual(names(a, b, c))
  })

  it('follows directories too', async () => {
    const directory = unixfsBlock({ type: 'directory' }, [film.cid, c.cid])
    const source = memorySource([a, b, c, film, directory])
    await walkForPin(source, directory.cid)
    expect(source.checked.sort()).toEqual(names(a, b, c))
  })

  it('checks a root that is a leaf', async () => {
    const source = memorySource([a])
    await walkForPin(source, a.cid)
    expect(source.checked).toEqual(names(a))
    await expect(walkForPin(source, b.cid)).rejects.toThrow(new NotFoundInStoreError(b.cid))
  })

  it.each(['leaf', 'node', 'root'] as const)('rejects where a %s is missing', async (which) => {
    const missing = { leaf: b, node: film, root: manifest }[which]
    const source = memorySource([a, b, c, film, manifest].filter((known) => known !== missing))
    await expect(walkForPin(source, manifest.cid)).rejects.toThrow(new NotFoundInStoreError(missing.cid))
  })

  it('reads a node once however many link it, so that 2^64 paths end', async () => {
    const blocks = [a]
    for (let level = 0; level < 64; level++) {
      const { cid } = blocks.at(-1) as Block
      blocks.push(unixfsBlock({ type: 'file' }, [cid, cid]))
    }
    const source = memorySource(blocks)
    await walkForPin(source, (blocks.at(-1) as Block).cid)
    expect(source.read.length).toBe(64)
    expect(source.checked.length).toBe(2)
  })

  it('follows links that an identity CID holds', async () => {
    const inline = identityCid(0x71, cborBlock({ link: a.cid }).bytes)
    const root = cborBlock([inline])
    const source = memorySource([a, root, { cid: inline, bytes: inline.multihash.digest }])
    await walkForPin(source, root.cid)
    expect(source.checked).toEqual(names(a))
  })

  it('refuses foreign codecs and blocks that their codec does not read', async () => {
    const foreign = block(0x0129, Buffer.from('{}'))
    await expect(walkForPin(memorySource([foreign]), foreign.cid)).rejects.toThrow(InvalidDagError)
    const linking = cborBlock([foreign.cid])
    await expect(walkForPin(memorySource([linking]), linking.cid)).rejects.toThrow(InvalidDagError)
    for (const code of [0x70, 0x71]) {
      const odd = block(code, Buffer.from('ffff', 'hex'))
      await expect(walkForPin(memorySource([odd]), odd.cid)).rejects.toThrow(
        new InvalidDagError(`${odd.cid} is not what its codec says.`),
      )
    }
  })

  it('survives a manifest nested as deep as its bytes allow', async () => {
    const deep = block(0x71, Buffer.concat([Buffer.alloc(1_000_000, 0x81), Buffer.from([0x80])]))
    await expect(walkForPin(memorySource([deep]), deep.cid)).rejects.toThrow(InvalidDagError)
  })

  it('rejects with the reason of its signal', async () => {
    const reason = new Error('deadline')
    const source = memorySource([a, film])
    await expect(walkForPin(source, film.cid, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(source.read).toEqual([])
  })
})
