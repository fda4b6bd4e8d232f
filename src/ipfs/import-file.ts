import { type CIDProfile, importByteStream } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import { abortable } from './abortable.js'
import { balancedLayout } from './balanced-layout.js'
import { WriteBehind } from './write-behind.js'

/** Blocks of 1 MiB that are on their way to the disk while the source goes on. */
const WRITES_UNDER_WAY = 8

/**
 * Cuts a stream into the blocks of one UnixFS file and hands each to `write`. The profile fixes the CID
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
  const put = (cid: CID, bytes: Uint8Array) => writes.add(() => write(cid, bytes))
  const blockstore = {
    put: async (cid: CID, bytes: unknown) => {
      await put(cid, bytes as Uint8Array)
      return cid
    },
  }
  try {
    const { cid } = await importByteStream(counted(), blockstore, {
      profile: options.profile,
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
