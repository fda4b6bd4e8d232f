import { beforeEach, describe, expect, it } from 'vitest'
import { call, type MemoryFleet, type MemoryNode, memoryFleet } from '../../test/support/memory-node.js'
import { NodeUnavailableError } from '../errors.js'
import { AgreedTip } from './agreed-tip.js'
import { NodeBehindError, NodesDisagreeError } from './fleet-calls.js'
import { probe } from './probe.js'

let fleet: MemoryFleet
let tips: AgreedTip
let one: MemoryNode
let two: MemoryNode
let three: MemoryNode

function open(count: number): void {
  fleet = memoryFleet(count)
  const { members, calls, clock } = fleet
  tips = new AgreedTip(members, calls, clock, () => probe(members, calls, {}))
  ;[one, two, three] = fleet.nodes as [MemoryNode, MemoryNode, MemoryNode]
}

const agree = async () => (await tips.agree(call())).height

describe('the tip of three nodes', () => {
  beforeEach(() => open(3))

  it('is asked of three at once, and a new one for its block', async () => {
    expect(await tips.agree(call())).toEqual({ height: 100, hash: one.hashOf(100) })
    expect(fleet.nodes.map(({ asked }) => asked)).toEqual([['tip', 'header'], ['tip'], ['tip']])
    await agree()
    expect(fleet.nodes.map(({ asked }) => asked.length)).toEqual([3, 2, 2])
  })

  it('is not that of one which is ahead of all others', async () => {
    one.tip = 10_000
    expect(await agree()).toBe(100)
    two.tip = 101
    three.tip = 101
    expect(await agree()).toBe(101)
  })

  it('is not held up by one that stands still', async () => {
    await agree()
    for (const node of [one, three]) node.tip = 105
    expect(await agree()).toBe(105)
  })

  it('is that of the last one, when two are down', async () => {
    one.isDown = true
    two.isDown = true
    three.tip = 103
    expect(await agree()).toBe(103)
    one.asked.length = 0
    expect(await agree()).toBe(103)
    expect(one.asked).toEqual([])
  })

  it('is that of the last one, when two stand still together, after some seconds', async () => {
    await agree()
    one.tip = 110
    expect(await agree()).toBe(100)
    fleet.clock.time += 5_000
    one.tip = 111
    expect(await agree()).toBe(111)
  })

  it('does not wait for a third that hangs', async () => {
    three.queries.committedTip = () => new Promise(() => undefined)
    expect(await agree()).toBe(100)
  })

  it('is that of most, when one has another chain', async () => {
    one.branch = { from: 50, name: 'other' }
    expect(await tips.agree(call())).toEqual({ height: 100, hash: two.hashOf(100) })
    one.tip = 101
    await probe(fleet.members, fleet.calls, {})
    expect(fleet.members.health().map(({ state }) => state)).toEqual(['disputed', 'ready', 'ready'])
    expect(await agree()).toBe(100)
  })

  it('is the lower of two that follow each other, once the higher one has its block', async () => {
    one.tip = 103
    two.tip = 102
    three.tip = 101
    expect(await tips.agree(call())).toEqual({ height: 102, hash: one.hashOf(102) })
  })

  it('never falls: a block that was committed stays so', async () => {
    for (const node of fleet.nodes) node.tip = 102
    expect(await agree()).toBe(102)
    one.isDown = true
    two.tip = 101
    three.tip = 101
    expect(await tips.agree(call())).toEqual({ height: 102, hash: one.hashOf(102) })
  })

  it('falls when all begin anew', async () => {
    await probe(fleet.members, fleet.calls, {})
    expect(await agree()).toBe(100)
    for (const node of fleet.nodes) node.tip = 3
    expect(await agree()).toBe(3)
    for (const node of fleet.nodes) node.tip = 5
    expect(await agree()).toBe(5)
  })

  it('cannot be told by nodes that are all behind', async () => {
    expect(await agree()).toBe(100)
    one.isDown = true
    two.isDown = true
    three.tip = 97
    await expect(agree()).rejects.toThrow(NodeBehindError)
    three.tip = 98
    expect(await agree()).toBe(100)
  })

  it('that no node reaches for a minute is let go for one as young as the clock', async () => {
    fleet.clock.time = 97_000
    expect(await agree()).toBe(100)
    one.isDown = true
    two.isDown = true
    three.tip = 97
    fleet.clock.time = 97_000 + 59_999
    await expect(agree()).rejects.toThrow(NodeBehindError)
    fleet.clock.time = 97_000 + 60_000
    await expect(agree()).rejects.toThrow(NodeBehindError)
    three.header = (height) => ({
      ...three.headerOf(height),
      timestampNanos: BigInt(fleet.clock.time) * 1_000_000n,
    })
    expect(await agree()).toBe(97)
  })

  it('that is made up by a node with nobody beside it is not believed', async () => {
    one.isDown = true
    two.isDown = true
    three.tipNow = () => ({ height: 1_000, hash: 'f'.repeat(64) })
    await expect(agree()).rejects.toThrow('No DeSo node is left that can answer this.')
    expect(fleet.members.health()[2]?.state).toBe('false')
  })
})

