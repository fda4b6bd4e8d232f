import { createHash } from 'node:crypto'
import type { CIDProfile } from 'ipfs-unixfs-importer'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { balancedLayout } from './balanced-layout.js'
import { decodeFileNode } from './file-node.js'

const MIB = 1_048_576
const leafCid = CID.createV1(
  0x55,
  createDigest(0x12, createHash('sha256').update(Buffer.alloc(MIB)).digest()),
)

/** Lays out `count` leaves of 1 MiB of zeros, without their bytes. */
async function layOut(count: number, profile: CIDProfile = 'unixfs-v1-2025') {
  const nodes: { cid: CID; bytes: Uint8Array }[] = []
  const layout = balancedLayout(profile, async (cid, bytes) => {
    nodes.push({ cid, bytes })
  })
  const leaves = Array.from({ length: count }, () => ({ cid: leafCid, size: BigInt(MIB) }))
  const { cid } = await layout(leaves, async () => ({ cid: leafCid, size: BigInt(MIB) }))
  return { cid: cid.toString(), nodes }
}

describe('balanced layout', () => {
  // Computed apart from this code, from the specifications of dag-pb and UnixFS alone.
  it.each([
    [2, 1, 'bafybeiam7fzx7ebtpwnfqb4tfhcthbgihdavyir433y6dd5jjy37dftd4e'],
    [1024, 1, 'bafybeibqawkaltgjfdebq4no6nmfcvkcw7k52xqzclkwfmrkn6oxw7srmy'],
    [1025, 3, 'bafybeigt7wofv4vnxbg3titijasuw4ptg5kfztec4smsk7opdt7z6djoxq'],
    [2048, 3, 'bafybeieyiwtflptdh35ga5rvsber2dzcbc7cikzfdwjmndjifuq42d6yhe'],
    [3072, 4, 'bafybeienulqsuewl2oo4alnd2qmrdos765zvxddiybunolmpzlpnoksn74'],
    [4096, 5, 'bafybeidtxqruzlcsoiwzdbhebsfnif67v3r2r73etp6cvchma4xftr7izu'],
    [5120, 6, 'bafybeia25owrkq5h5sm47pu7sn5ygnzppldsby3gnfi3h4k7zprrjpku3m'],
  ])('of %i MiB of zeros has %i nodes and the right root', async (leaves, nodeCount, root) => {
    const { cid, nodes } = await layOut(leaves)
    expect(cid).toBe(root)
    expect(nodes.length).toBe(nodeCount)
    const last = nodes.at(-1) as { cid: CID; bytes: Uint8Array }
    expect(decodeFileNode(last.cid, last.bytes).size).toBe(leaves * MIB)
  })

  it('has a third level beyond the square of its width', async () => {
    const { nodes } = await layOut(174 * 174 + 1, 'unixfs-v0-2015')
    const last = nodes.at(-1) as { cid: CID; bytes: Uint8Array }
    const { size, children } = decodeFileNode(last.cid, last.bytes)
    expect(last.cid.version).toBe(0)
    expect(size).toBe((174 * 174 + 1) * MIB)
    expect(children.map((child) => child.size)).toEqual([174 * 174 * MIB, MIB])
  })

  it('leaves a file of one block alone', async () => {
    expect(await layOut(1)).toEqual({ cid: leafCid.toString(), nodes: [] })
  })
})
