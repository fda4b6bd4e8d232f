import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunksOf, collect, keystreamBytes } from '../../test/support/bytes.js'
import { BlockChunker } from './block-chunker.js'

describe('a stream cut into blocks', () => {
  it('is whole blocks and a rest, however it comes', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(fc.nat(200), sizes, fc.integer({ min: 1, max: 16 }), async (size, pieces, block) => {
        const bytes = keystreamBytes('cut', size)
        const blocks: Buffer[] = []
        for await (const one of new BlockChunker(block, 2).cut(chunksOf(bytes, pieces)))
          blocks.push(Buffer.from(one))
        expect(Buffer.concat(blocks)).toEqual(bytes)
        const whole = Array.from({ length: Math.floor(size / block) }, () => block)
        const rest = size % block > 0 || size === 0 ? [size % block] : []
        expect(blocks.map(({ length }) => length)).toEqual([...whole, ...rest])
      }),
      { numRuns: 50 },
    )
  })

  it('without a byte is one empty block', async () => {
    expect(await collect(new BlockChunker(4, 2).cut(chunksOf(Buffer.alloc(0))))).toEqual(Buffer.alloc(0))
  })

  it('has a buffer for each block that is still used, and takes those again that are not', async () => {
    const chunker = new BlockChunker(4, 1)
    const blocks = chunker.cut(chunksOf(Buffer.from('aaaabbbbccccddddeeee')))
    const take = async () => (await blocks.next()).value as Uint8Array
    const [a, b] = [await take(), await take()]
    expect([String(Buffer.from(a)), String(Buffer.from(b))]).toEqual(['aaaa', 'bbbb'])
    chunker.release(a)
    chunker.release(b) // one too many to keep
    const [c, d] = [await take(), await take()]
    expect([c === a, d === a, d === b]).toEqual([true, false, false])
    expect([a, b, d].map((block) => String(Buffer.from(block)))).toEqual(['cccc', 'bbbb', 'dddd'])
    chunker.release(Buffer.from('no block of its own'))
    expect(String(Buffer.from(await take()))).toBe('eeee')
  })
})
