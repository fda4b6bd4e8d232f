import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { collect, keystreamBytes } from '../../test/support/bytes.js'
import {
  type Block,
  block,
  cborBlock,
  fileBlock,
  identityCid,
  pbBlock,
  rawBlock,
  unixfsBlock,
} from '../../test/support/dag.js'
import { InvalidDagError, NotFoundInStoreError } from './errors.js'
import { assertFilePart, decodeFileNode } from './file-node.js'
import { walkFile } from './file-walker.js'

/** Blocks in memory, which count what is read of them. */
function memorySource(blocks: readonly Block[]) {
  const known = new Map(blocks.map(({ cid, bytes }) => [cid.toString(), bytes]))
  const read = { nodes: 0, leaves: 0, bytes: 0 }
  const bytesOf = (cid: CID) => {
    const bytes = known.get(cid.toString())
    if (!bytes) throw new NotFoundInStoreError(cid)
    return bytes
  }
  return {
    read,
    async node(cid: CID) {
      read.nodes += 1
      return decodeFileNode(cid, bytesOf(cid))
    },
    async leaf(cid: CID, from: number, to: number) {
      const bytes = bytesOf(cid)
      read.leaves += 1
      read.bytes += to - from
      return { bytes: bytes.subarray(from, to), blockSize: bytes.length }
    },
  }
}

/** A file as raw leaves under one node. */
function flatFile(leafSizes: readonly number[]) {
  const bytes = keystreamBytes(
    'flat',
    leafSizes.reduce((sum, size) => sum + size, 0),
  )
  let at = 0
  const leaves = leafSizes.map((size) => {
    at += size
    return rawBlock(bytes.subarray(at - size, at))
  })
  const root = fileBlock(leaves.map(({ cid, bytes: leaf }) => ({ cid, size: leaf.length })))
  return { bytes, root, blocks: [...leaves, root] }
}

const whole = (root: Block, size: number) => ({ cid: root.cid, start: 0, size })

