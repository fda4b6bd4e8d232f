import { beforeEach, describe, expect, it } from 'vitest'
import { type MemoryFleet, memoryFleet } from '../../test/support/memory-node.js'
import type { FleetMembers, NodeUse } from './fleet-members.js'
import { publicKeyFromBytes, publicKeyOf } from './keys.js'

let fleet: MemoryFleet
let members: FleetMembers

beforeEach(() => open(3))

function open(count: number): void {
  fleet = memoryFleet(count)
  members = fleet.members
}

const tell = (index: number, height: number) =>
  members.told(fleet.member(index), { height, hash: `${height}` })
const order = (use: NodeUse = 'view', options = {}) =>
  members
    .candidates(use, options)
    .map(({ url }) => url.at(-1))
    .join('')

describe('the order of nodes', () => {
  it('is that of the list, while nothing else is known', () => {
    expect(order()).toBe('012')
  })

  it('is by speed, where that differs by much', () => {
    for (const [index, ms] of [300, 4, 9].entries()) fleet.member(index).latency.measured(ms)
    expect(order()).toBe('120')
    fleet.member(2).latency.measured(100)
    expect(order()).toBe('120')
    fleet.member(1).latency.measured(100)
    expect(order()).toBe('120')
    for (let count = 0; count < 20; count++) fleet.member(1).latency.measured(1_000)
    expect(order()).toBe('201')
  })

  it('puts last those that are down, and before them those that are behind', () => {
    members.reached = { height: 100, hash: '' }
    tell(0, 97)
    tell(1, 98)
    tell(2, 100)
    expect(order()).toBe('120')
    fleet.member(1).isDown = true
    expect(order()).toBe('201')
    expect(members.fit('view').map(({ url }) => url.at(-1))).toEqual(['2'])
  })

  it('leaves out those of another network or chain, and those that were caught', () => {
    fleet.member(0).isOfOtherNetwork = true
    expect(order()).toBe('12')
    fleet.member(1).isDisputed = true
    expect(order()).toBe('2')
    members.distrust(fleet.member(2))
    expect(order()).toBe('')
  })

  it('leaves out for blocks those that read none', () => {
    fleet.member(0).canReadBlocks = false
    expect(order('blocks')).toBe('12')
    expect(order('view')).toBe('012')
  })

  it('begins for ten seconds with the node that took the last write, and for an account with that of its own', () => {
    const account = publicKeyFromBytes(publicKeyOf(new Uint8Array(32).fill(1)), 'testnet')
    members.writes.took('http://node-2', account)
    members.writes.took('http://node-1', null)
    expect(order()).toBe('102')
    expect(order('view', { account })).toBe('201')
    fleet.clock.time += 10_000
    expect(order('view', { account })).toBe('012')
  })

  it('of an affinity is that node alone, if it may still be asked', () => {
    expect(order('view', { affinity: { url: 'http://node-1' } })).toBe('1')
    fleet.member(1).isDisputed = true
    expect(order('view', { affinity: { url: 'http://node-1' } })).toBe('')
  })
})

describe('a single node', () => {
  it('is asked whatever is known of it, as there is no other', () => {
    open(1)
    const only = fleet.member(0)
    Object.assign(only, { isDown: true, isDisputed: true, isOfOtherNetwork: true, canReadBlocks: false })
    members.distrust(only)
    members.reached = { height: 100, hash: '' }
    expect([order('blocks'), order('view', { affinity: { url: 'http://elsewhere' } })]).toEqual(['0', '0'])
    expect([members.isBehind(only), members.isTrusted(only)]).toEqual([false, true])
  })

  it('there must be', () => {
    expect(() => memoryFleet(0)).toThrow('no DeSo node')
  })
})
