import { describe, expect, it } from 'vitest'
import { scriptedFetch } from '../../../test/support/scripted-session.js'
import { createClient } from '../../client/client.js'
import { createFilm } from '../film.js'
import { createNarrator } from '../narrator.js'
import { type Scene, StoryError } from '../scene.js'
import { watch } from './watch.js'

const SIZE = 300_000
const URL = 'http://gateway/content/x/0'
const film = createFilm(SIZE)

/** Plays the chapter against a gateway whose bytes went through `spoil`. */
async function play(
  spoil: (bytes: Uint8Array, offset: number) => Uint8Array = (bytes) => bytes,
): Promise<string> {
  const graphql = scriptedFetch({ GetContent: () => ({ content: { files: [{ url: URL }] } }) })
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (String(input) !== URL) return graphql(input, init)
    const range = new Headers(init?.headers).get('range')
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? ['', '0', String(SIZE - 1)]
    const [start, end] = [Number(first), Number(last)]
    const body = spoil(film.part(start, end + 1 - start), start)
    const headers = {
      'content-length': String(body.length),
      'content-range': `bytes ${start}-${end}/${SIZE}`,
    }
    return new Response(body, { status: range === null ? 200 : 206, headers })
  }
  const client = createClient({ url: 'http://gateway', fetch })
  let told = ''
  const narrator = createNarrator({ write: (text: string) => (told += text) })
  const bob = { name: 'bob', session: client }
  const { signal } = new AbortController()
  await watch(
    { narrator, anyone: client, fan: bob, film, signal } as unknown as Scene,
    {
      postHash: 'ab'.repeat(32),
    } as Parameters<typeof watch>[1],
  )
  return told
}

describe('watching', () => {
  it('compares the beginning, the middle, the end, places between them and the whole', async () => {
    expect((await play()).replace(/[\d.]+ (ms|MB\/s)/g, '# $1')).toBe(
      [
        '',
        '1. bob watches',
        '   Beginning: the bytes from 0 on are those that were published.',
        '   Middle: the bytes from 150,000 on are those that were published.',
        '   End: the bytes from 250,000 on are those that were published.',
        '   Seeking to 20 places: # ms as a rule, # ms at the most.',
        '   All 300 KB to the end, at # MB/s.',
        '',
      ].join('\n'),
    )
  })

  it('breaks the story where a single byte is another', async () => {
    const at = (place: number) => (bytes: Uint8Array, offset: number) => {
      const index = place - offset
      return index >= 0 && index < bytes.length ? bytes.with(index, (bytes[index] ?? 0) ^ 1) : bytes
    }
    for (const place of [0, 150_001, SIZE - 1, 49_999])
      await expect(play(at(place))).rejects.toBeInstanceOf(StoryError)
  })

  it('breaks the story where bytes are missing', async () => {
    await expect(play((bytes) => (bytes.length === SIZE ? bytes.subarray(1) : bytes))).rejects.toBeInstanceOf(
      StoryError,
    )
  })
})