describe('a tip that two of three make up', () => {
  it('is not believed, though they tell the same', async () => {
    open(3)
    for (const liar of [one, two]) liar.tipNow = () => ({ height: 4_000, hash: three.hashOf(100) })
    expect(await agree()).toBe(100)
    expect(fleet.members.health().map(({ state }) => state)).toEqual(['false', 'ready', 'ready'])
    await probe(fleet.members, fleet.calls, {})
    expect(fleet.members.health().map(({ state }) => state)).toEqual(['false', 'false', 'ready'])
  })

  it('is no fault of one that does not answer the second question', async () => {
    open(2)
    one.queries.blockHeader = async () => {
      throw new NodeUnavailableError('hung up')
    }
    expect(await agree()).toBe(100)
    expect(fleet.members.health().map(({ state }) => state)).toEqual(['down', 'ready'])
  })
})

describe('the tip of two nodes', () => {
  beforeEach(() => open(2))

  it('cannot be told while they have different blocks', async () => {
    two.branch = { from: 50, name: 'other' }
    await expect(agree()).rejects.toThrow(NodesDisagreeError)
    expect(fleet.members.health().map(({ state }) => state)).toEqual(['disputed', 'disputed'])
    two.branch = { from: 0, name: 'main' }
    await probe(fleet.members, fleet.calls, {})
    expect(await agree()).toBe(100)
  })

  it('is the lower one while both move', async () => {
    one.tip = 110
    expect(await agree()).toBe(100)
    fleet.clock.time += 4_000
    two.tip = 101
    one.tip = 111
    expect(await agree()).toBe(101)
    fleet.clock.time += 4_000
    one.tip = 112
    expect(await agree()).toBe(101)
  })

  it('is that of the one that tells a block, when the other makes up its tip', async () => {
    one.tipNow = () => ({ height: 1_000, hash: 'f'.repeat(64) })
    expect(await agree()).toBe(100)
    await probe(fleet.members, fleet.calls, {})
    expect(fleet.members.health().map(({ state }) => state)).toEqual(['false', 'ready'])
    expect(await agree()).toBe(100)
  })

  it('goes on with one while the other is behind, until that one has caught up', async () => {
    await agree()
    two.isDown = true
    one.tip = 120
    expect(await agree()).toBe(120)
    two.isDown = false
    await probe(fleet.members, fleet.calls, {})
    expect(fleet.members.health().map(({ state }) => state)).toEqual(['ready', 'behind'])
    one.tip = 121
    expect(await agree()).toBe(121)
    two.tip = 119
    one.tip = 122
    expect(await agree()).toBe(121)
  })
})
