import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { request as undiciRequest } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keystreamBytes } from './support/bytes.js'
import {
  announce,
  bearer,
  makePlan,
  newKey,
  publishParts,
  send,
  sendGraphql,
  upload,
  uploadParts,
} from './support/library.js'
import { stranger } from './support/market.js'
import { MULTIPART_HEADERS, multipart, type Part, streamedMultipart } from './support/multipart.js'
import { pinNames } from './support/stored.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

const MAX_FILE = 1_000_000
const MAX_UNPUBLISHED = 3_000_000

let world: World
let creator: Person
let token: string

beforeAll(async () => {
  world = await openWorld({
    env: {
      MAX_FILE_BYTES: String(MAX_FILE),
      MAX_FILES: '3',
      MAX_UNPUBLISHED_BYTES: String(MAX_UNPUBLISHED),
    },
  })
  creator = world.person('alice')
  token = await world.signIn(creator)
  await makePlan(world, creator, 'gold')
})
afterAll(() => world[Symbol.asyncDispose]())

/** Somebody new with money, whose uploads nobody else's test counts. */
async function someone(name: string): Promise<{ person: Person; token: string }> {
  const person = stranger(name)
  await world.chain.fund(person.publicKey, 1_000_000_000n)
  return { person, token: await world.signIn(person) }
}

function file(name: string, size: number) {
  return { name, bytes: keystreamBytes(name, size) }
}

function tooLarge(limit: number, path: string[], message: string) {
  return {
    __typename: 'UploadTooLarge',
    code: 'UPLOAD_TOO_LARGE',
    message,
    path,
    retryable: false,
    limit: String(limit),
  }
}

/** A mebibyte at a time, for as long as somebody reads, up to a gigabyte. */
function* endless(): Generator<Uint8Array> {
  const chunk = Buffer.alloc(1 << 20, 'endless ')
  for (let i = 0; i < 1_000; i++) yield chunk
}

describe('a file', () => {
  it('of just the limit is taken, and one byte more is refused with the number', async () => {
    const bob = await someone('of just the limit')
    const { files } = await upload(world, bob.token, { files: [file('exact', MAX_FILE)] })
    expect(files[0].byteSize).toBe(String(MAX_FILE))
    for (const policy of ['PUBLIC', 'PLAN:gold']) {
      const given = { policy, files: [file('small', 10), file('above', MAX_FILE + 1)] }
      const carol = await someone(`just above, ${policy}`)
      await makePlan(world, carol.person, 'gold')
      const refused = await upload(world, carol.token, given)
      const expected = tooLarge(MAX_FILE, ['input', 'files', '1'], `above: at most ${MAX_FILE} bytes a file.`)
      expect(refused).toEqual({ draft: null, manifestCid: null, files: null, errors: [expected] })
      const rest = await send(`${world.url}/api/upload-content`, multipart(uploadParts(given)), carol.token)
      expect([rest.status, rest.body.errors]).toEqual([413, [expected]])
    }
  })

  it('is refused again when the same key is sent again', async () => {
    const given = { files: [file('above', MAX_FILE + 1)], idempotencyKey: newKey() }
    const carol = await someone('again')
    expect((await upload(world, carol.token, given)).errors[0].code).toBe('UPLOAD_TOO_LARGE')
    expect((await upload(world, carol.token, given)).errors[0].code).toBe('UPLOAD_TOO_LARGE')
    const smaller = await upload(world, carol.token, { ...given, files: [file('within', 100)] })
    expect(smaller.errors).toEqual([])
  })
})

describe('the files of a content', () => {
  const three = [file('a', 10), file('b', 10), file('c', 10)]
  const expected = tooLarge(3, ['input', 'files'], 'At most 3 files a content.')

  it('may be as many as the limit', async () => {
    expect((await upload(world, token, { files: three })).files).toHaveLength(3)
  })

  it.each([4, 5, 40])('%i of them are refused with the number', async (count) => {
    const files = Array.from({ length: count }, (_, index) => file(`file-${index}`, 10))
    expect((await upload(world, token, { files })).errors).toEqual([expected])
    const rest = await send(`${world.url}/api/upload-content`, multipart(uploadParts({ files })), token)
    expect([rest.status, rest.body.errors]).toEqual([413, [expected]])
  })
})

