import { expect, test } from 'vitest'
import { InvalidInputError } from '../errors.js'
import { describePeriod, requiredNanos } from './periods.js'

test('periods cost their number times the price', () => {
  expect(requiredNanos(5_000_000_000n, 1)).toBe(5_000_000_000n)
  expect(requiredNanos(2n ** 64n - 1n, 1_200)).toBe((2n ** 64n - 1n) * 1_200n)
})

test.each([
  0,
  -1,
  1.5,
  1_201,
  Number.NaN,
  Number.POSITIVE_INFINITY,
])('%d periods cannot be bought', (periods) => {
  expect(() => requiredNanos(1n, periods)).toThrow(InvalidInputError)
})

test.each([
  [0, 'for good'],
  [1, '1 second'],
  [60, '1 minute'],
  [61, '61 seconds'],
  [3_600, '1 hour'],
  [5_400, '90 minutes'],
  [86_400, '1 day'],
  [2_592_000, '30 days'],
  [31_536_000, '1 year'],
  [315_360_000, '10 years'],
])('%d seconds are said as %j', (seconds, words) => {
  expect(describePeriod(seconds)).toBe(words)
})
