/**
 * The live room: what committed blocks mean to those who watch. It knows the domain's verbs, which say how things stand
 * now, and must not know how events travel (GraphQL, WebSocket, SSE).
 */
import { LRUCache } from 'lru-cache'
import type { BlockFollower, BlockListener, Following } from '../deso/block-follower.js'
import type { ChainReader, CommittedBlock } from '../deso/chain.js'
import type { Network } from '../deso/keys.js'
import { type BlockChanges, changesIn } from './block-changes.js'

const MAX_WRITTEN = 10_000

/** What happens, for all who watch: each block is read and understood once, however many they are. */
export class LiveFeed {
  /** Of blocks told of lately, by height, so that one who missed some costs little. */
  readonly #recent: LRUCache<number, BlockChanges>
  readonly #reading = new Map<number, Promise<BlockChanges>>()
  /** Heights of records that were seen being written, by id. */
  readonly #written = new LRUCache<string, number>({ max: MAX_WRITTEN })
  #watching = 0

  constructor(
    private readonly options: {
      follower: BlockFollower
      chain: ChainReader
      network: Network
      /** Blocks that are told of again. */
      maxReplayBlocks: number
    },
  ) {
    this.#recent = new LRUCache({ max: options.maxReplayBlocks })
  }

  /** Tells of every committed block from now on, until stopped. */
  watch(listener: {
    onChanges(changes: BlockChanges, block: CommittedBlock): void | Promise<void>
    onGap: BlockListener['onGap']
  }): Following {
    this.#watching += 1
    const following = this.options.follower.follow({
      onBlock: (block) => listener.onChanges(this.#understand(block), block),
      onGap: (reason, head) => {
        this.#recent.clear()
        listener.onGap(reason, head)
      },
    })
    let isWatching = true
    return {
      started: following.started,
      stop: () => {
        if (!isWatching) return
        isWatching = false
        following.stop()
        this.#watching -= 1
        // Nobody would notice if the chain began anew.
        if (this.#watching === 0) this.#recent.clear()
      },
    }
  }

  /** What a committed block means, read unless it was told of lately. Throws NodeUnavailableError. */
  async changesAt(height: number): Promise<BlockChanges> {
    const recent = this.#recent.get(height)
    if (recent) return recent
    const reading = this.#reading.get(height) ?? this.#read(height)
    this.#reading.set(height, reading)
    return reading
  }

  /** In which block a record was written, if that was seen; what deletes one names no more than its id. */
  heightOfRecord(id: string): number | undefined {
    return this.#written.get(id)
  }

  #read(height: number): Promise<BlockChanges> {
    return this.options.chain
      .committedBlock(height)
      .then((block) => this.#understand(block))
      .finally(() => this.#reading.delete(height))
  }

  #understand(block: CommittedBlock): BlockChanges {
    const changes = changesIn(block, this.options.network)
    if (this.#watching > 0) this.#recent.set(block.height, changes)
    for (const { kind, id } of changes.records) if (kind === 'WRITTEN') this.#written.set(id, block.height)
    return changes
  }
}
