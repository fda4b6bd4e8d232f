import { base32 } from 'multiformats/bases/base32'
import type { CID } from 'multiformats/cid'
import { StorageUnavailableError } from '../errors.js'
import type { BlockFiles } from './block-files.js'
import type { DigestSet } from './digest-set.js'
import { walkForPin } from './pin-walk.js'

/** What a collection found; blocks that are pinned or young stay. */
export interface Collected {
  pins: number
  pinnedBlocks: number
  /** Not pinned, and touched so lately that an upload may count on them. */
  youngBlocks: number
  /** Removed; with `dryRun` what would be. */
  blocks: number
  bytes: number
}

export interface CollectionOptions {
  /** Blocks touched at this time (milliseconds since the epoch) or later stay. */
  before: number
  dryRun: boolean
  signal: AbortSignal
}

interface Garden {
  blocks: BlockFiles
  /** Throws where it is missing or damaged. */
  getBlock(cid: CID): Promise<Uint8Array>
}

const AT_ONCE = 16
/** Before the digest in the bytes of a multihash: sha2-256, 32 bytes. */
const SHA256_HEAD = 2

/**
 * Marks all blocks below the roots, reading their nodes alone. Rejects where a node is missing or damaged: who cannot
 * see all that is pinned must remove nothing.
 */
export async function markPinned(
  garden: Garden,
  roots: Iterable<CID>,
  marks: DigestSet,
  signal: AbortSignal,
): Promise<void> {
  const mark = (cid: CID) => {
    if (garden.blocks.shardOf(cid)) marks.add(cid.multihash.digest)
  }
  const source = {
    block: (cid: CID) => {
      mark(cid)
      return garden.getBlock(cid)
    },
    check: async (cid: CID) => mark(cid),
  }
  for (const root of roots) {
    await walkForPin(source, root, signal).catch((error) => {
      signal.throwIfAborted()
      throw new StorageUnavailableError(
        `Nothing is collected, as what the pin ${root} holds cannot be read: ${error.message}`,
        error,
      )
    })
  }
}

/** Removes what is neither marked by then nor young, a directory at a time. */
export async function sweep(
  blocks: BlockFiles,
  marks: DigestSet,
  { before, dryRun, signal }: CollectionOptions,
): Promise<Omit<Collected, 'pins'>> {
  const counts = { pinnedBlocks: 0, youngBlocks: 0, blocks: 0, bytes: 0 }
  const isMarked = (key: string) => marks.has(digestOf(key))
  const judge = async (key: string) => {
    if (isMarked(key)) counts.pinnedBlocks++
    else {
      // A pin may have come while this one waited for its turn.
      const removed = await blocks.removeBefore(key, before, { dryRun, isSpared: () => isMarked(key) })
      if (removed === 'spared') counts.pinnedBlocks++
      else if (removed === 'young') counts.youngBlocks++
      else if (removed !== 'gone') {
        counts.blocks++
        counts.bytes += removed
      }
    }
  }
  for await (const keys of blocks.keys()) {
    for (let i = 0; i < keys.length; i += AT_ONCE) {
      signal.throwIfAborted()
      await Promise.all(keys.slice(i, i + AT_ONCE).map(judge))
    }
  }
  return counts
}

function digestOf(key: string): Uint8Array {
  return base32.decoder.baseDecode(key).subarray(SHA256_HEAD)
}
