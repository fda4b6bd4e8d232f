import type { CID } from 'multiformats/cid'
import { assertAllowed, inlineBytes, MAX_BLOCK_BYTES } from '../../ipfs/block.js'
import { decodeFileNode, type FileNode } from '../../ipfs/file-node.js'
import { equalBytes } from '../../protocol/bytes.js'
import { chunksOf } from '../answer.js'
import { withDeadline } from '../deadline.js'
import { IpfsBlockError } from './errors.js'

export interface IpfsOptions {
  /**
   * IPFS gateways to read from, the first that has a block is asked: any that gives raw blocks
   * (`/ipfs/<cid>?format=raw`), as Kubo and all trustless gateways do. None is trusted.
   */
  gateways: readonly string[]
  fetch?: typeof globalThis.fetch
  /** For one block from one gateway; 30,000 unless given. */
  timeoutMs?: number
}

/** Blocks by their CIDs, checked. */
export interface BlockSource {
  /** Throws IpfsBlockError, InvalidDagError for a CID of another codec or hash, or the signal's reason. */
  block(cid: CID, signal?: AbortSignal): Promise<Uint8Array>
  /** A node of a file, which is kept. */
  node(cid: CID, signal?: AbortSignal): Promise<FileNode>
}

const TIMEOUT_MS = 30_000
/** Each gateway is asked so often for one block. */
const ROUNDS = 3
const PAUSE_MS = 100
/** Of files in use: each leads to a gigabyte. */
const KEPT_NODES = 64

export function createBlockSource({ gateways, fetch, timeoutMs = TIMEOUT_MS }: IpfsOptions): BlockSource {
  if (gateways.length === 0) throw new TypeError('Name at least one IPFS gateway.')
  const bases = gateways.map((gateway) => gateway.replace(/\/+$/, '').replace(/\/ipfs$/, ''))
  const get = fetch ?? globalThis.fetch
  const nodes = new Map<string, FileNode>()

  const load = async (base: string, cid: CID, signal: AbortSignal): Promise<Uint8Array> => {
    const response = await get(`${base}/ipfs/${cid}?format=raw`, {
      headers: { accept: 'application/vnd.ipld.raw' },
      signal,
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw new IpfsBlockError(String(cid), `${base} answered ${response.status}.`)
    }
    const bytes = await readBlock(response, cid)
    if (await isBlock(cid, bytes)) return bytes
    throw new IpfsBlockError(String(cid), `${base} gave other bytes; does it give raw blocks?`)
  }

  const block = async (cid: CID, signal?: AbortSignal): Promise<Uint8Array> => {
    assertAllowed(cid)
    const inline = inlineBytes(cid)
    if (inline) return inline
    let failure: unknown
    for (let attempt = 0; attempt < ROUNDS * bases.length; attempt++) {
      signal?.throwIfAborted()
      if (attempt >= bases.length && attempt % bases.length === 0) await pause(attempt / bases.length)
      const base = bases[attempt % bases.length] as string
      try {
        return await withDeadline(timeoutMs, signal, (bounded) => load(base, cid, bounded))
      } catch (error) {
        signal?.throwIfAborted()
        failure = error
      }
    }
    throw failure instanceof IpfsBlockError
      ? failure
      : new IpfsBlockError(String(cid), (failure as Error).message, failure)
  }

  return {
    block,
    async node(cid, signal) {
      const name = String(cid)
      const known = nodes.get(name)
      if (known) return known
      const node = decodeFileNode(cid, await block(cid, signal))
      if (nodes.size >= KEPT_NODES) nodes.delete(nodes.keys().next().value as string)
      nodes.set(name, node)
      return node
    },
  }
}

function pause(round: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS * 2 ** (round - 1))
  })
}

async function readBlock(response: Response, cid: CID): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunksOf(response)) {
    size += chunk.length
    if (size > MAX_BLOCK_BYTES) throw new IpfsBlockError(String(cid), 'more bytes came than a block has.')
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

async function isBlock({ multihash }: CID, bytes: Uint8Array): Promise<boolean> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return equalBytes(new Uint8Array(digest), multihash.digest)
}
