import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { FileNames, isFileName } from './file-name.js'

const deep = (parts: number) => Array.from({ length: parts }, () => 'd').join('/')

test.each([
  'a',
  'film.mp4',
  '.hidden',
  '...',
  '~',
  'a b',
  ' ',
  'ü.txt',
  '日本.mp4',
  '\\',
  '..\\..\\a',
  'x'.repeat(255),
  'é'.repeat(127),
  'a/b',
  'episode-1/index.m3u8',
  '.../..a/.b',
  'a/ /b',
  '%2e%2e/%2f',
  deep(32),
  `${'x'.repeat(255)}/${'y'.repeat(255)}/${'z'.repeat(255)}/${'w'.repeat(255)}/a`.slice(0, 1_023),
  `${'é'.repeat(127)}/${'é'.repeat(127)}/${'é'.repeat(127)}/${'é'.repeat(127)}`,
])('%j may name a file', (name) => {
  expect(isFileName(name)).toBe(true)
})

test.each([
  ['nothing', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['a NUL', 'a\0'],
  ['a line feed', 'a\n'],
  ['a DEL', 'a\x7f'],
  ['a C1 control', 'a\x85'],
  ['half a surrogate pair', 'a\ud800'],
  ['256 bytes', 'x'.repeat(256)],
  ['256 bytes in 128 characters', 'é'.repeat(128)],
  ['a slash', '/'],
  ['a path from the root', '/a'],
  ['a folder', 'a/'],
  ['an empty part', 'a//b'],
  ['a way up', '../a'],
  ['a way up in between', 'a/../b'],
  ['a way up at the end', 'a/..'],
  ['the same folder', './a'],
  ['the same folder in between', 'a/./b'],
  ['a NUL in a folder', 'a\0/b'],
  ['256 bytes in a folder', `${'x'.repeat(256)}/a`],
  ['256 bytes below a folder', `a/${'x'.repeat(256)}`],
  ['33 parts', deep(33)],
  ['1,025 bytes', `${'x'.repeat(255)}/${'y'.repeat(255)}/${'z'.repeat(255)}/${'w'.repeat(255)}/ab`],
  ['a megabyte', 'a/'.repeat(500_000)],
])('%s may not name a file', (_, name) => {
  expect(isFileName(name)).toBe(false)
})

describe('the names of one content', () => {
  const fault = (...names: string[]) => {
    const taken = new FileNames()
    return names.map((name) => taken.add(name)).at(-1)
  }

  it.each([
    ['a', 'b'],
    ['a/b', 'a/c'],
    ['a/b', 'b'],
    ['a', 'A/b'],
    ['a-', 'a/b'],
    ['a/b', 'a b'],
    ['b/a', 'a'],
  ])('may be %j and %j', (...names) => {
    expect(fault(...names)).toBeNull()
  })

  it('are each there once', () => {
    expect(fault('a', 'b', 'a')).toBe('twice')
    expect(fault('a/b', 'a/c', 'a/b')).toBe('twice')
  })

  it.each([
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['a', 'a/b/c/d'],
    ['a/b/c/d', 'a/b'],
    ['x', 'a/b/c', 'a/b/d', 'a/b/c/e'],
  ])('are no file and folder at once: %j, %j', (...names) => {
    expect(fault(...names)).toBe('file and folder')
  })

  it('do not depend on their order', () => {
    const name = fc.array(fc.constantFrom('a', 'b', 'a-'), { minLength: 1, maxLength: 4 })
    const names = fc.uniqueArray(
      name.map((parts) => parts.join('/')),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(names, (given) => {
        const clashes = given.some((one) => given.some((other) => other.startsWith(`${one}/`)))
        const taken = new FileNames()
        const faults = given.map((each) => taken.add(each))
        // After a fault the rest does not count.
        expect(faults.some((each) => each !== null)).toBe(clashes)
      }),
    )
  })
})
