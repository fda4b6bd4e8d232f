import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFileName } from '../../protocol/file-name.js'
import { parseContentPath } from './content-path.js'

const HASH = 'ab'.repeat(32)
const LINK = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0QkMifQ.c2ln-_A'
const encoded = (name: string) => name.split('/').map(encodeURIComponent).join('/').replace(/^~/, '%7E')

describe('the path of a file', () => {
  const part = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom('~', '~a.b.c', '%2f', '..', 'a\\b', '7'),
  )
  const name = fc
    .array(part, { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('/'))
    .filter(isFileName)

  it('leads to its name, behind a link and without one, whatever the name', () => {
    fc.assert(
      fc.property(name, (file) => {
        expect(parseContentPath(`/${HASH}/${encoded(file)}`)).toEqual({ postHash: HASH, link: null, file })
        expect(parseContentPath(`/${HASH}/~${LINK}/${encoded(file)}`)).toEqual({
          postHash: HASH,
          link: LINK,
          file,
        })
        expect(parseContentPath(`/${HASH}/${encodeURIComponent(file)}`)?.file).toBe(file)
      }),
    )
  })

  it('is never another file’s, wherever a browser starts from', () => {
    fc.assert(
      fc.property(name, name, (from, to) => {
        const base = `https://gateway.example/${HASH}/~${LINK}/`
        // How a list in the root of the content links to a file.
        const { pathname } = new URL(encoded(to), base)
        expect(parseContentPath(pathname)).toEqual({ postHash: HASH, link: LINK, file: to })
        const up = '../'.repeat(from.split('/').length - 1)
        expect(new URL(`${up}${encoded(to)}`, `${base}${encoded(from)}`).pathname).toBe(pathname)
      }),
    )
  })

  it.each([
    ['/', null],
    ['', null],
    [`/${HASH.toUpperCase()}/a`, null],
    [`/${HASH}0/a`, null],
    [`/ab/${HASH}/a`, null],
    [`/${HASH}`, { postHash: HASH, link: null, file: '' }],
    [`/${HASH}/`, { postHash: HASH, link: null, file: '' }],
    [`/${HASH}/~${LINK}`, { postHash: HASH, link: null, file: `~${LINK}` }],
    [`/${HASH}/~${LINK}/`, { postHash: HASH, link: LINK, file: '' }],
    [`/${HASH}/%7E${LINK}/a`, { postHash: HASH, link: null, file: `~${LINK}/a` }],
    [`/${HASH}/a/~${LINK}/b`, { postHash: HASH, link: null, file: `a/~${LINK}/b` }],
    [`/${HASH}//a`, { postHash: HASH, link: null, file: '/a' }],
    [`/${HASH}/a/`, { postHash: HASH, link: null, file: 'a/' }],
    [`/${HASH}/a/../b`, { postHash: HASH, link: null, file: 'a/../b' }],
  ])('%j is read as it stands', (path, expected) => {
    expect(parseContentPath(path)).toEqual(expected)
  })

  it('is refused where its percent-encoding is malformed', () => {
    for (const bad of ['%', '%z', 'a/%e0%a4', '%c3%28']) {
      expect(() => parseContentPath(`/${HASH}/${bad}`)).toThrow('The path is malformed.')
    }
  })
})
