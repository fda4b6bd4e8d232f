import { type CIDProfile, importByteStream } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { abortable } from './abortable.js'
import { balancedLayout } from './balanced-layout.js'
import { BlockChunker } from './block-chunker.js'
import { WriteBehind } from './write-behind.js'

/** Blocks that are on their way to the disk while the source goes on. */
const WRITES_UNDER_WAY = 8
const BLOCK_BYTES = { 'unixfs-v1-2025': 1_048_576, 'unixfs-v0-2015': 262_144 } as const satisfies Record<
  CIDProfile,
  number
>

/**
 * Cuts a stream into the blocks of one UnixFS file and hands each to `write`, whose it is until it has resolved: then
 * its memory serves the next one. The profile fixes the CID
 * (IPIP-499, ipfs-unixfs-importer). When it resolves all blocks are written; when it rejects, with the error of the
 * source, of `write` or the signal's reason, no write is under way any more and the source is let go.
 */
export async function importUnixfsFile(
  source: AsyncIterable<Uint8Array>,
  write: (cid: CID, bytes: Uint8Array) => Promise<void>,
  options: { profile: CIDProfile; signal?: AbortSignal | undefined },
): Promise<{ cid: CID; size: number }> {
  const writes = new WriteBehind(WRITES_UNDER_WAY)
  let size = 0
  async function* counted() {
    for await (const chunk of abortable(source, options.signal)) {
      size += chunk.length
      yield chunk
    }
  }
  const chunker = new BlockChunker(BLOCK_BYTES[options.profile], WRITES_UNDER_WAY + 1)
  const put = (cid: CID, bytes: Uint8Array) =>
    writes.add(async () => {
      await write(cid, bytes)
      chunker.release(bytes)
    })
  const blockstore = {
    put: async (cid: CID, bytes: unknown) => {
      await put(cid, bytes as Uint8Array)
      return cid
    },
  }
  try {
    const { cid } = await importByteStream(counted(), blockstore, {
      profile: options.profile,
      chunker: (bytes) => chunker.cut(bytes),
      layout: balancedLayout(options.profile, put),
      // It would gather a batch of leaves before writing any; here writes are concurrent anyway.
      blockWriteConcurrency: 1,
    })
    await writes.flush()
    options.signal?.throwIfAborted()
    return { cid, size }
  } finally {
    await writes.settle()
  }
}
