import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from './errors.js'
import { openCursor, pageSize, sealCursor } from './page.js'

const secret = new Uint8Array(32).fill(7)

describe('pageSize', () => {
  it('takes 20 rows unless told, from the start', () => {
    expect(pageSize({}, 100)).toEqual({ size: 20, isBackward: false })
    expect(pageSize({ after: 'a' }, 5)).toEqual({ size: 5, isBackward: false })
    expect(pageSize({ after: 'a', before: 'b', first: 3 }, 5)).toEqual({ size: 3, isBackward: false })
  })

  it('takes the last rows where they are asked for, or those right before a row', () => {
    expect(pageSize({ last: 3 }, 100)).toEqual({ size: 3, isBackward: true })
    expect(pageSize({ before: 'b' }, 100)).toEqual({ size: 20, isBackward: true })
    expect(pageSize({ after: 'a', last: 3 }, 100)).toEqual({ size: 3, isBackward: true })
  })

  it('takes 0 up to the maximum', () => {
    expect(pageSize({ first: 0 }, 100).size).toBe(0)
    expect(pageSize({ last: 100 }, 100).size).toBe(100)
  })

  it.each([-1, 101, 1.5, Number.NaN])('refuses %d and names the limit', (size) => {
    expect(() => pageSize({ first: size }, 100)).toThrow(`first: ask for 0 to 100 rows, not ${size}.`)
    expect(() => pageSize({ last: size }, 100)).toThrow(`last: ask for 0 to 100 rows, not ${size}.`)
    expect(() => pageSize({ first: size }, 100)).toThrow(InvalidInputError)
  })

  it('refuses first with last', () => {
    expect(() => pageSize({ first: 1, last: 1 }, 100)).toThrow(
      'first, last: give one of them; each asks for 0 to 100 rows.',
    )
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
    expect(() => openCursor(secret, 'plans:b', cursor, 'before')).toThrow(
      'before: not a cursor of this list.',
    )
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