describe('walking a file', () => {
  it('gives any range of a tree of any shape, and reads nothing beside it', async () => {
    // A tree: leaves by their bytes, raw or as dag-pb; nodes with bytes of their own before their children.
    type Tree = { bytes: Uint8Array; isRaw: boolean } | { own: Uint8Array; children: Tree[] }
    const { tree } = fc.letrec<{ tree: Tree; leaf: Tree; node: Tree }>((tie) => ({
      tree: fc.oneof({ maxDepth: 8, depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('node')),
      leaf: fc.record({ bytes: fc.uint8Array({ maxLength: 20 }), isRaw: fc.boolean() }),
      node: fc.record({
        own: fc.uint8Array({ maxLength: 5 }),
        children: fc.array(tie('tree'), { maxLength: 4 }),
      }),
    }))
    const build = (part: Tree, blocks: Block[]): { cid: CID; bytes: Uint8Array } => {
      if ('bytes' in part) {
        const leaf = part.isRaw ? rawBlock(part.bytes) : unixfsBlock({ type: 'raw', data: part.bytes })
        blocks.push(leaf)
        return { cid: leaf.cid, bytes: part.bytes }
      }
      const children = part.children.map((child) => build(child, blocks))
      const blockSizes = children.map((child) => BigInt(child.bytes.length))
      const links = children.map((child) => child.cid)
      const node = unixfsBlock({ type: 'file', data: part.own, blockSizes }, links)
      blocks.push(node)
      return { cid: node.cid, bytes: Buffer.concat([part.own, ...children.map((child) => child.bytes)]) }
    }
    await fc.assert(
      fc.asyncProperty(tree, fc.nat(), fc.nat(), async (shape, a, b) => {
        const blocks: Block[] = []
        const { cid, bytes } = build(shape, blocks)
        const [from, to] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y) as [
          number,
          number,
        ]
        const source = memorySource(blocks)
        const got = await collect(walkFile(source, { cid, start: 0, size: bytes.length }, from, to))
        expect(got.equals(bytes.subarray(from, to))).toBe(true)
        expect(source.read.bytes).toBeLessThanOrEqual(to - from)
      }),
      { numRuns: 300 },
    )
  })

  it('runs ahead of its reader by one leaf at first, by three later, and reads each leaf once', async () => {
    const { root, blocks, bytes } = flatFile(Array.from({ length: 10 }, () => 100))
    const source = memorySource(blocks)
    const readWhenTaken: number[] = []
    for await (const _ of walkFile(source, whole(root, bytes.length), 0, bytes.length)) {
      readWhenTaken.push(source.read.leaves)
    }
    expect(readWhenTaken).toEqual([1, 3, 5, 7, 8, 9, 10, 10, 10, 10])
    expect(source.read).toEqual({ nodes: 1, leaves: 10, bytes: 1000 })
  })

  it('reads nothing more while its reader waits, and nothing after it stopped', async () => {
    const { root, blocks, bytes } = flatFile(Array.from({ length: 50 }, () => 100))
    const source = memorySource(blocks)
    const walk = walkFile(source, whole(root, bytes.length), 0, bytes.length)
    for (let i = 0; i < 6; i++) await walk.next()
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(source.read.leaves).toBe(9)
    await walk.return(undefined)
    expect(source.read.leaves).toBe(9)
    expect((await walk.next()).done).toBe(true)
  })

  it('reads of a leaf only the stretch that is asked', async () => {
    const { root, blocks, bytes } = flatFile([1000, 1000, 1000])
    const source = memorySource(blocks)
    const got = await collect(walkFile(source, whole(root, 3000), 990, 2010))
    expect(got.equals(bytes.subarray(990, 2010))).toBe(true)
    expect(source.read).toEqual({ nodes: 1, leaves: 3, bytes: 1020 })
  })

  it('finds its way in a petabyte, made of one leaf, by one node a level', async () => {
    const leaf = rawBlock(Buffer.alloc(1_048_576, 7))
    const blocks = [leaf]
    let part = { cid: leaf.cid, size: 1_048_576 }
    for (let level = 0; level < 3; level++) {
      const node = fileBlock(Array.from({ length: 1024 }, () => part))
      blocks.push(node)
      part = { cid: node.cid, size: part.size * 1024 }
    }
    const source = memorySource(blocks)
    const got = await collect(walkFile(source, { ...part, start: 0 }, part.size - 3, part.size))
    expect(part.size).toBe(2 ** 50)
    expect([...got]).toEqual([7, 7, 7])
    expect(source.read).toEqual({ nodes: 3, leaves: 1, bytes: 3 })
  })

  it('says which block is missing, after what comes before it', async () => {
    const { root, blocks, bytes } = flatFile([100, 100, 100])
    const missing = blocks[2] as Block
    const source = memorySource(blocks.filter((known) => known !== missing))
    const out: Uint8Array[] = []
    const reading = (async () => {
      for await (const chunk of walkFile(source, whole(root, 300), 0, 300)) out.push(chunk)
    })()
    await expect(reading).rejects.toThrow(new NotFoundInStoreError(missing.cid))
    expect(Buffer.concat(out).equals(bytes.subarray(0, 200))).toBe(true)
  })

  it('rejects with the reason of its signal, before and between leaves', async () => {
    const { root, blocks } = flatFile([100, 100, 100])
    const abort = new AbortController()
    const reason = new Error('client gone')
    const source = memorySource(blocks)
    const walk = walkFile(source, whole(root, 300), 0, 300, abort.signal)
    await walk.next()
    abort.abort(reason)
    await expect(walk.next()).rejects.toBe(reason)
    await expect(collect(walkFile(source, whole(root, 300), 0, 300, abort.signal))).rejects.toBe(reason)
    expect(source.read.leaves).toBe(1)
  })
})

