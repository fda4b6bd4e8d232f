import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFilm } from './film.js'

async function whole(size: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of createFilm(size).bytes()) parts.push(part)
  return Buffer.concat(parts)
}

describe('the film', () => {
  it('is the same each time, and does not repeat', async () => {
    expect((await whole(20)).toString('hex')).toBe(HEAD)
    expect(createFilm(1e12).part(0, 20)).toEqual(Uint8Array.from(Buffer.from(HEAD, 'hex')))
    const blocks = new Set((await whole(1_600)).toString('hex').match(/.{32}/g))
    expect(blocks.size).toBe(100)
  })

  it('has as many bytes as it was asked for', async () => {
    for (const size of [1, 15, 16, 17, 262_144, 262_145, 600_000])
      expect(await whole(size)).toHaveLength(size)
  })

  it('is the same in any part as in the whole', async () => {
    const bytes = await whole(300_000)
    const film = createFilm(300_000)
    fc.assert(
      fc.property(fc.nat(299_999), fc.nat(70_000), (offset, wanted) => {
        const length = Math.min(wanted, 300_000 - offset)
        expect(bytes.subarray(offset, offset + length).equals(film.part(offset, length))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('has parts beyond four gigabytes', () => {
    const film = createFilm(1e12)
    const far = film.part(5_000_000_000, 40)
    expect(far.subarray(7)).toEqual(film.part(5_000_000_007, 33))
    expect(far).not.toEqual(film.part(5_000_000_000 % 2 ** 32, 40))
  })
})

/** AES-128-CTR over zeros under the key "the film of the " and a counter from 0: checked with OpenSSL. */
const HEAD = '35818ebf64a6f6be5cf6aabbc0daa4517ea4b72a'
