import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keystreamBytes } from './support/bytes.js'
import {
  announce,
  filePart,
  type Given,
  type HttpAnswer,
  makePlan,
  newKey,
  send,
  upload,
  uploadParts,
} from './support/library.js'
import { multipart, type Part } from './support/multipart.js'
import { blockNames } from './support/stored.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

let world: World
let creator: Person
let token: string

beforeAll(async () => {
  world = await openWorld()
  creator = world.person('alice')
  token = await world.signIn(creator)
  await makePlan(world, creator, 'gold')
})
afterAll(() => world[Symbol.asyncDispose]())

const TEXT = { name: 'text.txt', bytes: 'some text', type: 'text/plain' }

function post(parts: readonly Part[], as: string | undefined = token): Promise<HttpAnswer> {
  return send(`${world.url}/api/upload-content`, multipart(parts), as)
}

function fields(values: Record<string, string>): Part[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }))
}

function good(): Record<string, string> {
  return { title: 'Title', teaser: 'Teaser', policy: 'PUBLIC', idempotencyKey: newKey() }
}

/** Status and the one error. */
async function refusal(parts: readonly Part[], as?: string): Promise<Json[]> {
  const { status, body } = await post(parts, as)
  expect(body.errors).toHaveLength(1)
  return [status, body.errors[0]]
}

