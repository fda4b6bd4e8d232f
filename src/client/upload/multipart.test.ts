import { describe, expect, it } from 'vitest'
import { formBody, multipartRequest } from './multipart.js'

describe('a form, as browsers send it', () => {
  it('holds operations, map, then the files as they are', async () => {
    const film = new Blob(['film'], { type: 'video/mp4' })
    const request = multipartRequest('query', { title: 'T' }, [{ name: 'film.mp4', data: film }])
    const entries = [...formBody(request).entries()]
    expect(entries.map(([name]) => name)).toEqual(['operations', 'map', '0'])
    expect(JSON.parse(String(entries[0]?.[1]))).toEqual({
      query: 'query',
      variables: {
        input: { title: 'T', files: [{ name: 'film.mp4', mediaType: 'video/mp4', upload: null }] },
      },
    })
    expect(entries[1]?.[1]).toBe('{"0":["variables.input.files.0.upload"]}')
    expect(await (entries[2]?.[1] as Blob).text()).toBe('film')
  })

  it('takes no stream, as no browser sends one', () => {
    async function* stream() {
      yield new Uint8Array(1)
    }
    const request = multipartRequest('query', {}, [{ name: 'film.mp4', data: stream(), size: 1 }])
    expect(() => formBody(request)).toThrow(
      new TypeError("film.mp4: outside of Node give a file's bytes as a Blob."),
    )
  })
})
