import { loadHistory, markHidden } from './content-history.js'
import { listKnown, SHARDS } from './known-contents.js'
import type { Rooms } from './rooms.js'
import { letGoOfAll, pinNewest } from './settle.js'

/** Posts that one step asks for: ten requests. */
const POSTS_A_STEP = 500
const MAX_SUSPECTS = 10_000

/**
 * Goes round the contents that are known and looks what the node shows of them, for what other apps hid or showed again
 * in blocks that nobody read. What is hidden is let go of when it is hidden at the next step, too: the first time it may
 * have been a transaction that no block took.
 */
export class Review {
  #place = { shard: 0, offset: 0 }
  #suspects = new Set<string>()

  constructor(private readonly rooms: Rooms) {}

  /** A bounded part of the round. Throws NodeUnavailableError, StorageUnavailableError: then it is done again. */
  async step(signal: AbortSignal): Promise<void> {
    const suspects = [...this.#suspects]
    const part: string[] = []
    let { shard, offset } = this.#place
    for (let shards = 0; shards < SHARDS && part.length < POSTS_A_STEP; ) {
      const known = await listKnown(this.rooms, shard)
      const some = known.slice(offset, offset + POSTS_A_STEP - part.length)
      part.push(...some)
      offset += some.length
      if (offset < known.length) break
      shard = (shard + 1) % SHARDS
      offset = 0
      shards += 1
    }
    await this.#look([...new Set([...suspects, ...part])], new Set(suspects), signal)
    this.#place = { shard, offset }
  }

  async #look(hashes: readonly string[], before: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    if (hashes.length === 0) return
    const posts = await this.rooms.node.posts(hashes, { signal })
    for (const hash of hashes) {
      const post = posts.get(hash)
      const history = post && (await loadHistory(this.rooms, hash))
      const isNews = history && history.creator === post.poster && post.isHidden !== history.isHidden
      if (isNews && post.isHidden && !before.has(hash)) {
        if (this.#suspects.size < MAX_SUSPECTS) this.#suspects.add(hash)
        continue
      }
      if (isNews) {
        const after = await markHidden(this.rooms, hash, post.isHidden)
        if (after?.isHidden) await letGoOfAll(this.rooms, after, hash, signal)
        else if (after) await pinNewest(this.rooms, after, [], signal)
      }
      this.#suspects.delete(hash)
    }
  }
}
