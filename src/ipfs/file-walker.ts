import type { CID } from 'multiformats/cid'
import { RAW } from './block.js'
import { InvalidDagError } from './errors.js'
import type { FileChild, FileNode } from './file-node.js'

/** No honest file is deeper: 1,024 links a node and five levels hold a million gigabytes. */
const MAX_DEPTH = 16
/** Leaves read ahead of the reader, once it has shown that it goes on. */
const PREFETCH = 4

/** What the walker asks of a store. */
export interface FileSource {
  /** A decoded dag-pb node of a file. */
  node(cid: CID): Promise<FileNode>
  /** The bytes [from, to) of a raw leaf, all of them, with the size of the whole leaf if that is known. */
  leaf(cid: CID, from: number, to: number): Promise<{ bytes: Uint8Array; blockSize?: number }>
}

/** A stretch [from, to) of one leaf, still to be read; or bytes that stood in a node. */
type Piece = Uint8Array | { leaf: FileChild; from: number; to: number }

/**
 * The bytes [from, to) below a node or raw leaf of `size` bytes. Own code, because ipfs-unixfs-exporter reads without
 * regard to its reader: this one reads no block outside the range, at most four leaves ahead of what was taken, one
 * ahead at first, and of a leaf only the stretch that is asked. When the reader stops, so does it.
 */
export async function* walkFile(
  source: FileSource,
  root: FileChild,
  from: number,
  to: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const pieces = piecesOf(source, root, from, to, 0)
  const ahead: Promise<Uint8Array>[] = []
  let width = 1
  let isPlanned = false
  try {
    for (;;) {
      while (!isPlanned && ahead.length < width) {
        signal?.throwIfAborted()
        const { done, value } = await pieces.next()
        if (done) isPlanned = true
        else ahead.push(read(source, value))
      }
      const head = ahead.shift()
      if (!head) return
      const bytes = await head
      signal?.throwIfAborted()
      yield bytes
      width = Math.min(width + 1, PREFETCH)
    }
  } finally {
    await Promise.allSettled(ahead)
  }
}

async function* piecesOf(
  source: FileSource,
  part: FileChild,
  from: number,
  to: number,
  depth: number,
): AsyncGenerator<Piece> {
  if (from >= to) return
  if (part.cid.code === RAW) {
    yield { leaf: part, from, to }
    return
  }
  if (depth === MAX_DEPTH) throw new InvalidDagError(`A file is deeper than ${MAX_DEPTH} nodes.`)
  const { size, data, children } = await source.node(part.cid)
  assertSize(part, size)
  if (from < data.length) yield data.subarray(from, to)
  for (let i = firstAfter(children, from); i < children.length; i++) {
    const child = children[i] as FileChild
    if (child.start >= to) return
    const start = Math.max(0, from - child.start)
    yield* piecesOf(source, child, start, Math.min(child.size, to - child.start), depth + 1)
  }
}

/** A promise that may fail long before it is awaited; it must not count as unhandled until then. */
function read(source: FileSource, piece: Piece): Promise<Uint8Array> {
  const bytes = piece instanceof Uint8Array ? Promise.resolve(piece) : readLeaf(source, piece)
  bytes.catch(() => {})
  return bytes
}

async function readLeaf(
  source: FileSource,
  { leaf, from, to }: Exclude<Piece, Uint8Array>,
): Promise<Uint8Array> {
  const { bytes, blockSize } = await source.leaf(leaf.cid, from, to)
  if (blockSize !== undefined) assertSize(leaf, blockSize)
  return bytes
}

function assertSize(part: FileChild, size: number): void {
  if (size !== part.size) {
    throw new InvalidDagError(
      `${part.cid} has ${size} bytes of a file, not the ${part.size} stated above it.`,
    )
  }
}

/** The first child that ends beyond an offset: by halving, as a node may have thousands. */
function firstAfter(children: readonly FileChild[], offset: number): number {
  let low = 0
  let high = children.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const { start, size } = children[middle] as FileChild
    if (start + size > offset) high = middle
    else low = middle + 1
  }
  return low
}
