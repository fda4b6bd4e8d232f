import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter, bool, bytes, bytesOfLength, type Field, uint64 } from './wire.js'

function encode<T>(field: Field<T>, value: T): Uint8Array {
  const writer = new ByteWriter()
  field.write(writer, value)
  return writer.toBytes()
}

function decode<T>(field: Field<T>, ...source: number[]): T {
  const reader = new ByteReader(Uint8Array.from(source))
  const value = field.read(reader)
  reader.expectEnd()
  return value
}

describe('integers', () => {
  test.each([
    [0n, [0x00]],
    [127n, [0x7f]],
    [128n, [0x80, 0x01]],
    [300n, [0xac, 0x02]],
    [2n ** 53n + 1n, [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]],
    [2n ** 63n, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    [2n ** 64n - 1n, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ])('%d has one form', (value, form) => {
    expect(encode(uint64, value)).toEqual(Uint8Array.from(form))
    expect(decode(uint64, ...form)).toBe(value)
  })

  test('read back what was written', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 2n ** 64n - 1n),
        (value) => decode(uint64, ...encode(uint64, value)) === value,
      ),
    )
  })

  test.each([
    ['a zero in two bytes', [0x80, 0x00], 'a padded integer at byte 0'],
    ['a padded one', [0x81, 0x80, 0x00], 'a padded integer at byte 0'],
    ['2^64', [...Array(9).fill(0x80), 0x02], 'an integer above 64 bits at byte 0'],
    ['one that does not end', Array(11).fill(0xff), 'an integer above 64 bits at byte 0'],
    ['one that is cut', [0x80, 0x80], 'an early end at byte 2'],
  ])('%s does not read', (_, source, problem) => {
    expect(() => decode(uint64, ...source)).toThrow(problem)
  })

  test.each([-1n, 2n ** 64n])('%d is not written', (value) => {
    expect(() => encode(uint64, value)).toThrow(RangeError)
  })
})

describe('booleans', () => {
  test('are 0 or 1 and nothing else', () => {
    expect(encode(bool, true)).toEqual(Uint8Array.of(1))
    expect(encode(bool, false)).toEqual(Uint8Array.of(0))
    expect([decode(bool, 1), decode(bool, 0)]).toEqual([true, false])
    expect(() => decode(bool, 2)).toThrow('a boolean of 2 at byte 0')
  })
})

describe('byte strings', () => {
  test('stand behind their length', () => {
    expect(encode(bytes, Uint8Array.of(7, 8))).toEqual(Uint8Array.of(2, 7, 8))
    expect(decode(bytes, 2, 7, 8)).toEqual(Uint8Array.of(7, 8))
    expect(decode(bytes, 0)).toEqual(new Uint8Array())
  })

  test('are copies, so that what was decoded outlives and ignores its source', () => {
    const source = Buffer.of(2, 7, 8)
    const value = bytes.read(new ByteReader(source))
    source.fill(0)
    expect(value).toEqual(Uint8Array.of(7, 8))
    expect(value.buffer.byteLength).toBe(2)
  })

  test('that claim more than there is are refused before anything is made for them', () => {
    const claim = [...encode(uint64, 2n ** 64n - 1n)]
    expect(() => decode(bytes, ...claim)).toThrow(
      '18446744073709551615, more than there are bytes, at byte 0',
    )
  })

  test('of a fixed length have no other', () => {
    const pair = bytesOfLength(0, 2)
    expect(decode(pair, 2, 7, 8)).toEqual(Uint8Array.of(7, 8))
    expect(decode(pair, 0)).toEqual(new Uint8Array())
    expect(() => decode(pair, 1, 7)).toThrow('1 bytes in place of 0 or 2 at byte 0')
    expect(() => encode(pair, Uint8Array.of(1))).toThrow(RangeError)
  })
})

describe('a window', () => {
  test('ends where it says, and counts from the start of all', () => {
    const reader = new ByteReader(Uint8Array.of(9, 1, 0x80, 0x01))
    reader.byte()
    const window = reader.window(2)
    expect(window.byte()).toBe(1)
    expect(() => window.uvarint()).toThrow('an early end at byte 3')
    expect(reader.rest()).toEqual(Uint8Array.of(1))
    expect(() => reader.raw(1)).toThrow('an early end at byte 4')
  })
})

test('surplus bytes are told with their place', () => {
  expect(() => decode(uint64, 5, 6)).toThrow(
    expect.objectContaining({
      name: 'MalformedTransactionError',
      code: 'MALFORMED_TRANSACTION',
      problem: 'surplus bytes',
      offset: 1,
      message: 'Not a well-formed DeSo transaction: surplus bytes at byte 1.',
    }),
  )
})
