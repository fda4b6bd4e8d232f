import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDeso, MAX_NANOS, parseDecimal } from './amounts.js'

test('decimal strings read as integers of any size', () => {
  expect(parseDecimal('0')).toBe(0n)
  expect(parseDecimal('18446744073709551615')).toBe(MAX_NANOS)
  expect(parseDecimal('9'.repeat(20_000))).toBe(10n ** 20_000n - 1n)
})

test.each([
  '',
  '00',
  '01',
  '+1',
  '-1',
  '1.0',
  '1e3',
  ' 1',
  '1 ',
  '1\n',
  '0x10',
  '1_000',
  '1n',
  '١',
  '½',
])('%j is no decimal string', (text) => {
  expect(parseDecimal(text)).toBeNull()
})

test('a value above the maximum is refused, the maximum is not', () => {
  expect(parseDecimal('18446744073709551615', MAX_NANOS)).toBe(MAX_NANOS)
  expect(parseDecimal('18446744073709551616', MAX_NANOS)).toBeNull()
})

test('every integer reads back from its own text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n }), (value) => {
      expect(parseDecimal(String(value))).toBe(value)
    }),
  )
})

test.each([
  [0n, '0'],
  [1n, '0.000000001'],
  [1_000_000_000n, '1'],
  [1_500_000_000n, '1.5'],
  [10_000_000_000n, '10'],
  [123_456_789n, '0.123456789'],
  [MAX_NANOS, '18446744073.709551615'],
])('%s nanos are %s DESO', (nanos, deso) => {
  expect(formatDeso(nanos)).toBe(deso)
})
