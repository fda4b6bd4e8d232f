import { beforeEach, describe, expect, it } from 'vitest'
import { type MemoryFleet, type MemoryNode, memoryFleet } from '../../test/support/memory-node.js'
import { WrongNetworkError } from './network-check.js'
import { probe } from './probe.js'

let fleet: MemoryFleet
let nodes: [MemoryNode, MemoryNode, MemoryNode]

beforeEach(() => {
  fleet = memoryFleet(3)
  nodes = fleet.nodes as typeof nodes
})

async function states(): Promise<string[]> {
  await probe(fleet.members, fleet.calls, {})
  return fleet.members.health().map(({ state }) => state)
}

describe('a probe', () => {
  it('finds out by at most three requests a node that all is well', async () => {
    expect(fleet.members.health().map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown'])
    expect(await states()).toEqual(['ready', 'ready', 'ready'])
    for (const { asked } of nodes) expect(asked).toEqual(['tip', 'block', 'header'])
  })

  it('finds who is down, and who has come back', async () => {
    nodes[0].isDown = true
    expect(await states()).toEqual(['down', 'ready', 'ready'])
    nodes[0].isDown = false
    expect(await states()).toEqual(['ready', 'ready', 'ready'])
  })

  it('finds who runs without an index', async () => {
    nodes[1].hasTxindex = false
    expect(await states()).toEqual(['ready', 'no-blocks', 'ready'])
    nodes[1].hasTxindex = true
    expect(await states()).toEqual(['ready', 'ready', 'ready'])
  })

  it('finds who is on another network', async () => {
    nodes[2].queries.committedTip = async () => {
      throw new WrongNetworkError('mainnet', 'testnet')
    }
    expect(await states()).toEqual(['ready', 'ready', 'other-network'])
  })

  it('finds who is behind what was agreed on', async () => {
    fleet.members.reached = nodes[0].tipNow()
    nodes[1].tip = 97
    nodes[2].tip = 98
    expect(await states()).toEqual(['ready', 'behind', 'ready'])
  })

  it.each([
    'hash',
    'merkleRoot',
    'previousHash',
    'timestampNanos',
  ] as const)('finds who has another %s of a block than most', async (field) => {
    const other = field === 'timestampNanos' ? 1n : 'f'.repeat(64)
    nodes[0].header = (height) => ({ ...nodes[0].headerOf(height), [field]: other })
    expect(await states()).toEqual(['disputed', 'ready', 'ready'])
    nodes[0].header = nodes[0].headerOf
    expect(await states()).toEqual(['ready', 'ready', 'ready'])
  })

  it('believes nobody where each has another block', async () => {
    nodes[0].branch = { from: 10, name: 'a' }
    nodes[1].branch = { from: 10, name: 'b' }
    expect(await states()).toEqual(['disputed', 'disputed', 'disputed'])
    nodes[2].isDown = true
    expect((await states()).slice(0, 2)).toEqual(['disputed', 'disputed'])
  })

  it('compares the lowest tip, so that one that is ahead or behind is no other chain', async () => {
    nodes[0].tip = 5
    nodes[1].tip = 5_000
    expect(await states()).toEqual(['ready', 'ready', 'ready'])
  })

  it('catches who tells a tip that is none of his blocks, and asks him nothing for five minutes', async () => {
    nodes[0].tipNow = () => ({ height: 4_000, hash: nodes[0].hashOf(100) })
    expect(await states()).toEqual(['false', 'ready', 'ready'])
    nodes[0].tipNow = () => ({ height: 100, hash: nodes[0].hashOf(100) })
    expect(await states()).toEqual(['false', 'ready', 'ready'])
    expect(fleet.members.candidates('view')).toEqual([fleet.member(1), fleet.member(2)])
    fleet.clock.time += 300_000
    expect(await states()).toEqual(['ready', 'ready', 'ready'])
  })

  it('counts no vote of one that was caught', async () => {
    nodes[0].tipNow = () => ({ height: 4_000, hash: nodes[0].hashOf(100) })
    nodes[0].branch = { from: 10, name: 'a' }
    nodes[1].branch = { from: 10, name: 'a' }
    nodes[2].isDown = true
    expect(await states()).toEqual(['false', 'ready', 'down'])
  })
})
