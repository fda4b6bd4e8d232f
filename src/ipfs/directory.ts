import { createHash } from 'node:crypto'
import * as dagPb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { DAG_PB, RAW } from './block.js'
import { nameHash, SHARD_WIDTH } from './name-hash.js'
import type { Block, IpfsStore, StoreOptions } from './store.js'
import { encodeUnixfsDirectory, encodeUnixfsShard } from './unixfs-data.js'

/** A file as a directory lists it. */
export interface DirectoryFile {
  /** Names joined by `/`; each once, and none a directory of another. */
  path: string
  cid: CID
  /** Of all blocks of the file together, in bytes: see `dagSize`. */
  dagSize: number
}

interface Entry {
  name: string
  cid: CID
  dagSize: number
}

type Folder = Map<string, Entry | Folder>

const SHA2_256 = 0x12
/** A directory whose one node is larger becomes a HAMT (profile unixfs-v1-2025, IPIP-499). */
const MAX_NODE_BYTES = 262_144

/**
 * The UnixFS directory of files that are stored, with all its nodes, those of its folders too; the CID is that of Kubo
 * under the profile unixfs-v1-2025. Own code, because ipfs-unixfs-importer takes names apart at escaped slashes, and
 * leaves folders out when it measures a node.
 */
export function buildDirectory(files: Iterable<DirectoryFile>): { cid: CID; blocks: Block[] } {
  const root: Folder = new Map()
  for (const { path, cid, dagSize } of files) {
    const parts = path.split('/')
    const name = parts.pop() as string
    folderAt(root, parts).set(name, { name, cid, dagSize })
  }
  const blocks: Block[] = []
  const { cid } = writeFolder('', root, blocks)
  return { cid, blocks }
}

/** Of all blocks of a stored file, as links of directories state it. Throws what `getBlock` throws. */
export async function dagSize(
  ipfs: Pick<IpfsStore, 'getBlock'>,
  { cid, size }: { cid: CID; size: number },
  options?: StoreOptions,
): Promise<number> {
  if (cid.code === RAW) return size
  const block = await ipfs.getBlock(cid, options)
  return sumOf(block.length, dagPb.decode(block).Links)
}

function folderAt(root: Folder, parts: readonly string[]): Folder {
  let folder = root
  for (const part of parts) {
    const next = folder.get(part)
    if (next instanceof Map) folder = next
    else {
      const made: Folder = new Map()
      folder.set(part, made)
      folder = made
    }
  }
  return folder
}

function writeFolder(name: string, folder: Folder, blocks: Block[]): Entry {
  const entries = Array.from(folder, ([child, entry]) =>
    entry instanceof Map ? writeFolder(child, entry, blocks) : entry,
  )
  const flat = encodeNode(encodeUnixfsDirectory(), entries)
  if (flat.bytes.length <= MAX_NODE_BYTES) return write(name, flat, blocks)
  const hashed = entries.map((entry) => ({ entry, hash: nameHash(entry.name) }))
  return writeShard(name, hashed, 0, blocks)
}

/** A node of a HAMT: one slot for each value of the hash's byte at this level, filled by an entry or a further node. */
function writeShard(
  name: string,
  hashed: readonly { entry: Entry; hash: Uint8Array }[],
  level: number,
  blocks: Block[],
): Entry {
  const slots = new Map<number, { entry: Entry; hash: Uint8Array }[]>()
  for (const each of hashed) {
    const slot = each.hash[level]
    if (slot === undefined) throw new RangeError('Names of one directory share a whole hash.')
    const others = slots.get(slot)
    if (others) others.push(each)
    else slots.set(slot, [each])
  }
  const links = Array.from(slots, ([slot, inSlot]) => {
    const label = slot.toString(16).toUpperCase().padStart(2, '0')
    const [only] = inSlot
    if (only && inSlot.length === 1) return { ...only.entry, name: label + only.entry.name }
    return writeShard(label, inSlot, level + 1, blocks)
  })
  return write(name, encodeNode(encodeUnixfsShard(slots.keys(), SHARD_WIDTH), links), blocks)
}

interface EncodedNode {
  bytes: Uint8Array
  dagSize: number
}

function encodeNode(data: Uint8Array, entries: readonly Entry[]): EncodedNode {
  const links = entries.map(({ name, cid, dagSize: size }) => ({ Name: name, Hash: cid, Tsize: size }))
  // Sorts them by the bytes of their names.
  const bytes = dagPb.encode(dagPb.createNode(data, links))
  return { bytes, dagSize: sumOf(bytes.length, links) }
}

function write(name: string, { bytes, dagSize: size }: EncodedNode, blocks: Block[]): Entry {
  const digest = Uint8Array.from(createHash('sha256').update(bytes).digest())
  const cid = CID.createV1(DAG_PB, createDigest(SHA2_256, digest))
  blocks.push({ cid, bytes })
  return { name, cid, dagSize: size }
}

function sumOf(own: number, links: readonly { Tsize?: number }[]): number {
  return links.reduce((sum, { Tsize = 0 }) => sum + Tsize, own)
}
