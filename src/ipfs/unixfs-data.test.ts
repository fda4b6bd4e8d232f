import fc from 'fast-check'
import { UnixFS } from 'ipfs-unixfs'
import { describe, expect, it } from 'vitest'
import { InvalidDagError } from './errors.js'
import { decodeUnixfs, encodeUnixfsFile } from './unixfs-data.js'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('UnixFS messages', () => {
  it('are read as ipfs-unixfs writes them', () => {
    // Below 2^31 in all: beyond that ipfs-unixfs 13.1.1 writes nonsense (protons-runtime).
    const size = fc.bigInt(0n, 2n ** 26n)
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(size, { maxLength: 20 }),
        (data, blockSizes) => {
          const written = new UnixFS({
            type: 'file',
            data,
            blockSizes,
            mode: 0o755,
            mtime: { secs: 5n },
          }).marshal()
          const read = decodeUnixfs(written)
          const sum = blockSizes.reduce((total, part) => total + part, BigInt(data.length))
          expect(read.type).toBe(2)
          expect(read.fileSize).toBe(Number(sum))
          expect(read.blockSizes).toEqual(blockSizes.map(Number))
          expect(Buffer.from(read.data).equals(data)).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('are written as ipfs-unixfs writes them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 26), { maxLength: 20 }), (blockSizes) => {
        const oracle = new UnixFS({ type: 'file', blockSizes: blockSizes.map(BigInt) }).marshal()
        expect(Buffer.from(encodeUnixfsFile(blockSizes)).equals(oracle)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('come back from any sizes', () => {
    const size = fc.oneof(
      fc.nat(300),
      fc.integer({ min: 0, max: 2 ** 45 }),
      fc.constantFrom(2 ** 31, 2 ** 32 - 1),
    )
    fc.assert(
      fc.property(fc.array(size, { maxLength: 20 }), (blockSizes) => {
        const { type, data, fileSize, blockSizes: again } = decodeUnixfs(encodeUnixfsFile(blockSizes))
        expect({ type, bytes: data.length, fileSize, again }).toEqual({
          type: 2,
          bytes: 0,
          fileSize: blockSizes.reduce((sum, part) => sum + part, 0),
          again: blockSizes,
        })
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    [2, '0802188080808008208080808004208080808004'],
    [3, '080218808080800c208080808004208080808004208080808004'],
    [4, '0802188080808010208080808004208080808004208080808004208080808004'],
  ])('of %i GiB in parts of 1 GiB are written right, where protons-runtime fails', (parts, bytes) => {
    const written = encodeUnixfsFile(Array.from({ length: parts }, () => 2 ** 30))
    expect(Buffer.from(written).toString('hex')).toBe(bytes)
  })

  it.each([
    ['raw', 0],
    ['directory', 1],
    ['file', 2],
    ['metadata', 3],
    ['symlink', 4],
    ['hamt-sharded-directory', 5],
  ] as const)('%s has the type %i', (type, number) => {
    expect(decodeUnixfs(new UnixFS({ type }).marshal()).type).toBe(number)
  })

  it('without a file size say so', () => {
    expect(decodeUnixfs(hex('0802'))).toEqual({
      type: 2,
      data: new Uint8Array(0),
      fileSize: undefined,
      blockSizes: [],
    })
  })

  it('may hold the largest exact size, and no larger one', () => {
    expect(decodeUnixfs(hex('0802 18 ffffffffffffff0f')).fileSize).toBe(Number.MAX_SAFE_INTEGER)
    expect(() => decodeUnixfs(hex('0802 18 8080808080808010'))).toThrow(
      new InvalidDagError('A UnixFS node states a size beyond 2^53.'),
    )
  })

  it.each([
    ['a negative size', '0802 20 ffffffffffffffffff01'],
    ['2^64 - 1', '0802 18 ffffffffffffffffff01'],
    ['a number without end', '0802 18 80808080808080808080808080'],
    ['a number cut off', '0802 18 80'],
    ['bytes cut off', '0802 12 05 0000'],
    ['a fixed field cut off', '0802 51 00'],
    ['a wire type that is none', '0802 0f'],
    ['no type', '18 05'],
    ['nothing at all', ''],
  ])('%s is invalid', (_, bytes) => {
    expect(() => decodeUnixfs(hex(bytes))).toThrow(InvalidDagError)
  })

  it('skips fields that files do not need', () => {
    const read = decodeUnixfs(hex('0802 28 22 30 8002 51 0102030405060708 55 01020304 62 02 ffff 18 07'))
    expect(read.fileSize).toBe(7)
  })

  it('of any bytes is a message or an InvalidDagError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const { fileSize, blockSizes } = decodeUnixfs(bytes)
          for (const size of [fileSize ?? 0, ...blockSizes]) expect(Number.isSafeInteger(size)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidDagError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
