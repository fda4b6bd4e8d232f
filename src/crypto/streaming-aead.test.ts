import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunksOf, collect, keystreamBytes } from '../../test/support/bytes.js'
import { DecryptionError } from './errors.js'
import {
  ciphertextSize,
  type DecryptRangeOptions,
  decryptRange,
  encryptStream,
  encryptWithHeader,
  plaintextSize,
  SEGMENT_BYTES,
} from './streaming-aead.js'

interface Vector {
  segmentSize: number
  keyHex: string
  associatedData: string
  plaintextLength: number
  plaintextSeed: string
  plaintextSha256: string
  ciphertextLength: number
  ciphertextSha256: string
  ciphertextBase64?: string
  file?: string
}

const fixtures = new URL('../../test/fixtures/crypto/', import.meta.url)
const { vectors } = JSON.parse(readFileSync(new URL('aes256-gcm-hkdf-streaming.json', fixtures), 'utf8')) as {
  vectors: Vector[]
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const key = Uint8Array.from(Buffer.from('5e'.repeat(32), 'hex'))
const associatedData = new TextEncoder().encode('creator|file')
const small = { key, associatedData, segmentBytes: 256 }

const encrypt = (plain: Uint8Array, options = small, sizes?: number[]) =>
  collect(encryptStream(chunksOf(plain, sizes), options))

/** Decrypts from memory and notes which parts of the ciphertext were asked for. */
function reading(cipher: Uint8Array, sizes?: number[]) {
  const reads: [number, number][] = []
  const read = (offset: number, length: number) => {
    reads.push([offset, length])
    return chunksOf(cipher.subarray(offset, offset + length), sizes)
  }
  return { reads, read }
}

function decrypt(cipher: Uint8Array, plainSize: number, options: Partial<DecryptRangeOptions> = {}) {
  return collect(
    decryptRange({
      ...small,
      read: reading(cipher).read,
      plainSize,
      offset: 0,
      length: plainSize,
      ...options,
    }),
  )
}

describe('vectors of tink-go', () => {
  it.each(
    vectors.map(
      (vector) =>
        [
          `${vector.plaintextLength} bytes in segments of ${vector.segmentSize} with "${vector.associatedData}"`,
          vector,
        ] as const,
    ),
  )('%s: both ways', async (_, vector) => {
    const cipher = vector.file
      ? readFileSync(new URL(vector.file, fixtures))
      : Buffer.from(vector.ciphertextBase64 as string, 'base64')
    expect(sha256(cipher)).toBe(vector.ciphertextSha256)
    const plain = keystreamBytes(vector.plaintextSeed, vector.plaintextLength)
    expect(sha256(plain)).toBe(vector.plaintextSha256)
    const options = {
      key: Buffer.from(vector.keyHex, 'hex'),
      associatedData: Buffer.from(vector.associatedData),
      segmentBytes: vector.segmentSize,
    }

    expect(sha256(await decrypt(cipher, plain.length, options))).toBe(vector.plaintextSha256)
    const again = encryptWithHeader(chunksOf(plain, [1000, 1, 70_000]), cipher.subarray(0, 40), options)
    expect(sha256(await collect(again))).toBe(vector.ciphertextSha256)
    expect(ciphertextSize(plain.length, vector.segmentSize)).toBe(vector.ciphertextLength)
    expect(plaintextSize(vector.ciphertextLength, vector.segmentSize)).toBe(plain.length)
  })
})

describe('sizes', () => {
  it('are exact in both directions for every small size', () => {
    for (let size = 0; size < 2000; size++) {
      const segments = size <= 200 ? 1 : 1 + Math.ceil((size - 200) / 240)
      expect(ciphertextSize(size, 256)).toBe(40 + size + 16 * segments)
      expect(plaintextSize(ciphertextSize(size, 256), 256)).toBe(size)
    }
  })

  it('are exact for 5 GiB in 64 KiB segments', () => {
    expect(ciphertextSize(5 * 2 ** 30)).toBe(5_370_020_216)
    expect(plaintextSize(5_370_020_216)).toBe(5 * 2 ** 30)
  })

  it('refuse what no ciphertext has: no tag, or an empty segment behind a full one', () => {
    for (const size of [0, 39, 55, 257, 272]) expect(() => plaintextSize(size, 256)).toThrow(DecryptionError)
    expect(plaintextSize(56, 256)).toBe(0)
    expect(plaintextSize(273, 256)).toBe(201)
  })
})

describe('encryptStream', () => {
  it('starts with a fresh header and gives whole segments, each with its tag behind it', async () => {
    const chunks: Uint8Array[] = []
    for await (const chunk of encryptStream(chunksOf(randomBytes(700), [9]), small)) chunks.push(chunk)
    expect(chunks.map((chunk) => chunk.length)).toEqual([40, 200, 16, 240, 16, 240, 16, 20, 16])
    expect(chunks[0]?.[0]).toBe(40)
    const header = (await encrypt(new Uint8Array(1))).subarray(0, 40)
    expect(header.equals((await encrypt(new Uint8Array(1))).subarray(0, 40))).toBe(false)
  })

  it('holds two segments at most: what it took and has not given stays below that, whatever the chunks', async () => {
    for (const sizes of [[7], [240], [241], [100, 1, 900]]) {
      let taken = 0
      let given = 0
      let held = 0
      async function* counted() {
        for await (const chunk of chunksOf(randomBytes(10_000), sizes)) {
          held = Math.max(held, taken - given)
          taken += chunk.length
          yield chunk
        }
      }
      for await (const { length } of encryptStream(counted(), small)) given += length === 16 ? 0 : length
      expect(held).toBeLessThanOrEqual(2 * 256)
    }
  })

  it('does not keep a chunk that its source writes over', async () => {
    const reused = Buffer.alloc(100)
    async function* source() {
      for (let i = 0; i < 10; i++) yield reused.fill(i)
    }
    const cipher = await collect(encryptStream(source(), small))
    const expected = Buffer.concat(Array.from({ length: 10 }, (_, i) => Buffer.alloc(100, i)))
    expect((await decrypt(cipher, 1000)).equals(expected)).toBe(true)
  })

  it("passes the source's error on unchanged", async () => {
    const gone = new Error('client gone')
    async function* source() {
      yield new Uint8Array(1000)
      throw gone
    }
    await expect(collect(encryptStream(source(), small))).rejects.toBe(gone)
  })

  it('ends its source when nobody reads on, or on abort', async () => {
    let ended = 0
    async function* source() {
      try {
        for (;;) yield new Uint8Array(1000)
      } finally {
        ended += 1
      }
    }
    for await (const _ of encryptStream(source(), small)) break
    expect(ended).toBe(1)

    const abort = new AbortController()
    const reason = new Error('stop')
    const reading = (async () => {
      for await (const _ of encryptStream(source(), { ...small, signal: abort.signal })) abort.abort(reason)
    })()
    await expect(reading).rejects.toBe(reason)
    expect(ended).toBe(2)
  })
})

describe('decryptRange', () => {
  it('gives back any range of any file, read in any chunks, and asks for no byte beside its segments', async () => {
    const range = fc.integer({ min: 0, max: 3000 }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        at: fc.tuple(fc.nat(size), fc.nat(size)),
        chunks: fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 4 }),
        knowsHeader: fc.boolean(),
      }),
    )
    await fc.assert(
      fc.asyncProperty(range, async ({ size, at, chunks, knowsHeader }) => {
        const offset = Math.min(...at)
        const length = Math.max(...at) - offset
        const plain = keystreamBytes('ranges', size)
        const cipher = await encrypt(plain, small, chunks)
        const { read, reads } = reading(cipher, chunks)
        const header = knowsHeader ? cipher.subarray(0, 40) : undefined
        const got = await decrypt(cipher, size, { read, offset, length, header })
        expect(got.equals(plain.subarray(offset, offset + length))).toBe(true)

        if (length === 0 && size > 0) {
          expect(reads).toEqual([])
          return
        }
        const first = Math.floor((offset + 40) / 240)
        const last = Math.floor((Math.max(offset, offset + length - 1) + 40) / 240)
        const end = Math.min((last + 1) * 256, cipher.length)
        const start = first > 0 ? first * 256 : knowsHeader ? 40 : 0
        const headerRead: [number, number][] = first > 0 && !knowsHeader ? [[0, 40]] : []
        expect(reads).toEqual([...headerRead, [start, end - start]])
      }),
      { numRuns: 300 },
    )
  })

  it('of a range in the middle reads the header and two segments of 64 KiB', async () => {
    const plain = keystreamBytes('middle', 1_000_000)
    const options = { key, associatedData, segmentBytes: SEGMENT_BYTES }
    const cipher = await encrypt(plain, options)
    const { read, reads } = reading(cipher)
    const got = await decrypt(cipher, plain.length, { ...options, read, offset: 500_000, length: 65_536 })
    expect(got.equals(plain.subarray(500_000, 565_536))).toBe(true)
    expect(reads).toEqual([
      [0, 40],
      [458_752, 131_072],
    ])
  })

  it('stops reading when its reader stops', async () => {
    const cipher = await encrypt(new Uint8Array(10_000))
    let read = 0
    let ended = false
    async function* counted() {
      try {
        for await (const chunk of chunksOf(cipher, [256])) {
          read += chunk.length
          yield chunk
        }
      } finally {
        ended = true
      }
    }
    const plain = decryptRange({ ...small, read: counted, plainSize: 10_000, offset: 0, length: 10_000 })
    for await (const _ of plain) break
    expect(ended).toBe(true)
    expect(read).toBe(256)
  })

  it('rejects with the reason of its signal between segments', async () => {
    const cipher = await encrypt(new Uint8Array(10_000))
    const abort = new AbortController()
    const reason = new Error('client gone')
    const plain = decryptRange({
      ...small,
      read: reading(cipher).read,
      plainSize: 10_000,
      offset: 0,
      length: 10_000,
      signal: abort.signal,
    })
    await plain.next()
    abort.abort(reason)
    await expect(plain.next()).rejects.toBe(reason)
  })

  it('refuses a range that does not lie within the file', async () => {
    const cipher = await encrypt(new Uint8Array(100))
    for (const [offset, length] of [
      [0, 101],
      [100, 1],
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      await expect(decrypt(cipher, 100, { offset, length })).rejects.toThrow(RangeError)
    }
  })

  it("passes the reader's error on unchanged", async () => {
    const gone = new Error('no such block')
    // biome-ignore lint/correctness/useYield: it fails before it has anything to give
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw gone
    }
    await expect(decrypt(new Uint8Array(0), 100, { read: broken })).rejects.toBe(gone)
  })
})