describe('POST /api/upload-content', () => {
  it('stores any number of files in their order, and answers the payload of publishContent', async () => {
    const files = [TEXT, { name: 'two', bytes: keystreamBytes('two', 150_000) }, { name: 'three', bytes: '' }]
    const { status, body } = await post(uploadParts({ title: 'Three', files }))
    expect([status, body.errors, body.manifestCid]).toEqual([200, [], expect.stringMatching(/^bafyrei/)])
    expect(body.draft).toMatchObject({ kind: 'PUBLISH_CONTENT', signer: { publicKey: creator.publicKey } })
    expect(body.files).toEqual([
      {
        name: 'text.txt',
        mediaType: 'text/plain',
        byteSize: '9',
        cid: 'bafkreifzj5xrexdz4os77kucn5meyegvflngnhthmicrxatlkv3w2bno2i',
        isEncrypted: false,
        url: null,
        key: null,
      },
      expect.objectContaining({ name: 'two', mediaType: 'application/octet-stream', byteSize: '150000' }),
      // The empty raw block.
      expect.objectContaining({
        name: 'three',
        byteSize: '0',
        cid: 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
      }),
    ])
    const { postHash } = await announce(world, creator, body)
    const bytes = await (await fetch(`${world.url}/content/${postHash}/1`)).arrayBuffer()
    expect(Buffer.from(bytes).equals(keystreamBytes('two', 150_000))).toBe(true)
  })

  it('is public where no policy is given, and encrypts under any other', async () => {
    const { policy: _, ...withoutPolicy } = good()
    const { body } = await post([...fields(withoutPolicy), filePart('file', TEXT)])
    expect(body.files[0].isEncrypted).toBe(false)
    const gated = await post(uploadParts({ policy: 'PLAN:gold', files: [TEXT] }))
    expect(gated.body.files[0]).toMatchObject({ byteSize: '9', isEncrypted: true })
    expect(gated.body.files[0].cid).not.toBe(body.files[0].cid)
  })

  it('reads names as UTF-8, and no path of the sender’s disk', async () => {
    const names = ['Größe – 影片 🎬.mp4', 'C:\\films\\one.mp4', '/home/me/two.mp4', 'a%22b.mp4']
    const { body } = await post(uploadParts({ files: names.map((name) => ({ ...TEXT, name })) }))
    expect(body.files.map((file: Json) => file.name)).toEqual([
      'Größe – 影片 🎬.mp4',
      'one.mp4',
      'two.mp4',
      'a%22b.mp4',
    ])
  })

  it('takes no part of another name, and no field but its own', async () => {
    expect(await refusal([...fields(good()), filePart('upload', TEXT)])).toEqual([
      400,
      {
        code: 'BAD_REQUEST',
        message: "A file's part is named file, not upload.",
        path: null,
        retryable: false,
        requestId: expect.any(String),
      },
    ])
    expect(await refusal([...fields({ ...good(), colour: 'red' }), filePart('file', TEXT)])).toMatchObject([
      400,
      { code: 'BAD_REQUEST', message: 'Unknown field: colour.' },
    ])
    expect(
      await refusal([...fields(good()), ...fields({ title: 'Again' }), filePart('file', TEXT)]),
    ).toMatchObject([400, { code: 'BAD_REQUEST', message: 'The field title came twice.' }])
  })

  it('takes its fields before the files', async () => {
    const { title, ...others } = good()
    const late = [...fields(others), filePart('file', TEXT), ...fields({ title: title as string })]
    expect(await refusal(late)).toMatchObject([400, { code: 'BAD_USER_INPUT' }])
    const extra = [...fields(good()), filePart('file', TEXT), ...fields({ teaser: 'Late' })]
    expect(await refusal(extra)).toEqual([
      400,
      {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: 'The field teaser must come before the files.',
        path: ['input', 'files'],
        retryable: false,
      },
    ])
  })

  it('takes no body without a file', async () => {
    expect(await refusal(fields(good()))).toEqual([
      400,
      {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: 'Give at least one file.',
        path: ['input', 'files'],
        retryable: false,
      },
    ])
  })

  it('takes nothing but multipart, or JSON that names the files', async () => {
    const url = `${world.url}/api/upload-content`
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': type, authorization: `Bearer ${token}` },
        body: '{"title": "Title"}',
      })
      const { errors } = (await response.json()) as Json
      expect([response.status, errors]).toMatchObject([
        400,
        [{ code: 'BAD_REQUEST', message: 'Send the body as multipart/form-data.' }],
      ])
    }
  })

  it('is for those who are signed in: 401 without a token, and with a bad one', async () => {
    const anonymous = await send(`${world.url}/api/upload-content`, multipart(uploadParts({ files: [TEXT] })))
    expect([anonymous.status, anonymous.body.errors]).toMatchObject([401, [{ code: 'NOT_SIGNED_IN' }]])
    expect(await refusal(uploadParts({ files: [TEXT] }), 'no-token')).toMatchObject([
      401,
      { code: 'UNAUTHENTICATED' },
    ])
  })

  it('refuses what GraphQL refuses, with fitting statuses', async () => {
    const cases: [Partial<Given>, number, string, string[] | null][] = [
      [{ title: '' }, 400, 'INVALID_INPUT', ['input', 'title']],
      [{ title: 'x'.repeat(257) }, 400, 'INVALID_INPUT', ['input', 'title']],
      [{ teaser: 'x'.repeat(15_001) }, 400, 'INVALID_INPUT', ['input', 'teaser']],
      [{ policy: '' }, 400, 'INVALID_INPUT', ['input', 'policy']],
      [{ policy: 'PUBLIC,PLAN:gold' }, 400, 'INVALID_INPUT', ['input', 'policy']],
      [{ policy: 'plan:gold' }, 400, 'INVALID_INPUT', ['input', 'policy']],
      [{ policy: 'FOLLOW' }, 400, 'UNSUPPORTED_POLICY', ['input', 'policy']],
      [{ policy: 'PLAN:none' }, 404, 'PLAN_NOT_FOUND', ['input', 'policy']],
      [{ policy: 'PLAN:gold,PLAN:none' }, 404, 'PLAN_NOT_FOUND', ['input', 'policy']],
      [{ idempotencyKey: '' }, 400, 'INVALID_INPUT', ['input', 'idempotencyKey']],
      [{ idempotencyKey: 'with space' }, 400, 'INVALID_INPUT', ['input', 'idempotencyKey']],
      [{ idempotencyKey: 'x'.repeat(129) }, 400, 'INVALID_INPUT', ['input', 'idempotencyKey']],
    ]
    for (const [given, status, code, path] of cases) {
      const [gotStatus, error] = await refusal(uploadParts({ files: [TEXT], ...given }))
      expect([given, gotStatus, error.code, error.path]).toEqual([given, status, code, path])
    }
  })
})

