import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLosslessJson, stringifyLosslessJson } from './lossless-json.js'

describe('parseLosslessJson', () => {
  it('keeps every digit of a nonce and a timestamp', () => {
    expect(
      parseLosslessJson('{"PartialID":17522480991273462664,"TstampNanoSecs":1795510750827409325}'),
    ).toEqual({
      PartialID: 17522480991273462664n,
      TstampNanoSecs: 1795510750827409325n,
    })
  })

  it('gives a small integer as a number beside a large one', () => {
    expect(parseLosslessJson('{"Height":5,"PartialID":17522480991273462664}')).toEqual({
      Height: 5,
      PartialID: 17522480991273462664n,
    })
  })

  it('gives a bigint for 2^53 + 1 and 2^64 - 1, and the exact number below 16 digits', () => {
    expect(parseLosslessJson('[9007199254740993, 18446744073709551615, -9007199254740993]')).toEqual([
      9007199254740993n,
      18446744073709551615n,
      -9007199254740993n,
    ])
    expect(parseLosslessJson('[999999999999999, 0, -5, 1.5]')).toEqual([999999999999999, 0, -5, 1.5])
  })

  it('takes a fraction or an exponent as a number even beside long digits', () => {
    expect(parseLosslessJson('[1.5, 0.1234567890123456789, 1e21]')).toEqual([1.5, 0.12345678901234568, 1e21])
  })

  it('keeps __proto__ as a plain key on both paths', () => {
    for (const text of ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1},"n":12345678901234567890}']) {
      const value = parseLosslessJson(text) as object
      expect(Object.keys(value)).toContain('__proto__')
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    }
  })

  it.each([
    '',
    '{',
    '{"a":1',
    '{"a":12345678901234567890',
    'hello',
    '<html>',
    '{} x',
  ])('refuses %j', (text) => {
    expect(() => parseLosslessJson(text)).toThrow(SyntaxError)
  })

  it('reads what stringifyLosslessJson wrote', () => {
    const integers = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }))
    fc.assert(
      fc.property(integers, (values) => {
        const read = parseLosslessJson(stringifyLosslessJson({ values })) as { values: (bigint | number)[] }
        expect(read.values.map(BigInt)).toEqual(values)
      }),
      { numRuns: 100 },
    )
  })
})

describe('stringifyLosslessJson', () => {
  it('writes a bigint as a plain integer', () => {
    expect(stringifyLosslessJson({ AmountNanos: 18446744073709551615n, Limit: 100 })).toBe(
      '{"AmountNanos":18446744073709551615,"Limit":100}',
    )
  })

  it('leaves out what is undefined', () => {
    expect(stringifyLosslessJson({ a: undefined, b: 1 })).toBe('{"b":1}')
  })
})
