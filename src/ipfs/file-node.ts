import * as dagPb from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { assertAllowed, DAG_CBOR } from './block.js'
import { InvalidDagError } from './errors.js'
import { decodeUnixfs, UNIXFS_FILE, UNIXFS_RAW } from './unixfs-data.js'

/** A dag-pb node of a file: its own bytes first, then those of its children, one after the other. */
export interface FileNode {
  /** Bytes of file below and in this node. */
  size: number
  data: Uint8Array
  children: readonly FileChild[]
}

export interface FileChild {
  cid: CID
  /** Where it starts within this node's part of the file. */
  start: number
  size: number
}

/** Throws InvalidDagError unless the node is a file whose sizes add up. */
export function decodeFileNode(cid: CID, bytes: Uint8Array): FileNode {
  const { links, unixfs } = decodePbNode(cid, bytes)
  if (unixfs.type !== UNIXFS_FILE && unixfs.type !== UNIXFS_RAW)
    throw new InvalidDagError(`${cid} is no file.`)
  const { data, blockSizes } = unixfs
  if (blockSizes.length !== links.length) {
    throw new InvalidDagError(`${cid} has ${links.length} links and ${blockSizes.length} sizes.`)
  }
  let size = data.length
  const children = links.map((link, i) => {
    assertFilePart(link)
    const child = { cid: link, start: size, size: blockSizes[i] as number }
    size += child.size
    return child
  })
  // A leaf may leave its size out; a node whose parts do not add up to it is hostile.
  if (size !== (unixfs.fileSize ?? (links.length === 0 ? size : undefined))) {
    throw new InvalidDagError(`The parts of ${cid} do not add up to the size that it states.`)
  }
  return { size, data, children }
}

/** Throws InvalidDagError for a CID that cannot name a file or a part of one. */
export function assertFilePart(cid: CID): void {
  assertAllowed(cid)
  if (cid.code === DAG_CBOR) throw new InvalidDagError(`${cid} is no file.`)
}

function decodePbNode(cid: CID, bytes: Uint8Array) {
  try {
    const { Data, Links } = dagPb.decode(bytes)
    return { unixfs: decodeUnixfs(Data ?? new Uint8Array(0)), links: Links.map((link) => link.Hash) }
  } catch (cause) {
    if (cause instanceof InvalidDagError) throw cause
    throw new InvalidDagError(`${cid} is no dag-pb node.`, cause)
  }
}
