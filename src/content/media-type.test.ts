import { describe, expect, it } from 'vitest'
import { isMediaType } from './media-type.js'

describe('a media type', () => {
  it('is a type, a subtype, and any number of parameters', () => {
    for (const text of [
      'video/mp4',
      'application/vnd.apple.mpegurl',
      'image/svg+xml',
      'text/plain; charset=utf-8',
      'text/plain;charset="utf 8"; format=flowed',
      'text/plain; title="a \\" quote; and more"',
      `a/${'b'.repeat(253)}`,
    ]) {
      expect([text, isMediaType(text)]).toEqual([text, true])
    }
  })

  it('is nothing else, above all nothing that could end a header', () => {
    for (const text of [
      '',
      'video',
      'video/',
      '/mp4',
      'video/mp4/x',
      'video mp4',
      'text/plain;',
      'text/plain; charset',
      'text/plain; charset=',
      'text/plain; charset="open',
      'text/plain\r\nset-cookie: a=b',
      'text/plain; a="b\nc"',
      'text/plän',
      `a/${'b'.repeat(254)}`,
    ]) {
      expect([text, isMediaType(text)]).toEqual([text, false])
    }
  })

  it('is refused as fast as it is read, however many quotes invite to try again', () => {
    const start = performance.now()
    expect(isMediaType(`a/a${';a=""'.repeat(50)}!`)).toBe(false)
    expect(performance.now() - start).toBeLessThan(100)
  })
})