describe('unpublished bytes', () => {
  const expected = tooLarge(
    MAX_UNPUBLISHED,
    ['input', 'files'],
    `At most ${MAX_UNPUBLISHED} bytes may be uploaded and not yet published: publish what is there, or wait.`,
  )

  it('of an account have an end, and are freed as its posts show', async () => {
    const [dan, other] = [await someone('the hoarder'), await someone('the other')]
    const payloads: Json[] = []
    for (const name of ['one', 'two', 'three']) {
      payloads.push(await upload(world, dan.token, { policy: 'PUBLIC', files: [file(name, 900_000)] }))
    }
    const full = await upload(world, dan.token, { files: [file('four', 900_000)] })
    expect(full.errors).toEqual([expected])
    // What was refused was stored in part, and counts: it may lie there until it is collected.
    expect((await upload(world, dan.token, { files: [file('five', 10)] })).errors).toEqual([expected])
    expect((await upload(world, other.token, { files: [file('of another', 900_000)] })).errors).toEqual([])
    await announce(world, dan.person, payloads[1])
    expect((await upload(world, dan.token, { files: [file('six', 500_000)] })).errors).toEqual([])
    expect((await upload(world, dan.token, { files: [file('seven', 500_000)] })).errors).toEqual([expected])
  })

  it('count no repeat, whose bytes are stored nowhere', async () => {
    const eve = await someone('the repeater')
    const given = { files: [file('repeat', 900_000)], idempotencyKey: newKey() }
    for (let i = 0; i < 5; i++) expect((await upload(world, eve.token, given)).errors).toEqual([])
  })

  it('are counted over uploads that run side by side', async () => {
    const frank = await someone('the impatient')
    const outcomes = await Promise.all(
      ['w', 'x', 'y', 'z'].map((name) => upload(world, frank.token, { files: [file(name, 900_000)] })),
    )
    const codes = outcomes.map(({ errors }) => errors[0]?.code ?? 'stored')
    expect(codes.filter((code) => code === 'stored').length).toBeLessThanOrEqual(3)
    expect(codes).toContain('UPLOAD_TOO_LARGE')
  })

  it('are counted over an upload that began before another ended', async () => {
    const grace = await someone('the patient')
    // An upload that has begun, and waits with its last byte.
    const gate = new EventTarget()
    async function* slowly() {
      yield keystreamBytes('slow', 500_000)
      await once(gate, 'go')
      yield keystreamBytes('slow rest', 499_000)
    }
    const parts = publishParts({ files: [] })
    const slow = streamed(grace.token, [...withOneFile(parts)], slowly())
    for (const name of ['p', 'q']) {
      expect((await upload(world, grace.token, { files: [file(name, 990_000)] })).errors).toEqual([])
    }
    expect((await upload(world, grace.token, { files: [file('r', 900_000)] })).errors).toEqual([expected])
    gate.dispatchEvent(new Event('go'))
    expect((await slow).data.publishContent.errors).toEqual([expected])
  })

  it('are forgotten: after a day those of an upload that broke off, after eight all others', async () => {
    const heidi = await someone('the forgotten')
    for (const name of ['1', '2']) {
      expect((await upload(world, heidi.token, { files: [file(name, 990_000)] })).errors).toEqual([])
    }
    expect(
      (await upload(world, heidi.token, { files: [file('3', MAX_FILE + 1)] })).errors[0].path,
    ).toHaveLength(3)
    expect((await upload(world, heidi.token, { files: [file('4', 200_000)] })).errors).toEqual([expected])
    world.clock.forward(2 * 86_400)
    const soon = await world.signIn(heidi.person)
    expect((await upload(world, soon, { files: [file('4', 990_000)] })).errors).toEqual([])
    expect((await upload(world, soon, { files: [file('5', 200_000)] })).errors).toEqual([expected])
    world.clock.forward(6 * 86_400)
    const late = await world.signIn(heidi.person)
    expect((await upload(world, late, { files: [file('5', 990_000)] })).errors).toEqual([])
    token = await world.signIn(creator)
  })
})

