import { describe, expect, it } from 'vitest'
import { parseRange } from './byte-range.js'

const SIZE = 1000

describe('a Range header', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=0-999', 0, 1000],
    ['bytes=999-999', 999, 1000],
    ['bytes=500-', 500, 1000],
    ['bytes=0-', 0, 1000],
    ['bytes=-1', 999, 1000],
    ['bytes=-1000', 0, 1000],
    ['bytes=-5000', 0, 1000],
    ['bytes=990-5000', 990, 1000],
    ['bytes=990-99999999999999999999999999', 990, 1000],
    [`bytes=-${'9'.repeat(400)}`, 0, 1000],
    ['Bytes=1-2', 1, 3],
    ['bytes=007-8', 7, 9],
  ])('%s asks for a part', (header, start, end) => {
    expect(parseRange(header, SIZE)).toEqual({ kind: 'part', start, end })
  })

  it.each([
    'bytes=1000-',
    'bytes=1000-1001',
    'bytes=-0',
    'bytes=99999999999999999999-',
    `bytes=${'9'.repeat(400)}-`,
  ])('%s cannot be satisfied', (header) => {
    expect(parseRange(header, SIZE)).toEqual({ kind: 'unsatisfiable' })
  })

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=a-b',
    'bytes=0x1-2',
    'bytes=1.5-2',
    'bytes=-1-2',
    'bytes=0 - 1',
    'bytes=0-1,3-4',
    'bytes=0-1, bytes=3-4',
    'items=0-1',
    'bytes 0-1',
  ])('%s is ignored', (header) => {
    expect(parseRange(header, SIZE)).toEqual({ kind: 'whole' })
  })

  it('finds nothing in an empty file', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1', 'bytes=-0']) {
      expect(parseRange(header, 0)).toEqual({ kind: 'unsatisfiable' })
    }
    expect(parseRange(undefined, 0)).toEqual({ kind: 'whole' })
  })
})
