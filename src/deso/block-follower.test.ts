import { afterEach, describe, expect, it } from 'vitest'
import { createLogger } from '../logger.js'
import { type BlockListener, createBlockFollower, type Progress } from './block-follower.js'
import type { BlockRef, CommittedBlock, FollowableChain } from './chain.js'

/** A chain that grows when told, and counts what it is asked. */
class GrowingChain {
  height = 10
  generation = 0
  isDown = false
  isFollowed = false
  readonly asked: string[] = []

  readonly reader = {
    head: async () => {
      this.ask('head')
      return { tip: refAt(this.height), generation: this.generation }
    },
    committedBlock: async (height: number): Promise<CommittedBlock> => {
      this.ask(`block ${height}`)
      return { ...refAt(height), transactions: [] }
    },
    setFollowed: (isFollowed: boolean) => {
      this.isFollowed = isFollowed
    },
  } as FollowableChain

  private ask(what: string): void {
    this.asked.push(what)
    if (this.isDown) throw new Error('down')
  }

  get blocksAsked(): string[] {
    return this.asked.filter((what) => what !== 'head')
  }
}

/** Sleepers wait until the test lets a poll's time pass. */
class SteppedClock {
  ms = 0
  private sleepers: (() => void)[] = []

  now = () => this.ms

  sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const wake = () => {
        this.ms += ms
        resolve()
      }
      this.sleepers.push(wake)
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    })

  /** One poll, and all that it brings. */
  async step(): Promise<void> {
    await settle()
    for (const wake of this.sleepers.splice(0)) wake()
    await settle()
  }

  get isAnybodyAsleep(): boolean {
    return this.sleepers.length > 0
  }
}

const refAt = (height: number): BlockRef => ({ height, hash: `hash ${height}`, time: height })
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

class Told implements BlockListener {
  readonly heights: (number | string)[] = []

  onBlock({ height }: CommittedBlock): void {
    this.heights.push(height)
  }

  onGap(reason: string, head: BlockRef): void {
    this.heights.push(`${reason} ${head.height}`)
  }
}

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]()
})

function open(options: { first?: BlockListener; maxCatchUp?: number } = {}) {
  const [chain, clock] = [new GrowingChain(), new SteppedClock()]
  const progress: Progress[] = []
  const follower = createBlockFollower({
    chain: chain.reader,
    clock,
    log: createLogger('silent'),
    observe: (seen) => progress.push(seen),
    ...options,
  })
  opened.push(follower)
  return { chain, clock, follower, progress }
}

describe('the follower of the chain', () => {
  it('asks for nothing while nobody listens', async () => {
    const { chain, follower } = open()
    await settle()
    expect(chain.asked).toEqual([])
    expect(follower.head).toBeNull()
  })

  it('tells of every block above the head at which it began, in order', async () => {
    const { chain, clock, follower } = open()
    const told = new Told()
    expect(await follower.follow(told).started).toEqual(refAt(10))
    chain.height = 13
    await clock.step()
    expect(told.heights).toEqual([11, 12, 13])
    expect(follower.head).toEqual(refAt(13))
  })

  it('reads each block once, however many listen', async () => {
    const { chain, clock, follower } = open()
    const listeners = Array.from({ length: 50 }, () => new Told())
    for (const listener of listeners) await follower.follow(listener).started
    chain.height = 12
    await clock.step()
    expect(chain.blocksAsked).toEqual(['block 11', 'block 12'])
    expect(listeners.every(({ heights }) => heights.join() === '11,12')).toBe(true)
  })

  it('tells who comes later of what comes after that', async () => {
    const { chain, clock, follower } = open()
    await follower.follow(new Told()).started
    chain.height = 12
    await clock.step()
    const late = new Told()
    expect(await follower.follow(late).started).toEqual(refAt(12))
    chain.height = 13
    await clock.step()
    expect(late.heights).toEqual([13])
  })

  it('rests when the last has gone, and begins anew at the tip', async () => {
    const { chain, clock, follower, progress } = open()
    const first = follower.follow(new Told())
    await first.started
    expect(chain.isFollowed).toBe(true)
    first.stop()
    await clock.step()
    expect(clock.isAnybodyAsleep).toBe(false)
    expect(follower.head).toBeNull()
    expect(chain.isFollowed).toBe(false)
    expect(progress.at(-1)).toBeNull()
    const asked = chain.asked.length
    chain.height = 99
    await settle()
    expect(chain.asked).toHaveLength(asked)
    const told = new Told()
    expect(await follower.follow(told).started).toEqual(refAt(99))
    expect(told.heights).toEqual([])
  })

  it('tells whoever comes first before all others, and waits for all', async () => {
    const order: string[] = []
    const listener = (name: string): BlockListener => ({
      onBlock: async ({ height }) => {
        await settle()
        order.push(`${name} ${height}`)
      },
      onGap: () => undefined,
    })
    const { chain, clock, follower } = open({ first: listener('first') })
    await follower.follow(listener('a')).started
    chain.height = 12
    await clock.step()
    while (order.length < 4) await settle()
    expect(order).toEqual(['first 11', 'a 11', 'first 12', 'a 12'])
  })

  it('goes on where it was when the node comes back', async () => {
    const { chain, clock, follower } = open()
    const told = new Told()
    await follower.follow(told).started
    chain.isDown = true
    for (let steps = 0; steps < 5; steps++) await clock.step()
    chain.isDown = false
    chain.height = 12
    await clock.step()
    expect(told.heights).toEqual([11, 12])
  })

  it('asks less often while the node is down, up to every five seconds', async () => {
    const { chain, clock, follower } = open()
    await follower.follow(new Told()).started
    chain.isDown = true
    await clock.step()
    const pauses: number[] = []
    for (let steps = 0; steps < 7; steps++) {
      const before = clock.ms
      await clock.step()
      pauses.push(clock.ms - before)
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000])
  })

  it('takes no notice of a node that is behind', async () => {
    const { chain, clock, follower } = open()
    const told = new Told()
    await follower.follow(told).started
    chain.height = 8
    await clock.step()
    chain.height = 11
    await clock.step()
    expect(told.heights).toEqual([11])
  })

  it('says so when the chain began anew, and goes on from there', async () => {
    const { chain, clock, follower } = open()
    const told = new Told()
    await follower.follow(told).started
    chain.height = 2
    chain.generation += 1
    await clock.step()
    chain.height = 3
    await clock.step()
    expect(told.heights).toEqual(['OTHER_CHAIN 2', 3])
  })

  it('says so when it is too far behind to read every block', async () => {
    const first = new Told()
    const { chain, clock, follower } = open({ first, maxCatchUp: 100 })
    const told = new Told()
    await follower.follow(told).started
    chain.height = 111
    await clock.step()
    chain.height = 112
    await clock.step()
    expect(told.heights).toEqual(['TOO_FAR_BEHIND 111', 112])
    expect(first.heights).toEqual(told.heights)
    expect(chain.blocksAsked).toEqual(['block 112'])
  })

  it('tells how far behind it is', async () => {
    const { chain, clock, follower, progress } = open()
    await follower.follow(new Told()).started
    chain.height = 12
    progress.length = 0
    await clock.step()
    expect(progress).toEqual([
      { height: 10, lag: 2 },
      { height: 11, lag: 1 },
      { height: 12, lag: 0 },
    ])
  })

  it('ends at once when it is closed', async () => {
    const { chain, follower } = open()
    await follower.follow(new Told()).started
    await follower[Symbol.asyncDispose]()
    const asked = chain.asked.length
    follower.follow(new Told())
    await settle()
    expect(chain.asked).toHaveLength(asked)
  })
})
