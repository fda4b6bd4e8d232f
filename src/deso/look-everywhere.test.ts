import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryNode } from '../../test/support/memory-node.js'
import { isShownAnywhere } from './look-everywhere.js'
import type { DesoNode } from './node.js'
import { transactionId } from './signature.js'

const BYTES = Buffer.from('a transaction')
const ID = transactionId(BYTES)

let nodes: MemoryNode[]

beforeEach(() => {
  nodes = [new MemoryNode(), new MemoryNode(), new MemoryNode()]
})

function isShown(above = 90): Promise<boolean> {
  const node = { perNode: () => nodes.map(({ queries }) => queries) } as unknown as DesoNode
  return isShownAnywhere(node, {
    id: ID,
    above,
    isIn: ({ transactions }) => transactions.some(({ id }) => id === ID),
  })
}

describe('a transaction whose submit was not answered', () => {
  it('is looked for on every node', async () => {
    expect(await isShown()).toBe(false)
    for (const { asked } of nodes) {
      expect(asked.filter((question) => question === 'block')).toHaveLength(12)
      expect(asked).toContain('transaction')
    }
  })

  it('has arrived if one of them has it in its mempool, by the very bytes', async () => {
    nodes[2]?.mempool.set(ID, BYTES.toString('hex'))
    expect(await isShown()).toBe(true)
    nodes[2]?.mempool.set(ID, '00')
    expect(await isShown()).toBe(false)
  })

  it('has arrived if one of them has it in a block, also in one that is not committed', async () => {
    nodes[1]?.transactions.set(102, [BYTES])
    expect(await isShown()).toBe(true)
    expect(await isShown(102)).toBe(false)
  })

  it('is found though the others are down, or keep no index', async () => {
    const [one, two, three] = nodes as [MemoryNode, MemoryNode, MemoryNode]
    one.isDown = true
    two.hasTxindex = false
    three.transactions.set(91, [BYTES])
    expect(await isShown()).toBe(true)
    three.isDown = true
    expect(await isShown()).toBe(false)
  })

  it('is not looked for further back than 64 blocks', async () => {
    await isShown(0)
    expect(nodes[0]?.asked.filter((question) => question === 'block')).toHaveLength(64)
  })
})