describe('names and types of files', () => {
  it.each([
    ['.'],
    ['..'],
    ['/a'],
    ['a/'],
    ['a//b'],
    ['../a'],
    ['a/../b'],
    ['a\u0000b'],
    ['a\nb'],
    ['a\u0085b'],
    ['x'.repeat(256)],
    ['ü'.repeat(128)],
    [''],
    ['\ud800'],
  ])('may not be %j', async (name) => {
    const parts = publishNamed(name)
    const { body } = await send(`${world.url}/graphql`, multipart(parts), token)
    expect(body.data.publishContent.errors).toEqual([
      expect.objectContaining({ code: 'INVALID_INPUT', path: ['input', 'files', '0', 'name'] }),
    ])
  })

  it.each([
    ['x'.repeat(255)],
    ['ü'.repeat(127)],
    ['...'],
    [' '],
    ['..a'],
    ['7'],
    ['a\\b'],
    ['👨‍👩‍👧'],
  ])('may be %j', async (name) => {
    const { body } = await send(`${world.url}/graphql`, multipart(publishNamed(name)), token)
    expect(body.data.publishContent.files).toMatchObject([{ name }])
  })

  it('are one of a kind within a content', async () => {
    const twins = [TEXT, { ...TEXT, bytes: 'other' }]
    expect(await refusal(uploadParts({ files: twins }))).toMatchObject([
      400,
      {
        code: 'INVALID_INPUT',
        message: 'Two files are named text.txt.',
        path: ['input', 'files', '1', 'name'],
      },
    ])
  })

  it.each([
    'video',
    'video/',
    'a/b\nc',
    'text/plain; charset',
    `a/${'b'.repeat(254)}`,
    'vidéo/mp4',
  ])('of type %j are refused', async (mediaType) => {
    const { body } = await send(`${world.url}/graphql`, multipart(publishNamed('name', mediaType)), token)
    expect(body.data.publishContent.errors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'files', '0', 'mediaType'] },
    ])
  })

  /** By GraphQL, as JSON can say what no header of a part can. */
  function publishNamed(name: string, mediaType = 'text/plain'): Part[] {
    const query =
      'mutation ($i: PublishContentInput!) { publishContent(input: $i) { files { name } errors { code path } } }'
    const files = [{ upload: null, name, mediaType }]
    const variables = { i: { title: 'T', teaser: '', idempotencyKey: newKey(), files } }
    return [
      { name: 'operations', value: JSON.stringify({ query, variables }) },
      { name: 'map', value: JSON.stringify({ 0: ['variables.i.files.0.upload'] }) },
      filePart('0', TEXT),
    ]
  }
})

