import { beforeEach, describe, expect, it } from 'vitest'
import { type MemoryFleet, memoryFleet } from '../../test/support/memory-node.js'
import { FleetWatch } from './fleet-watch.js'

let fleet: MemoryFleet
let changes: string[]
let watch: FleetWatch

beforeEach(() => open(2))

function open(count: number): void {
  fleet = memoryFleet(count)
  changes = []
  watch = new FleetWatch(fleet.members, fleet.calls, fleet.clock, ({ url, state }, before) =>
    changes.push(`${url.at(-1)}: ${before} -> ${state}`),
  )
}

const probes = () => fleet.nodes[0]?.asked.filter((question) => question === 'tip').length

describe('the watch over several nodes', () => {
  it('probes them before the first call, which waits for it', async () => {
    await watch.ready()
    expect(fleet.members.health().map(({ state }) => state)).toEqual(['ready', 'ready'])
    expect(changes).toEqual(['0: unknown -> ready', '1: unknown -> ready'])
  })

  it('holds up the first call by no more than a second, if a node hangs', async () => {
    const [first] = fleet.nodes
    if (first) first.queries.committedTip = () => new Promise(() => undefined)
    const startedAt = performance.now()
    await watch.ready()
    expect(performance.now() - startedAt).toBeLessThan(1_900)
  })

  it('probes again when there is traffic, every five seconds', async () => {
    await watch.ready()
    fleet.clock.time += 4_999
    await watch.ready()
    expect(probes()).toBe(1)
    fleet.clock.time += 1
    await watch.ready()
    await watch.ready()
    await watch.probe()
    expect(probes()).toBe(2)
  })

  it('probes again after one second while not all is well, and tells of each change once', async () => {
    const [first] = fleet.nodes
    if (first) first.isDown = true
    await watch.ready()
    await watch.probe()
    fleet.clock.time += 1_000
    if (first) first.isDown = false
    await watch.ready()
    await watch.probe()
    expect(changes).toEqual(['0: unknown -> down', '1: unknown -> ready', '0: down -> ready'])
  })

  it('tells the health of each as it is now, by one probe for all who ask at once', async () => {
    expect(await watch.health()).toMatchObject([
      { url: 'http://node-0', state: 'ready', height: 100 },
      { url: 'http://node-1', state: 'ready', height: 100 },
    ])
    const [first] = fleet.nodes
    if (first) first.isDown = true
    const [one, two] = await Promise.all([watch.health(), watch.health()])
    expect([one[0]?.state, two[0]?.state, probes()]).toEqual(['down', 'down', 2])
  })
})

describe('the watch over a single node', () => {
  beforeEach(() => open(1))

  it('asks nothing before calls', async () => {
    await watch.ready()
    expect(probes()).toBe(0)
  })

  it('tells its health all the same', async () => {
    const [only] = fleet.nodes
    if (only) only.hasTxindex = false
    expect(await watch.health()).toMatchObject([{ state: 'no-blocks' }])
  })
})
