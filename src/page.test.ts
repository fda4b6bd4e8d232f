import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from './errors.js'
import { openCursor, pageSize, sealCursor } from './page.js'

const secret = new Uint8Array(32).fill(7)

describe('pageSize', () => {
  it('takes 20 rows unless told', () => {
    expect(pageSize({}, 100)).toBe(20)
    expect(pageSize({}, 5)).toBe(5)
  })

  it('takes 0 up to the maximum', () => {
    expect(pageSize({ first: 0 }, 100)).toBe(0)
    expect(pageSize({ first: 100 }, 100)).toBe(100)
  })

  it.each([-1, 101, 1.5, Number.NaN])('refuses %d and names the limit', (first) => {
    expect(() => pageSize({ first }, 100)).toThrow(`first: ask for 0 to 100 rows, not ${first}.`)
    expect(() => pageSize({ first }, 100)).toThrow(InvalidInputError)
  })
})

describe('cursors', () => {
  it('open to the position that they were sealed with', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (position) => {
        const cursor = sealCursor(secret, 'plans', position)
        expect(openCursor(secret, 'plans', cursor)).toEqual(JSON.parse(JSON.stringify(position)))
      }),
      { numRuns: 50 },
    )
  })

  it('are the same text for the same position', () => {
    expect(sealCursor(secret, 'plans', ['gold'])).toBe('GtA872XH91agwnPUWyJnb2xkIl0')
  })

  it('open in no other list and under no other secret', () => {
    const cursor = sealCursor(secret, 'plans:a', ['gold'])
    expect(() => openCursor(secret, 'plans:b', cursor)).toThrow('after: not a cursor of this list.')
    expect(() => openCursor(new Uint8Array(32), 'plans:a', cursor)).toThrow(InvalidInputError)
  })

  it('are refused with any bit changed, cut or lengthened', () => {
    const cursor = sealCursor(secret, 'plans', ['gold', 1])
    const bytes = Buffer.from(cursor, 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const forged = Buffer.from(bytes)
      forged[at] = (forged[at] ?? 0) ^ 1
      expect(() => openCursor(secret, 'plans', forged.toString('base64url'))).toThrow(InvalidInputError)
      expect(() => openCursor(secret, 'plans', bytes.subarray(0, at).toString('base64url'))).toThrow(
        InvalidInputError,
      )
    }
    expect(() => openCursor(secret, 'plans', `${cursor}=`)).toThrow(InvalidInputError)
  })

  it.each(['', 'nonsense', 'WyJnb2xkIl0', '💥', 'a b'])('made up as %j are refused', (forged) => {
    expect(() => openCursor(secret, 'plans', forged)).toThrow(InvalidInputError)
  })
})