describe('an upload of the same key', () => {
  const large = { name: 'large', bytes: keystreamBytes('repeat', 1_500_000), type: 'video/mp4' }

  it('and the same bytes gets the first draft, and stores nothing', async () => {
    const given = { policy: 'PLAN:gold', files: [large, TEXT], idempotencyKey: newKey() }
    const first = await post(uploadParts(given))
    expect([first.status, first.body.errors]).toEqual([200, []])
    const before = await blockNames(world)
    const repeat = await post(uploadParts(given))
    expect(repeat.body).toEqual(first.body)
    expect(await blockNames(world)).toEqual(before)
    const byGraphql = await upload(world, token, given)
    expect(byGraphql.draft.unsignedHex).toBe(first.body.draft.unsignedHex)
    expect(byGraphql.manifestCid).toBe(first.body.manifestCid)
    await world.restart()
    expect((await post(uploadParts(given))).body).toEqual(first.body)
    expect(await blockNames(world)).toEqual(before)
  })

  it('gets it also when it has been published since', async () => {
    const given = { files: [TEXT], idempotencyKey: newKey() }
    const first = await post(uploadParts(given))
    await announce(world, creator, first.body)
    const repeat = await post(uploadParts(given))
    expect(repeat.body.draft.unsignedHex).toBe(first.body.draft.unsignedHex)
  })

  it('and anything else is a conflict, and the first draft stands', async () => {
    const given = { title: 'Title', teaser: 'Teaser', policy: 'PLAN:gold', files: [large, TEXT] }
    const idempotencyKey = newKey()
    const first = await post(uploadParts({ ...given, idempotencyKey }))
    const flipped = Buffer.from(large.bytes)
    flipped[1_400_000] = (flipped[1_400_000] as number) ^ 1
    const others: Given[] = [
      { ...given, title: 'Another' },
      { ...given, teaser: 'Another' },
      { ...given, policy: 'PUBLIC' },
      { ...given, files: [{ ...large, bytes: flipped }, TEXT] },
      { ...given, files: [{ ...large, bytes: large.bytes.subarray(1) }, TEXT] },
      { ...given, files: [{ ...large, name: 'other' }, TEXT] },
      { ...given, files: [{ ...large, type: 'video/webm' }, TEXT] },
      { ...given, files: [TEXT, large] },
      { ...given, files: [large] },
      { ...given, files: [large, TEXT, { ...TEXT, name: 'more' }] },
    ]
    const before = await blockNames(world)
    for (const other of others) {
      const [status, error] = await refusal(uploadParts({ ...other, idempotencyKey }))
      expect([status, error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT'])
    }
    expect(await blockNames(world)).toEqual(before)
    expect((await post(uploadParts({ ...given, idempotencyKey }))).body).toEqual(first.body)
  })

  it('of another operation is a conflict, and stores nothing', async () => {
    const idempotencyKey = newKey()
    const input = { slug: 'silver', title: 'S', priceNanos: '1', periodSeconds: 60, idempotencyKey }
    await world.ask(
      'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { errors { code } } }',
      { input },
      token,
    )
    const before = await blockNames(world)
    const files = [{ name: 'new', bytes: keystreamBytes('of another operation', 50_000) }]
    const [status, error] = await refusal(uploadParts({ files, idempotencyKey }))
    expect([status, error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT'])
    expect(await blockNames(world)).toEqual(before)
  })

  it('of another account is no repeat', async () => {
    const given = { files: [TEXT], idempotencyKey: newKey() }
    const first = await post(uploadParts(given))
    const bob = await world.signIn(world.person('bob'))
    const other = await post(uploadParts(given), bob)
    expect(other.body.draft.signer.publicKey).toBe(world.person('bob').publicKey)
    expect(other.body.manifestCid).not.toBe(first.body.manifestCid)
  })

  it('five times at once ends in one draft', async () => {
    const given = { policy: 'PLAN:gold', files: [TEXT], idempotencyKey: newKey() }
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(uploadParts(given))))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(new Set(answers.map(({ body }) => body.draft.unsignedHex)).size).toBe(1)
    expect(new Set(answers.map(({ body }) => body.manifestCid)).size).toBe(1)
  })
})

describe('the same public bytes', () => {
  it('have one CID wherever they come, and gated ones never twice the same', async () => {
    const files = [TEXT]
    const [a, b] = [await upload(world, token, { files }), await upload(world, token, { files })]
    expect(a.files[0].cid).toBe(b.files[0].cid)
    const policy = 'PLAN:gold'
    const [c, d] = [
      await upload(world, token, { policy, files }),
      await upload(world, token, { policy, files }),
    ]
    expect(c.files[0].cid).not.toBe(d.files[0].cid)
  })
})