/** publishContent's operations and map for one file `0`. */
function withOneFile(parts: readonly Part[]): Part[] {
  const { query, variables } = JSON.parse(parts[0]?.value as string)
  variables.input.files = [{ upload: null }]
  return [
    { name: 'operations', value: JSON.stringify({ query, variables }) },
    { name: 'map', value: JSON.stringify({ 0: ['variables.input.files.0.upload'] }) },
  ]
}

async function streamed(
  as: string | undefined,
  parts: readonly Part[],
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Json> {
  const body = streamedMultipart(parts, { name: '0', filename: 'streamed' }, bytes)
  const response = await undiciRequest(`${world.url}/graphql`, {
    method: 'POST',
    headers: { ...MULTIPART_HEADERS, ...bearer(as) },
    body: Readable.from(body),
  })
  return response.body.json()
}

describe('a client that is still sending gets the answer', () => {
  const graphql = () => withOneFile(publishParts({ files: [] }))
  const rest = () => uploadParts({ files: [] })
  const code = (body: Json) => (body.data?.publishContent ?? body).errors[0].code

  /** All that a client can be refused for before its bytes have come to their end. */
  const refusals: [string, () => string | undefined, string][] = [
    ['nobody is signed in', () => undefined, 'NOT_SIGNED_IN'],
    ['the file is too large', () => token, 'UPLOAD_TOO_LARGE'],
  ]
  // A day later, what was refused before no longer counts.
  beforeEach(async () => {
    world.clock.forward(2 * 86_400)
    token = await world.signIn(creator)
  })

  it.each(refusals)('of node:http, where %s', async (_, as, expected) => {
    for (const [path, parts, name] of [
      ['/graphql', graphql(), '0'],
      ['/api/upload-content', rest(), 'file'],
    ] as const) {
      const sending = request(`${world.url}${path}`, {
        method: 'POST',
        headers: { ...MULTIPART_HEADERS, ...bearer(as()) },
      })
      sending.on('error', () => {}) // the connection is closed on what it still sends
      const body = Readable.from(streamedMultipart(parts, { name, filename: 'endless' }, endless()))
      body.on('error', () => {})
      body.pipe(sending)
      const [response] = (await once(sending, 'response')) as [IncomingMessage]
      const text = Buffer.concat(await response.toArray()).toString()
      expect(code(JSON.parse(text))).toBe(expected)
      expect(response.headers.connection).toBe('close')
      body.destroy()
      sending.destroy()
    }
  })

  it.each(refusals)('of undici, where %s', async (_, as, expected) => {
    for (const [path, parts, name] of [
      ['/graphql', graphql(), '0'],
      ['/api/upload-content', rest(), 'file'],
    ] as const) {
      const response = await undiciRequest(`${world.url}${path}`, {
        method: 'POST',
        headers: { ...MULTIPART_HEADERS, ...bearer(as()) },
        body: Readable.from(streamedMultipart(parts, { name, filename: 'endless' }, endless())),
      })
      expect(code(await response.body.json())).toBe(expected)
    }
  })

  it.each(refusals)('of fetch, where %s', async (_, as, expected) => {
    for (const [path, parts, name] of [
      ['/graphql', graphql(), '0'],
      ['/api/upload-content', rest(), 'file'],
    ] as const) {
      const body = streamedMultipart(parts, { name, filename: 'endless' }, endless())
      const response = await fetch(`${world.url}${path}`, {
        method: 'POST',
        headers: { ...MULTIPART_HEADERS, ...bearer(as()) },
        body: Readable.toWeb(Readable.from(body)) as ReadableStream,
        duplex: 'half',
      } as RequestInit)
      expect(code(await response.json())).toBe(expected)
    }
  })

  it.each(refusals)('of curl, where %s', async (_, as, expected) => {
    const path = join(world.gateway.app.config.dataDir, 'large-file-for-curl')
    await writeFile(path, Buffer.alloc(80_000_000))
    const header = as() === undefined ? [] : ['-H', `authorization: Bearer ${as()}`]
    const fields = (parts: readonly Part[]) => parts.flatMap(({ name, value }) => ['-F', `${name}=${value}`])
    for (const args of [
      [...fields(graphql()), '-F', `0=@${path}`, `${world.url}/graphql`],
      [...fields(rest()), '-F', `file=@${path}`, `${world.url}/api/upload-content`],
    ]) {
      const { stdout } = await promisify(execFile)('curl', ['-sS', ...header, ...args])
      expect(code(JSON.parse(stdout))).toBe(expected)
    }
  })

  it('before it has sent one byte of the file, where that can be known', async () => {
    const penniless = stranger('penniless')
    const poor = await world.signIn(penniless)
    const cases: [string | undefined, Part[], string][] = [
      [undefined, graphql(), 'NOT_SIGNED_IN'],
      [poor, graphql(), 'INSUFFICIENT_FUNDS'],
      [token, withOneFile(publishParts({ policy: 'PLAN:none', files: [] })), 'PLAN_NOT_FOUND'],
      [token, withOneFile(publishParts({ title: '', files: [] })), 'INVALID_INPUT'],
    ]
    for (const [as, parts, expected] of cases) {
      const gate = new AbortController()
      // biome-ignore lint/correctness/useYield: a file whose first byte never comes
      async function* never(): AsyncGenerator<Uint8Array> {
        await once(gate.signal, 'abort')
      }
      expect((await streamed(as, parts, never())).data.publishContent.errors[0].code).toBe(expected)
      gate.abort()
    }
  })
})

describe('an upload that the client gives up', () => {
  it('leaves no draft, no pin, and blocks that nobody names', async () => {
    const { person, token: as } = await someone('the quitter')
    const idempotencyKey = newKey()
    const parts = withOneFile(publishParts({ policy: 'PUBLIC', files: [], idempotencyKey }))
    const stop = new AbortController()
    const sent = keystreamBytes('given up', 600_000)
    async function* broken() {
      yield sent
      await untilIdle()
      stop.abort()
    }
    const sending = request(`${world.url}/graphql`, {
      method: 'POST',
      headers: { ...MULTIPART_HEADERS, ...bearer(as) },
      signal: stop.signal,
    })
    const failed = once(sending, 'error')
    Readable.from(streamedMultipart(parts, { name: '0', filename: 'broken' }, broken())).pipe(sending)
    await once(stop.signal, 'abort')
    await failed
    const pins = await pinNames(world)
    // The key is as free as before: other bytes are no conflict.
    const { errors } = await upload(world, as, { files: [file('another', 10)], idempotencyKey })
    expect(errors).toEqual([])
    // Those of others' drafts may end meanwhile.
    const added = [...(await pinNames(world)).keys()].filter((root) => !pins.has(root))
    expect(added).toHaveLength(1)
    expect(person.name).toBe('the quitter')
  })
})

/** Enough turns of the event loop for what was sent to arrive. */
async function untilIdle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

it('a limit is published', async () => {
  const { gateway } = await world.ask('{ gateway { limits { maxFileBytes maxFilesPerContent } } }')
  expect(gateway.limits).toEqual({ maxFileBytes: String(MAX_FILE), maxFilesPerContent: 3 })
})

it('a request of another kind than multipart cannot smuggle in a file', async () => {
  const { body } = await sendGraphql(world, publishParts({ files: [file('f', 1)] }), token)
  expect(body.data.publishContent.errors).toEqual([])
  const { errors } = await world.query(
    'mutation ($i: PublishContentInput!) { publishContent(input: $i) { manifestCid } }',
    { i: { title: 'T', teaser: '', idempotencyKey: newKey(), files: [{ upload: { file: {} } }] } },
    token,
  )
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
})
