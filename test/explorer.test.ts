import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './support/http.js'
import { openWorld, type World } from './support/world.js'

/** What a browser sees at /graphql. */
let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world[Symbol.asyncDispose]())

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const open = (path = '/graphql', accept = BROWSER) => call(world, path, { headers: { accept } })

const unescaped = (html: string) => html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))

describe('the page', () => {
  it('is for browsers that open the address, and for nobody else', async () => {
    const page = await open()
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('vary')).toContain('Accept')
    expect((await open('/graphql?query={__typename}')).body).toEqual({ data: { __typename: 'Query' } })
    for (const accept of ['*/*', 'application/json', 'application/graphql-response+json']) {
      expect((await open('/graphql', accept)).headers.get('content-type')).toMatch(/json/)
    }
  })

  it('allows its own script alone, Apollo’s Sandbox, and this gateway', async () => {
    const { headers, text } = await open()
    const policy = Object.fromEntries(
      (headers.get('content-security-policy') ?? '').split('; ').map((rule) => {
        const [name = '', ...sources] = rule.split(' ')
        return [name, sources]
      }),
    )
    const scripts = [...text.matchAll(/<script>([^<]*)<\/script>/g)].map(([, script = '']) => script)
    const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
    expect(scripts).toHaveLength(1)
    expect(policy).toMatchObject({
      'default-src': ["'none'"],
      'script-src': [...hashes, 'https://embeddable-sandbox.cdn.apollographql.com'],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    })
    expect(text).not.toMatch(/ on\w+=|javascript:/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('says what there is without the internet, and shows commands that work as they stand', async () => {
    const { text } = await open()
    expect(text).toContain(
      'Apollo Sandbox could not be loaded from the internet, so this plain page is all there is.',
    )
    const commands = [...text.matchAll(/<pre>([^<]*)<\/pre>/g)].map(([, html = '']) => unescaped(html))
    expect(commands.length).toBeGreaterThanOrEqual(4)
    const run = promisify(execFile)
    const answers = await Promise.all(commands.map((command) => run('sh', ['-c', command])))
    const bodies = answers.map(({ stdout }) => JSON.parse(stdout))
    for (const body of bodies) expect(body.errors).toBeUndefined()
    expect(bodies[0].data.gateway).toMatchObject({ network: 'TESTNET', limits: { maxPageSize: 100 } })
    expect(bodies[1].data.__schema.mutationType.fields.length).toBeGreaterThanOrEqual(9)
    expect(bodies[2]).toEqual({ data: { account: null } })
    expect(bodies[3]).toMatchObject({ ready: true, node: true, storage: true })
  })
})
