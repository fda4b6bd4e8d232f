import { beforeEach, describe, expect, it } from 'vitest'
import { call, type MemoryFleet, type MemoryNode, memoryFleet } from '../../test/support/memory-node.js'
import { BlockWitness } from './block-witness.js'
import { NodesDisagreeError } from './fleet-calls.js'

let fleet: MemoryFleet
let nodes: [MemoryNode, MemoryNode, MemoryNode]
let witness: BlockWitness

beforeEach(() => open(3))

function open(count: number): void {
  fleet = memoryFleet(count)
  nodes = fleet.nodes as typeof nodes
  witness = new BlockWitness(fleet.members, fleet.calls)
  fleet.members.reached = nodes[0].tipNow()
  for (let index = 0; index < count; index++) fleet.members.told(fleet.member(index), nodes[0].tipNow())
}

const confirm = (teller: number, height: number) =>
  witness.confirms((nodes[teller] as MemoryNode).header(height), fleet.member(teller), call())

const trusted = () => fleet.members.candidates('view').map(({ url }) => url.at(-1))

describe('a block', () => {
  it('is confirmed by the header of one other node, once', async () => {
    await confirm(0, 50)
    await confirm(0, 50)
    await confirm(2, 50)
    expect(nodes.map(({ asked }) => asked)).toEqual([[], ['header'], []])
  })

  it('above the committed tip is confirmed by nobody, as chains may differ there', async () => {
    await confirm(0, 101)
    expect(nodes.map(({ asked }) => asked)).toEqual([[], [], []])
  })

  it('that two others have differently is not believed, nor its teller any more', async () => {
    nodes[0].transactions.set(50, [Buffer.from('invented')])
    expect(await confirm(0, 50)).toBe(false)
    expect(trusted()).toEqual(['1', '2'])
  })

  it('that one of two others denies is believed, and the one that denies it is not', async () => {
    nodes[1].transactions.set(50, [Buffer.from('invented')])
    expect(await confirm(0, 50)).toBe(true)
    expect(trusted()).toEqual(['0', '2'])
  })

  it('that the only other denies is not believed, and both are asked again', async () => {
    open(2)
    nodes[1].transactions.set(50, [Buffer.from('invented')])
    await expect(confirm(0, 50)).rejects.toThrow(NodesDisagreeError)
    expect(trusted()).toEqual(['0', '1'])
    nodes[1].transactions.delete(50)
    await confirm(0, 50)
  })

  it('is confirmed by a node that is behind, or reads no full blocks, if it has that block', async () => {
    nodes[1].tip = 20
    nodes[2].hasTxindex = false
    await confirm(0, 50)
    expect(nodes.map(({ asked }) => asked)).toEqual([[], ['header'], ['header']])
    fleet.members.told(fleet.member(1), nodes[1].tipNow())
    fleet.member(2).isDown = true
    nodes[0].transactions.set(10, [Buffer.from('invented')])
    await expect(confirm(0, 10)).rejects.toThrow(NodesDisagreeError)
  })

  it('of which each has another is nobody’s', async () => {
    for (const [index, { transactions }] of nodes.entries()) transactions.set(50, [Buffer.from(`${index}`)])
    expect(await confirm(0, 50)).toBe(false)
    await expect(confirm(1, 50)).rejects.toThrow(NodesDisagreeError)
  })

  it('is taken as it is where no other answers', async () => {
    nodes[1].isDown = true
    nodes[2].isDown = true
    await confirm(0, 50)
    expect(nodes.map(({ asked }) => asked)).toEqual([[], ['header'], ['header']])
    await confirm(0, 51)
    expect(nodes.map(({ asked }) => asked)).toEqual([[], ['header'], ['header']])
  })
})
