import * as dagPb from '@ipld/dag-pb'
import type { CIDProfile, InProgressImportResult } from 'ipfs-unixfs-importer'
import type { FileLayout } from 'ipfs-unixfs-importer/layout'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { DAG_PB, RAW } from './block.js'
import { encodeUnixfsFile } from './unixfs-data.js'

/** A subtree: bytes of file below it, and of all its blocks together. */
interface Part {
  cid: CID
  fileSize: number
  dagSize: number
}

const SHAPES = {
  'unixfs-v1-2025': { width: 1_024, cidVersion: 1 },
  'unixfs-v0-2015': { width: 174, cidVersion: 0 },
} as const satisfies Record<CIDProfile, { width: number; cidVersion: 0 | 1 }>

/**
 * The importer's balanced layout, with nodes written here: protons-runtime (7.1.2, 8.0.1) encodes sizes from 2^31 to
 * 2^32 - 1 wrongly, so that ipfs-unixfs-importer gives a file of 2 to 4 GiB a root that nobody can read, under a CID
 * that is not Kubo's.
 */
export function balancedLayout(
  profile: CIDProfile,
  write: (cid: CID, bytes: Uint8Array) => Promise<void>,
): FileLayout {
  const { width, cidVersion } = SHAPES[profile]

  const writeNode = async (parts: readonly Part[]): Promise<Part> => {
    const links = parts.map(({ cid, dagSize }) => ({ Name: '', Hash: cid, Tsize: dagSize }))
    const data = encodeUnixfsFile(parts.map((part) => part.fileSize))
    const bytes = dagPb.encode(dagPb.createNode(data, links))
    const cid = CID.create(cidVersion, DAG_PB, await sha256.digest(bytes))
    await write(cid, bytes)
    const fileSize = parts.reduce((sum, part) => sum + part.fileSize, 0)
    return { cid, fileSize, dagSize: parts.reduce((sum, part) => sum + part.dagSize, bytes.length) }
  }

  return async (source, reduce) => {
    let level: Part[] = []
    for await (const leaves of groupsOf(source, width)) {
      // A file of one block is that block.
      if (leaves.length === 1 && level.length === 0) return reduce(leaves)
      level.push(await writeNode(leaves.map(leafPart)))
    }
    while (level.length > 1) {
      const above: Part[] = []
      for (let i = 0; i < level.length; i += width) above.push(await writeNode(level.slice(i, i + width)))
      level = above
    }
    const root = level[0] as Part
    return { cid: root.cid, size: BigInt(root.dagSize) }
  }
}

function leafPart({ cid, size, unixfs }: InProgressImportResult): Part {
  const fileSize = cid.code === RAW ? Number(size) : (unixfs?.data?.length ?? 0)
  return { cid, fileSize, dagSize: Number(size) }
}

async function* groupsOf<T>(source: AsyncIterable<T> | Iterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = []
  for await (const item of source) {
    group.push(item)
    if (group.length === size) {
      yield group
      group = []
    }
  }
  if (group.length > 0) yield group
}