describe('what is not authentic', () => {
  const plain = keystreamBytes('tampered', 1100)
  const header = 40
  const segmentsOf = (cipher: Buffer) =>
    Array.from({ length: Math.ceil(cipher.length / 256) }, (_, i) =>
      cipher.subarray(i === 0 ? header : i * 256, (i + 1) * 256),
    )

  /** Decrypts to the end or to the error; what came out before must be a true beginning. */
  async function released(cipher: Uint8Array, plainSize: number, options: Partial<DecryptRangeOptions> = {}) {
    const out: Uint8Array[] = []
    let error: unknown
    try {
      const { read } = reading(cipher)
      const range = { ...small, read, plainSize, offset: 0, length: plainSize, ...options }
      for await (const chunk of decryptRange(range)) out.push(chunk)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(DecryptionError)
    const bytes = Buffer.concat(out)
    expect(bytes.equals(plain.subarray(0, bytes.length))).toBe(true)
    return bytes.length
  }

  it('another key, other associated data or another file of the same key give not a byte', async () => {
    const cipher = await encrypt(plain)
    expect(await released(cipher, 1100, { key: new Uint8Array(32) })).toBe(0)
    expect(await released(cipher, 1100, { associatedData: new TextEncoder().encode('creator|other') })).toBe(
      0,
    )
    expect(await released(cipher, 1100, { associatedData: new Uint8Array(0) })).toBe(0)
    expect(await released(cipher, 1100, { header: (await encrypt(plain)).subarray(0, 40) })).toBe(0)
  })

  it('a wrong key shows at an empty file too', async () => {
    const cipher = await encrypt(new Uint8Array(0))
    expect(cipher.length).toBe(56)
    expect((await decrypt(cipher, 0)).length).toBe(0)
    expect(await released(cipher, 0, { key: new Uint8Array(32) })).toBe(0)
    expect(await released(new Uint8Array(0), 0)).toBe(0)
  })

  it('a file cut at a segment boundary fails whether its size is told anew or not', async () => {
    const cipher = await encrypt(plain)
    for (let segments = 1; segments < 5; segments++) {
      const cut = cipher.subarray(0, segments * 256)
      const cutPlainSize = plaintextSize(cut.length, 256)
      // The size still says 1100: all whole segments are right, then the bytes end.
      expect(await released(cut, 1100)).toBe(segments * 240 - 40)
      // The size is that of the cut: its last segment was not sealed as the last.
      expect(await released(cut, cutPlainSize)).toBe(Math.max(0, (segments - 1) * 240 - 40))
    }
  })

  it('a file cut anywhere gives only whole segments', async () => {
    const cipher = await encrypt(plain)
    for (let length = 0; length < cipher.length; length += 13) {
      const whole = Math.floor(length / 256)
      expect(await released(cipher.subarray(0, length), 1100)).toBe(Math.max(0, whole * 240 - 40))
    }
  })

  it('a file made longer, by bytes or by its stated size, fails at its end', async () => {
    const cipher = await encrypt(plain)
    expect(await released(Buffer.concat([cipher, Buffer.alloc(300)]), 1400)).toBe(920)
    expect(await released(Buffer.concat([cipher, Buffer.alloc(1)]), 1101)).toBe(920)
    expect(await released(cipher, 1099)).toBe(920)
  })

  it('segments swapped, doubled, dropped or from another file fail where they stand', async () => {
    const cipher = await encrypt(plain)
    const [s0, s1, s2, s3, s4] = segmentsOf(cipher) as [Buffer, Buffer, Buffer, Buffer, Buffer]
    const foreign = segmentsOf(await encrypt(plain))
    const join = (...parts: Buffer[]) => Buffer.concat([cipher.subarray(0, header), ...parts])
    expect(await released(join(s0, s2, s1, s3, s4), 1100)).toBe(200)
    expect(await released(join(s0, s1, s1, s3, s4), 1100)).toBe(440)
    expect(await released(join(s0, s1, s1, s2, s3, s4), 1340)).toBe(440)
    expect(await released(join(s0, s1, s3, s4), 860)).toBe(440)
    expect(await released(join(s0, s1, foreign[2] as Buffer, s3, s4), 1100)).toBe(440)
    expect(await released(join(s0, s1, s2, s3, s3.subarray(0, s4.length)), 1100)).toBe(920)
  })

  it('a single changed byte stops all of its segment, and all of the file where it is in the header', async () => {
    const cipher = await encrypt(plain)
    for (let at = 0; at < cipher.length; at += 7) {
      const changed = Buffer.from(cipher)
      changed[at] = (changed[at] as number) ^ 0x80
      const segment = at < header ? 0 : Math.floor(at / 256)
      expect(await released(changed, 1100)).toBe(Math.max(0, segment * 240 - 40))
    }
  })

  it('a changed segment does not spoil ranges beside it', async () => {
    const cipher = await encrypt(plain)
    cipher[600] = (cipher[600] as number) ^ 1
    expect((await decrypt(cipher, 1100, { offset: 0, length: 440 })).equals(plain.subarray(0, 440))).toBe(
      true,
    )
    expect((await decrypt(cipher, 1100, { offset: 680, length: 420 })).equals(plain.subarray(680))).toBe(true)
    await expect(decrypt(cipher, 1100, { offset: 440, length: 1 })).rejects.toThrow(DecryptionError)
  })
})
