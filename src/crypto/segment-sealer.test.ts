import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newHeader } from './segment-cipher.js'
import { SegmentSealer } from './segment-sealer.js'
import { ciphertextSize, encryptWithHeader } from './streaming-aead.js'

const key = randomBytes(32)
const associatedData = randomBytes(49)

async function whole(plain: Uint8Array, header: Uint8Array): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of encryptWithHeader([plain] as never, header, { key, associatedData }))
    pieces.push(piece)
  return Buffer.concat(pieces)
}

describe('a sealer of segments', () => {
  it.each([
    0, 1, 65_479, 65_480, 65_481, 131_000, 131_001, 200_000,
  ])('gives the ciphertext of the stream, of %i bytes in pieces, taken up again after each of them', async (size) => {
    const plain = randomBytes(size)
    const header = newHeader()
    const pieces: Uint8Array[] = []
    const emit = (piece: Uint8Array) => pieces.push(Uint8Array.from(piece))
    let sealer = new SegmentSealer({ key, associatedData, header, plainSize: size })
    sealer.finishEmpty(emit)
    for (let at = 0, length = 1; at < size; at += length, length = (length * 7 + 13) % 70_001) {
      sealer.update(plain.subarray(at, at + length), emit)
      const written = pieces.reduce((sum, piece) => sum + piece.length, 0)
      expect(sealer.sealedBytes).toBe(written)
      const pending = Uint8Array.from(sealer.pending)
      sealer = new SegmentSealer({
        key,
        associatedData,
        header,
        plainSize: size,
        offset: sealer.offset,
        pending,
      })
    }
    expect(sealer.isDone).toBe(true)
    expect(Buffer.concat(pieces).equals(await whole(plain, header))).toBe(true)
    expect(sealer.sealedBytes).toBe(ciphertextSize(size))
  })

  it('takes no byte beyond the size, and no pending bytes that are not those of the offset', () => {
    const header = newHeader()
    const options = { key, associatedData, header, plainSize: 100_000 }
    const sealer = new SegmentSealer({ ...options, offset: 65_480 })
    expect(() => sealer.update(new Uint8Array(34_521), () => {})).toThrow(RangeError)
    expect(sealer.offset).toBe(65_480)
    expect(() => new SegmentSealer({ ...options, offset: 65_481 })).toThrow(RangeError)
    expect(() => new SegmentSealer({ ...options, offset: 65_480, pending: new Uint8Array(1) })).toThrow(
      RangeError,
    )
  })
})
