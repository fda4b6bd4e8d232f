import { describe, expect, it } from 'vitest'
import { SharedReads } from './shared-reads.js'

/** A node that answers when told, with how often it had been asked. */
function slowNode() {
  const asked: { answer: () => void; fail: () => void; signal: AbortSignal }[] = []
  return {
    asked,
    load: (signal: AbortSignal) =>
      new Promise<number>((resolve, reject) => {
        const count = asked.length + 1
        asked.push({ answer: () => resolve(count), fail: () => reject(new Error('no')), signal })
      }),
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('reads that many want', () => {
  it('are made once for all who come together', async () => {
    const reads = new SharedReads<number>()
    const node = slowNode()
    const answers = [1, 2, 3].map(() => reads.read('a', node.load, undefined))
    await turn()
    expect(node.asked).toHaveLength(1)
    node.asked[0]?.answer()
    expect(await Promise.all(answers)).toEqual([1, 1, 1])
  })

  it('never answer who came later by what was asked before', async () => {
    const reads = new SharedReads<number>()
    const node = slowNode()
    const first = reads.read('a', node.load, undefined)
    await turn()
    const later = [reads.read('a', node.load, undefined), reads.read('a', node.load, undefined)]
    await turn()
    expect(node.asked).toHaveLength(1)
    node.asked[0]?.answer()
    expect(await first).toBe(1)
    await turn()
    node.asked[1]?.answer()
    expect(await Promise.all(later)).toEqual([2, 2])
    expect(node.asked).toHaveLength(2)
  })

  it('of other keys do not wait for each other', async () => {
    const reads = new SharedReads<number>()
    const node = slowNode()
    const both = [reads.read('a', node.load, undefined), reads.read('b', node.load, undefined)]
    await turn()
    expect(node.asked).toHaveLength(2)
    for (const { answer } of node.asked) answer()
    expect(await Promise.all(both)).toEqual([1, 2])
  })

  it('that fail fail for those who waited, and are made anew for the next', async () => {
    const reads = new SharedReads<number>()
    const node = slowNode()
    const first = reads.read('a', node.load, undefined)
    await turn()
    const next = reads.read('a', node.load, undefined)
    node.asked[0]?.fail()
    await expect(first).rejects.toThrow('no')
    await turn()
    node.asked[1]?.answer()
    expect(await next).toBe(2)
  })

  it('go on while anybody waits, and are given up when nobody does', async () => {
    const reads = new SharedReads<number>()
    const node = slowNode()
    const [one, other] = [new AbortController(), new AbortController()]
    const both = [one, other].map(({ signal }) => reads.read('a', node.load, signal).catch(() => 'left'))
    await turn()
    one.abort()
    await turn()
    expect(node.asked[0]?.signal.aborted).toBe(false)
    other.abort()
    await turn()
    expect(node.asked[0]?.signal.aborted).toBe(true)
    expect(await Promise.all(both)).toEqual(['left', 'left'])
  })
})
