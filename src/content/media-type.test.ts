import { describe, expect, it } from 'vitest'
import { isMediaType, mediaTypeOf, typeByName } from './media-type.js'

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

describe('the type of a file', () => {
  const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
  const head = async () => PNG
  const typeOf = (name: string, mediaType: string) => mediaTypeOf({ name, mediaType }, head)

  it('is what its publisher stated, whatever name and bytes tell', async () => {
    expect(await typeOf('film.mp4', 'text/plain; charset=utf-8')).toBe('text/plain; charset=utf-8')
  })

  it('is what its name tells where nothing was stated', async () => {
    for (const nothing of ['', 'application/octet-stream', 'Binary/Octet-Stream', ' ']) {
      expect(await typeOf('season-1/film.mp4', nothing)).toBe('video/mp4')
    }
    const names = ['list.m3u8', 'list.mpd', 'part.ts', 'part.m4s', 'A.JPG', 'page.xhtml', 'lines.vtt']
    expect(names.map(typeByName)).toEqual([
      'application/vnd.apple.mpegurl',
      'application/dash+xml',
      'video/mp2t',
      'video/iso.segment',
      'image/jpeg',
      'application/xhtml+xml',
      'text/vtt',
    ])
  })

  it('is what its first bytes tell where its name tells nothing', async () => {
    const silent = ['mp4', '.mp4', 'film', 'film.', 'film.unheardof', 'data.bin', 'a.mp4/film']
    expect(silent.map(typeByName)).toEqual(silent.map(() => null))
    for (const name of silent) expect(await typeOf(name, 'application/octet-stream')).toBe('image/png')
  })

  it('is unknown where nothing tells, also where bytes only begin like a format', async () => {
    const bytes = [
      Buffer.alloc(0),
      Buffer.from('<!doctype html><script>'),
      Buffer.from('504b0304ff', 'hex'),
      PNG.subarray(0, 3),
    ]
    for (const each of bytes) {
      const type = await mediaTypeOf({ name: 'x', mediaType: '' }, async () => each)
      expect(['application/octet-stream', 'application/zip']).toContain(type)
    }
  })
})