describe('a hostile DAG', () => {
  const leaf = rawBlock(Buffer.alloc(100))
  const part = { cid: leaf.cid, size: 100 }
  const readAll = (root: Block, size: number, blocks: Block[] = []) =>
    collect(walkFile(memorySource([leaf, root, ...blocks]), whole(root, size), 0, size))
  /** UnixFS file: type, then a stated size, then sizes of blocks; all by hand. */
  const data = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

  it.each([
    ['sizes that add up to less than it states', '0802 18 c801 20 64', 1],
    ['sizes that add up to more than it states', '0802 18 64 20 64 20 64', 2],
    ['no stated size over links', '0802 20 64', 1],
    ['more links than sizes', '0802 18 64 20 64', 2],
    ['more sizes than links', '0802 18 c801 20 64 20 64', 1],
    ['a negative size', '0802 18 64 20 e4ffffffffffffffff01', 1],
    ['sizes that overflow', '0802 18 64 20 ffffffffffffff0f 20 ffffffffffffff0f', 2],
    ['no UnixFS message', '', 1],
    ['bytes that are no message', 'ff', 1],
  ])('with %s is refused', async (_, hex, links) => {
    const root = pbBlock(
      data(hex),
      Array.from({ length: links }, () => leaf.cid),
    )
    await expect(readAll(root, 100)).rejects.toThrow(InvalidDagError)
  })

  it('with a leaf of another size than stated is refused, and gives not a byte of it', async () => {
    for (const size of [99, 101]) {
      await expect(readAll(fileBlock([{ cid: leaf.cid, size }]), size)).rejects.toThrow(
        new InvalidDagError(`${leaf.cid} has 100 bytes of a file, not the ${size} stated above it.`),
      )
    }
  })

  it('with a node of another size than stated is refused', async () => {
    const inner = fileBlock([part, part])
    await expect(readAll(fileBlock([{ cid: inner.cid, size: 100 }]), 100, [inner])).rejects.toThrow(
      new InvalidDagError(`${inner.cid} has 200 bytes of a file, not the 100 stated above it.`),
    )
  })

  it('is refused beyond 16 nodes one below the other', async () => {
    const chain = (levels: number) => {
      const blocks: Block[] = []
      let cid = leaf.cid
      for (let level = 0; level < levels; level++) {
        const node = fileBlock([{ cid, size: 100 }])
        blocks.push(node)
        cid = node.cid
      }
      return readAll(blocks.at(-1) as Block, 100, blocks)
    }
    expect((await chain(16)).length).toBe(100)
    await expect(chain(17)).rejects.toThrow(new InvalidDagError('A file is deeper than 16 nodes.'))
  })

  it.each([
    'directory',
    'symlink',
    'metadata',
    'hamt-sharded-directory',
  ] as const)('that is a %s, or has one inside, is no file', async (type) => {
    const other = unixfsBlock({ type })
    await expect(readAll(other, 100)).rejects.toThrow(new InvalidDagError(`${other.cid} is no file.`))
    const root = fileBlock([part, { cid: other.cid, size: 1 }])
    await expect(readAll(root, 101, [other])).rejects.toThrow(InvalidDagError)
  })

  it('with links of a foreign codec or hash, or dag-cbor, is refused', async () => {
    const foreign = [
      block(0x0129, Buffer.alloc(1)).cid,
      CID.createV1(0x55, createDigest(0x13, Buffer.alloc(64))),
      CID.createV1(0x55, createDigest(0x12, Buffer.alloc(20))),
      identityCid(0x55, Buffer.alloc(129)),
      cborBlock({}).cid,
    ]
    for (const cid of foreign) {
      await expect(readAll(fileBlock([{ cid, size: 1 }]), 1)).rejects.toThrow(InvalidDagError)
      expect(() => assertFilePart(cid)).toThrow(InvalidDagError)
    }
  })

  it('of a thousand empty links to blocks that are not there is an empty file', async () => {
    const nowhere = rawBlock(Buffer.from('nowhere'))
    const root = fileBlock([
      ...Array.from({ length: 1000 }, () => ({ cid: nowhere.cid, size: 0 })),
      part,
      { cid: nowhere.cid, size: 0 },
    ])
    expect((await readAll(root, 100)).length).toBe(100)
  })

  it('of bytes that are no dag-pb is refused', () => {
    const odd = block(0x70, Buffer.from('not dag-pb'))
    expect(() => decodeFileNode(odd.cid, odd.bytes)).toThrow(
      new InvalidDagError(`${odd.cid} is no dag-pb node.`),
    )
  })
})
