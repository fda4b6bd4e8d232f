import { expect, test } from 'vitest'
import { isFileName } from './file-name.js'

test.each([
  'a',
  'film.mp4',
  '.hidden',
  '...',
  'a b',
  'ü.txt',
  '日本.mp4',
  '\\',
  'x'.repeat(255),
  'é'.repeat(127),
])('%j may name a file', (name) => {
  expect(isFileName(name)).toBe(true)
})

test.each([
  ['nothing', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['a path', 'a/b'],
  ['a NUL', 'a\0'],
  ['a line feed', 'a\n'],
  ['a DEL', 'a\x7f'],
  ['a C1 control', 'a\x85'],
  ['half a surrogate pair', 'a\ud800'],
  ['256 bytes', 'x'.repeat(256)],
  ['256 bytes in 128 characters', 'é'.repeat(128)],
])('%s may not name a file', (_, name) => {
  expect(isFileName(name)).toBe(false)
})
