import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatRecordRef, parseRecordRef, sameRef } from './record-ref.js'

const ID = 'ab'.repeat(32)

test('a reference reads as height and id', () => {
  expect(parseRecordRef(`0:${ID}`)).toEqual({ height: 0, id: ID })
  expect(parseRecordRef(`1234567:${ID}`)).toEqual({ height: 1_234_567, id: ID })
  expect(parseRecordRef(`9007199254740991:${ID}`)).toEqual({ height: Number.MAX_SAFE_INTEGER, id: ID })
})

test.each([
  ['nothing', ''],
  ['a leading zero', `01:${ID}`],
  ['a plus', `+1:${ID}`],
  ['a minus', `-1:${ID}`],
  ['a fraction', `1.0:${ID}`],
  ['an exponent', `1e3:${ID}`],
  ['no height', `:${ID}`],
  ['no id', '1:'],
  ['upper-case hex', `1:${ID.toUpperCase()}`],
  ['a short id', `1:${ID.slice(1)}`],
  ['a long id', `1:${ID}0`],
  ['no hex', `1:${'g'.repeat(64)}`],
  ['a space before', ` 1:${ID}`],
  ['a line feed after', `1:${ID}\n`],
  ['a second colon', `1::${ID}`],
  ['other digits than ASCII', `١:${ID}`],
  ['a height above 2^53 - 1', `9007199254740992:${ID}`],
  ['a height of very many digits', `${'9'.repeat(10_000)}:${ID}`],
  ['the id alone', ID],
])('a reference with %s names nothing', (_, text) => {
  expect(parseRecordRef(text)).toBeNull()
})

test('what is written reads back, and only so', () => {
  const hex = fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 })
  const refs = fc.record({ height: fc.maxSafeNat(), id: hex.map((digits) => digits.join('')) })
  fc.assert(
    fc.property(refs, (ref) => {
      expect(parseRecordRef(formatRecordRef(ref))).toEqual(ref)
      expect(sameRef(ref, { ...ref })).toBe(true)
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ref = parseRecordRef(text)
      if (ref) expect(formatRecordRef(ref)).toBe(text)
    }),
  )
})

test('no reference is written as the empty text', () => {
  expect(formatRecordRef(null)).toBe('')
})

test('references are the same only where height and id are', () => {
  expect(sameRef({ height: 1, id: ID }, { height: 2, id: ID })).toBe(false)
  expect(sameRef({ height: 1, id: ID }, { height: 1, id: 'cd'.repeat(32) })).toBe(false)
})
