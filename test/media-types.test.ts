import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, type HttpAnswer } from './support/http.js'
import { makePlan, type PublishedContent, publish, view } from './support/library.js'
import { openWorld, type World } from './support/world.js'

const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex')
const UNKNOWN = 'application/octet-stream'
const FILES = [
  { name: 'film.mp4', bytes: 'no film' },
  { name: 'picture', bytes: PNG },
  { name: 'stated.png', bytes: PNG, type: 'text/plain' },
  { name: 'drawing', bytes: '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>' },
  { name: 'page', bytes: '<!doctype html><script>alert(1)</script>' },
  { name: 'index.html', bytes: '<!doctype html><script>alert(1)</script>' },
  { name: 'odd, "quoted" name.txt', bytes: 'text' },
]

let world: World
let open: PublishedContent
let gated: PublishedContent
let token: string

beforeAll(async () => {
  world = await openWorld()
  const alice = world.person('alice')
  token = await world.signIn(alice)
  await makePlan(world, alice, 'gold')
  open = await publish(world, alice, { files: FILES })
  gated = await publish(world, alice, { files: FILES, policy: 'PLAN:gold' })
})
afterAll(async () => world[Symbol.asyncDispose]())

const get = (content: PublishedContent, file: number, query = '', method = 'GET'): Promise<HttpAnswer> =>
  call(world, `/content/${content.postHash}/${file}${query}`, { token, method })
const headersOf = ({ headers }: HttpAnswer) => [
  headers.get('content-type'),
  headers.get('content-disposition'),
]

describe('a file of which no type was stated', () => {
  const types = [
    'video/mp4',
    'image/png',
    'text/plain',
    'application/xml',
    UNKNOWN,
    'text/html',
    'text/plain',
  ]

  it('has the type that its name tells, else its first bytes, in the manifest and wherever it is served', async () => {
    for (const content of [open, gated]) {
      const { files } = await view(world, content.postHash, token)
      expect(files.map((file: { mediaType: string }) => file.mediaType)).toEqual(types)
      for (const [index, type] of types.entries()) {
        for (const method of ['GET', 'HEAD']) {
          expect((await get(content, index, '', method)).headers.get('content-type')).toBe(type)
        }
      }
    }
  })

  it('is never a page of this origin', async () => {
    for (const content of [open, gated]) {
      for (const index of [3, 4, 5]) {
        const { headers } = await get(content, index)
        const isShown = headers.get('content-disposition')?.startsWith('inline')
        expect(isShown).toBe(index === 4)
        expect(headers.get('content-type') === UNKNOWN || !isShown).toBe(true)
        expect(headers.get('x-content-type-options')).toBe('nosniff')
        expect(headers.get('content-security-policy')).toMatch(/^sandbox;/)
      }
    }
  })
})

describe('the address of a file', () => {
  it('with ?download has it saved, and with ?filename under that name, as what it is', async () => {
    expect(headersOf(await get(open, 1))).toEqual(['image/png', 'inline; filename="picture"'])
    for (const query of ['?download', '?download=1', '?download=true']) {
      expect(headersOf(await get(open, 1, query))).toEqual(['image/png', 'attachment; filename="picture"'])
    }
    expect(headersOf(await get(open, 1, '?download=false'))[1]).toBe('inline; filename="picture"')
    expect(headersOf(await get(open, 1, '?filename=me.png'))).toEqual([
      'image/png',
      'inline; filename="me.png"',
    ])
    expect(headersOf(await get(open, 1, '?download&filename=page.html'))).toEqual([
      'image/png',
      'attachment; filename="page.html"',
    ])
    expect(headersOf(await get(open, 5, '?filename=harmless.txt'))).toEqual([
      'text/html',
      'attachment; filename="harmless.txt"',
    ])
    expect((await get(open, 1, '?filename=')).headers.get('content-disposition')).toBe(
      'inline; filename="picture"',
    )
  })

  it('writes odd names so that nothing in them is a header', async () => {
    const name = encodeURIComponent('Größe "x"; a=b\\%41.png')
    const [type, disposition] = headersOf(await get(open, 1, `?filename=${name}&download`))
    expect(type).toBe('image/png')
    expect(disposition).toMatch(
      /^attachment; filename="(?:[^"\\]|\\.)*"; filename\*=UTF-8''Gr%C3%B6%C3%9Fe%20%22x%22%3B%20a%3Db%5C%2541\.png$/,
    )
    for (const bad of [
      'a%0d%0aset-cookie:x=1',
      'a%00',
      '..%2Fetc',
      '..',
      '.',
      'x'.repeat(256),
      'a&filename=b',
    ]) {
      const answer = await get(open, 1, `?filename=${bad}`)
      expect([answer.status, answer.body.errors[0].code]).toEqual([400, 'BAD_USER_INPUT'])
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
  })

  it('that is signed holds with them, and grants nothing by them', async () => {
    const { files } = await view(world, gated.postHash, token)
    const path = files[1].url.slice(world.url.length)
    const answer = await call(world, `${path}&download&filename=me.png`)
    expect([answer.status, ...headersOf(answer)]).toEqual([200, 'image/png', 'attachment; filename="me.png"'])
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect((await call(world, `/content/${gated.postHash}/1?download`)).status).toBe(401)
    const rest = await call(
      world,
      `/api/fetch-content?postHash=${open.postHash}&file=1&download&filename=me.png`,
    )
    expect(headersOf(rest)).toEqual(['image/png', 'attachment; filename="me.png"'])
  })
})
