import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keystreamBytes } from './support/bytes.js'
import {
  announce,
  filePart,
  newKey,
  PUBLISH,
  publishParts,
  send,
  sendGraphql,
  upload,
  view,
} from './support/library.js'
import { MULTIPART_HEADERS, multipart, type Part } from './support/multipart.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

let world: World
let creator: Person
let token: string

beforeAll(async () => {
  world = await openWorld()
  creator = world.person('alice')
  token = await world.signIn(creator)
})
afterAll(() => world[Symbol.asyncDispose]())

/** publishContent with these files of the input, this map and these file parts. */
function parts(files: readonly Json[], map: unknown, fileParts: readonly Part[]): Part[] {
  const input = { title: 'Title', teaser: 'Teaser', idempotencyKey: newKey(), files }
  return [operations({ query: PUBLISH, variables: { input } }), mapPart(map), ...fileParts]
}

function operations(value: unknown): Part {
  return { name: 'operations', value: typeof value === 'string' ? value : JSON.stringify(value) }
}

function mapPart(value: unknown): Part {
  return { name: 'map', value: typeof value === 'string' ? value : JSON.stringify(value) }
}

const TEXT = { name: 'text.txt', bytes: 'some text', type: 'text/plain' }
const OTHER = { name: 'other.bin', bytes: Buffer.from([0, 255, 13, 10, 45, 45]), type: 'application/x-other' }
const PATH_0 = 'variables.input.files.0.upload'
const PATH_1 = 'variables.input.files.1.upload'

async function payloadOf(sent: readonly Part[]): Promise<Json> {
  const { status, body } = await sendGraphql(world, sent, token)
  expect([status, body.errors]).toEqual([200, undefined])
  return body.data.publishContent
}

/** The one refusal of a payload without a draft. */
async function refusalOf(sent: readonly Part[]): Promise<Json> {
  const { draft, manifestCid, files, errors } = await payloadOf(sent)
  expect([draft, manifestCid, files, errors.length]).toEqual([null, null, null, 1])
  return errors[0]
}

/** Status, code and message of a request that GraphQL never saw. */
async function malformed(sent: readonly Part[]): Promise<Json[]> {
  const { status, body } = await sendGraphql(world, sent, token)
  expect(body).toEqual({
    errors: [
      {
        message: expect.any(String),
        extensions: { code: expect.any(String), retryable: false, requestId: expect.any(String) },
      },
    ],
  })
  return [status, body.errors[0].extensions.code, body.errors[0].message]
}

async function bytesOf(postHash: string, index: number): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${world.url}/content/${postHash}/${index}`)).arrayBuffer())
}

describe('files by the GraphQL multipart specification', () => {
  it('are stored as they were sent, and drafted as a post that the viewer signs', async () => {
    const payload = await upload(world, token, { title: 'Two', teaser: 'Of two', files: [TEXT, OTHER] })
    expect(payload).toEqual({
      draft: {
        kind: 'PUBLISH_CONTENT',
        unsignedHex: expect.stringMatching(/^[0-9a-f]+$/),
        signer: { publicKey: creator.publicKey },
        preview: {
          summary: expect.stringContaining('Two'),
          outputs: [],
          fee: { nanos: expect.stringMatching(/^[1-9][0-9]*$/) },
          spend: { nanos: payload.draft.preview.fee.nanos },
        },
      },
      manifestCid: expect.stringMatching(/^bafyrei[a-z2-7]{52}$/),
      files: [
        {
          name: 'text.txt',
          mediaType: 'text/plain',
          byteSize: '9',
          // sha2-256 of the bytes as a raw block: what `ipfs add --cid-version=1` says.
          cid: 'bafkreifzj5xrexdz4os77kucn5meyegvflngnhthmicrxatlkv3w2bno2i',
          isEncrypted: false,
          url: null,
        },
        {
          name: 'other.bin',
          mediaType: 'application/x-other',
          byteSize: '6',
          cid: expect.stringMatching(/^bafkrei/),
          isEncrypted: false,
          url: null,
        },
      ],
      errors: [],
    })
    const { postHash } = await announce(world, creator, payload)
    expect(await bytesOf(postHash, 0)).toEqual(Buffer.from('some text'))
    expect(await bytesOf(postHash, 1)).toEqual(OTHER.bytes)
  })

  it('come with the content once the node shows the post, each at its address', async () => {
    const { postHash, manifestCid } = await announce(
      world,
      creator,
      await upload(world, token, { title: 'Titel – ✓', teaser: 'Ein Text\nmit Zeilen', files: [TEXT] }),
    )
    expect(await view(world, postHash)).toEqual({
      id: expect.any(String),
      postHash,
      title: 'Titel – ✓',
      teaser: 'Ein Text\nmit Zeilen',
      policy: { text: 'PUBLIC' },
      manifestCid,
      creator: { publicKey: creator.publicKey },
      files: [expect.objectContaining({ name: 'text.txt', url: `${world.url}/content/${postHash}/0` })],
      viewerAccess: { granted: true, reason: 'PUBLIC', expiresAt: null },
    })
  })

  it('keep the order of the input, in whatever order their parts come', async () => {
    const files = [{ upload: null }, { upload: null, name: 'renamed', mediaType: 'video/mp4; codecs="avc1"' }]
    const map = { b: [PATH_1], a: [PATH_0] }
    for (const order of [
      [filePart('a', TEXT), filePart('b', OTHER)],
      [filePart('b', OTHER), filePart('a', TEXT)],
    ]) {
      const { files: stored } = await payloadOf(parts(files, map, order))
      expect(stored.map((file: Json) => [file.name, file.mediaType, file.byteSize])).toEqual([
        ['text.txt', 'text/plain', '9'],
        ['renamed', 'video/mp4; codecs="avc1"', '6'],
      ])
    }
  })

  it('of many bytes keep their order too', async () => {
    const [first, second] = [keystreamBytes('first', 2_500_000), keystreamBytes('second', 1_200_000)]
    const files = [{ upload: null }, { upload: null }]
    const payload = await payloadOf(
      parts(files, { 0: [PATH_0], 1: [PATH_1] }, [
        filePart('1', { name: 'second', bytes: second }),
        filePart('0', { name: 'first', bytes: first }),
      ]),
    )
    const { postHash } = await announce(world, creator, payload)
    expect((await bytesOf(postHash, 0)).equals(first)).toBe(true)
    expect((await bytesOf(postHash, 1)).equals(second)).toBe(true)
  })

  it('may have no file name of their own where the input gives one', async () => {
    const bare = { name: '0', value: 'bytes', type: 'application/octet-stream' }
    const given = [{ upload: null, name: 'given' }]
    const { files } = await payloadOf(parts(given, { 0: [PATH_0] }, [bare]))
    expect([files[0].name, files[0].mediaType, files[0].byteSize]).toEqual([
      'given',
      'application/octet-stream',
      '5',
    ])
    expect(await refusalOf(parts([{ upload: null }], { 0: [PATH_0] }, [bare]))).toMatchObject({
      __typename: 'InvalidInput',
      path: ['input', 'files', '0', 'name'],
    })
  })

  it('may be mapped to variables of any shape', async () => {
    const query = `mutation ($film: Upload!, $more: [PublishFile!]!, $key: String!, $other: String!) {
      one: publishContent(input: { title: "One", teaser: "", files: [{ upload: $film }], idempotencyKey: $key }) {
        files { name } errors { message }
      }
      two: publishContent(input: { title: "Two", teaser: "", files: $more, idempotencyKey: $other }) {
        files { name } errors { message }
      }
    }`
    const variables = { film: null, more: [{ upload: null }], key: newKey(), other: newKey() }
    const map = { a: ['variables.film'], b: ['variables.more.0.upload'] }
    const sent = [operations({ query, variables }), mapPart(map), filePart('a', TEXT), filePart('b', OTHER)]
    expect((await sendGraphql(world, sent, token)).body.data).toEqual({
      one: { files: [{ name: 'text.txt' }], errors: [] },
      two: { files: [{ name: 'other.bin' }], errors: [] },
    })
  })

  it('are called what they are where they cannot be a value', async () => {
    const query = 'query ($id: ID!) { node(id: $id) { id } }'
    const map = mapPart({ 0: ['variables.id'] })
    const sent = [operations({ query, variables: { id: null } }), map, filePart('0', TEXT)]
    const { body } = await sendGraphql(world, sent, token)
    expect(body.errors[0].message).toMatch(/^Variable "\$id" got invalid value an uploaded file; /)
  })

  it('beside the map are thrown away', async () => {
    const extra = filePart('extra', { name: 'extra', bytes: keystreamBytes('extra', 300_000) })
    const { files } = await payloadOf(
      parts([{ upload: null }], { 0: [PATH_0] }, [extra, filePart('0', TEXT), extra]),
    )
    expect(files.map((file: Json) => file.name)).toEqual(['text.txt'])
  })

  it('of which the map names one that no variable uses do not hold up the others', async () => {
    const unused = filePart('unused', { name: 'unused', bytes: keystreamBytes('unused', 300_000) })
    const [, , ...files] = parts([{ upload: null }], {}, [unused, filePart('0', TEXT)])
    const input = { title: 'Title', teaser: '', idempotencyKey: newKey(), files: [{ upload: null }] }
    const { files: stored } = await payloadOf([
      operations({ query: PUBLISH, variables: { input, elsewhere: null } }),
      mapPart({ unused: ['variables.elsewhere'], 0: [PATH_0] }),
      ...files,
    ])
    expect(stored.map((file: Json) => file.name)).toEqual(['text.txt'])
  })
})

describe('an upload is refused as data, with the place in the input,', () => {
  it('where one part is mapped to two files', async () => {
    const files = [{ upload: null }, { upload: null, name: 'twin' }]
    expect(await refusalOf(parts(files, { 0: [PATH_0, PATH_1] }, [filePart('0', TEXT)]))).toEqual({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      message: 'One uploaded part cannot be two files: map each part to one variable.',
      path: ['input', 'files', '1', 'upload'],
      retryable: false,
    })
  })

  it('where a part that the map names does not come', async () => {
    const files = [{ upload: null }, { upload: null }]
    const map = { 0: [PATH_0], 1: [PATH_1] }
    expect(await refusalOf(parts(files, map, [filePart('0', TEXT)]))).toEqual({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      message: 'Multipart request: a part that map names did not come.',
      path: ['input', 'files', '1', 'upload'],
      retryable: false,
    })
  })

  it('where a file has no bytes mapped to it', async () => {
    expect(await refusalOf(parts([{ upload: null }], {}, []))).toEqual({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      message: 'Give the file’s bytes as upload.',
      path: ['input', 'files', '0', 'upload'],
      retryable: false,
    })
    const { publishContent } = await world.ask(
      PUBLISH,
      { input: { title: 'T', teaser: '', idempotencyKey: newKey(), files: [{ name: 'no bytes' }] } },
      token,
    )
    expect(publishContent.errors).toMatchObject([{ path: ['input', 'files', '0', 'upload'] }])
  })

  it('where there are no files', async () => {
    const none = { title: 'T', teaser: '', idempotencyKey: newKey(), files: [] }
    const { publishContent } = await world.ask(PUBLISH, { input: none }, token)
    expect(publishContent.errors).toEqual([
      {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: 'Give at least one file.',
        path: ['input', 'files'],
        retryable: false,
      },
    ])
  })

  it('where the body ends within a file', async () => {
    const { headers, body } = multipart(publishParts({ files: [TEXT] }))
    const cut = await send(`${world.url}/graphql`, { headers, body: body.subarray(0, -35) }, token)
    expect(cut.status).toBe(200)
    expect(cut.body.data.publishContent.errors).toEqual([
      {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: 'The file broke off before its end.',
        path: ['input', 'files', '0', 'upload'],
        retryable: false,
      },
    ])
  })

  it('where nobody is signed in', async () => {
    const { status, body } = await sendGraphql(world, publishParts({ files: [TEXT] }))
    expect([status, body.data.publishContent.errors]).toEqual([
      200,
      [
        {
          __typename: 'NotSignedIn',
          code: 'NOT_SIGNED_IN',
          message: 'Sign in first: this needs a bearer token.',
          path: null,
          retryable: false,
        },
      ],
    ])
  })
})

describe('a second mutation of the same request', () => {
  const two = `mutation ($a: PublishContentInput!, $b: PublishContentInput!) {
    a: publishContent(input: $a) { files { name byteSize } errors { code message path } }
    b: publishContent(input: $b) { files { name byteSize } errors { code message path } }
  }`
  const inputs = () => ({
    a: { title: 'A', teaser: '', idempotencyKey: newKey(), files: [{ upload: null }] },
    b: { title: 'B', teaser: '', idempotencyKey: newKey(), files: [{ upload: null }] },
  })
  const map = mapPart({ a: ['variables.a.files.0.upload'], b: ['variables.b.files.0.upload'] })
  const large = { name: 'large', bytes: keystreamBytes('large', 200_000) }

  it('has files of its own', async () => {
    const { body } = await sendGraphql(
      world,
      [operations({ query: two, variables: inputs() }), map, filePart('a', TEXT), filePart('b', large)],
      token,
    )
    expect(body.data).toEqual({
      a: { files: [{ name: 'text.txt', byteSize: '9' }], errors: [] },
      b: { files: [{ name: 'large', byteSize: '200000' }], errors: [] },
    })
  })

  it('whose parts came too early is told so, instead of waiting for ever', async () => {
    const { body } = await sendGraphql(
      world,
      [operations({ query: two, variables: inputs() }), map, filePart('b', large), filePart('a', TEXT)],
      token,
    )
    expect(body.data).toEqual({
      a: { files: [{ name: 'text.txt', byteSize: '9' }], errors: [] },
      b: {
        files: null,
        errors: [
          {
            code: 'INVALID_INPUT',
            message: 'Its part came before another that was needed first: send them in that order.',
            path: ['input', 'files', '0', 'upload'],
          },
        ],
      },
    })
  })

  it('that shares the part of the first gets nothing of it, above all no empty file', async () => {
    const { body } = await sendGraphql(
      world,
      [
        operations({ query: two, variables: inputs() }),
        mapPart({ a: ['variables.a.files.0.upload', 'variables.b.files.0.upload'] }),
        filePart('a', large),
      ],
      token,
    )
    expect(body.data.a).toEqual({ files: [{ name: 'large', byteSize: '200000' }], errors: [] })
    expect(body.data.b).toMatchObject({ files: null, errors: [{ code: 'INVALID_INPUT' }] })
  })

  it('gets its file though that of the first was refused unread', async () => {
    const variables = inputs()
    variables.a.title = ''
    const sent = [operations({ query: two, variables }), map, filePart('a', large), filePart('b', TEXT)]
    const { body } = await sendGraphql(world, sent, token)
    expect(body.data.a).toMatchObject({ files: null, errors: [{ path: ['input', 'title'] }] })
    expect(body.data.b).toEqual({ files: [{ name: 'text.txt', byteSize: '9' }], errors: [] })
  })
})

describe('a multipart body that is not of the specification', () => {
  const good = () => parts([{ upload: null }], { 0: [PATH_0] }, [filePart('0', TEXT)])

  it('is named as such: parts that are missing or in the wrong order', async () => {
    const [ops, map, file] = good() as [Part, Part, Part]
    expect(await malformed([map, ops, file])).toEqual([
      400,
      'BAD_REQUEST',
      'Multipart request: operations must come before map.',
    ])
    expect(await malformed([file, ops, map])).toEqual([
      400,
      'BAD_REQUEST',
      'Multipart request: operations and map must come before the files.',
    ])
    for (const sent of [[], [ops], [{ name: 'other', value: 'field' }]]) {
      expect(await malformed(sent)).toEqual([
        400,
        'BAD_REQUEST',
        'Multipart request: operations or map is missing.',
      ])
    }
    expect((await malformed([ops, file]))[2]).toBe(
      'Multipart request: operations and map must come before the files.',
    )
  })

  it.each([
    ['{"query": ', 'operations is not JSON.'],
    ['[]', 'operations must be a JSON object.'],
    ['null', 'operations must be a JSON object.'],
    ['"text"', 'operations must be a JSON object.'],
  ])('is named as such: operations %s', async (text, message) => {
    const [, map, file] = good() as [Part, Part, Part]
    expect(await malformed([operations(text), map, file])).toEqual([
      400,
      'BAD_REQUEST',
      `Multipart request: ${message}`,
    ])
  })

  it.each([
    ['{"0":', 'map is not JSON.'],
    ['["variables.input"]', 'map must be a JSON object.'],
    ['{"0": "variables.input.files.0.upload"}', 'map.0 must be a list of paths.'],
    ['{"0": [0]}', 'map: a path begins with variables.'],
    ['{"0": [""]}', 'map: a path begins with variables.'],
    ['{"0": ["variables"]}', 'map: a path begins with variables.'],
    ['{"0": ["query"]}', 'map: a path begins with variables.'],
    ['{"0": ["0.variables.input"]}', 'map: a path begins with variables.'],
    ['{"0": ["variables.input.files.7.upload"]}', 'map: there is no null at variables.input.files.7.upload.'],
    ['{"0": ["variables.input.title"]}', 'map: there is no null at variables.input.title.'],
    ['{"0": ["variables.__proto__.polluted"]}', 'map: there is no null at variables.__proto__.polluted.'],
    [
      '{"0": ["variables.constructor.prototype"]}',
      'map: there is no null at variables.constructor.prototype.',
    ],
    ['{"0": ["variables.input.files.length"]}', 'map: there is no null at variables.input.files.length.'],
  ])('is named as such: map %s', async (text, message) => {
    const [ops, , file] = good() as [Part, Part, Part]
    expect(await malformed([ops, mapPart(text), file])).toEqual([
      400,
      'BAD_REQUEST',
      `Multipart request: ${message}`,
    ])
  })

  it('cannot reach a prototype by keys that JSON alone can write', async () => {
    const [, , file] = good() as [Part, Part, Part]
    const ops = operations('{"query": "{ __typename }", "variables": {"__proto__": {"polluted": null}}}')
    const { status } = await sendGraphql(
      world,
      [ops, mapPart({ 0: ['variables.__proto__.polluted'] }), file],
      token,
    )
    expect(status).toBe(200)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('without a boundary, or cut off before its map, is a bad request', async () => {
    const { body } = multipart(good())
    const url = `${world.url}/graphql`
    const noBoundary = { headers: { 'content-type': 'multipart/form-data' }, body }
    expect((await send(url, noBoundary, token)).body.errors[0]).toMatchObject({
      message: 'The multipart body has no boundary.',
      extensions: { code: 'BAD_REQUEST' },
    })
    const cut = await send(url, { headers: MULTIPART_HEADERS, body: body.subarray(0, 90) }, token)
    expect([cut.status, cut.body.errors[0]]).toMatchObject([
      400,
      { message: 'The multipart body is malformed or incomplete.', extensions: { code: 'BAD_REQUEST' } },
    ])
  })

  it('with a field beyond four mebibytes, or more fields than any request needs, passes a limit', async () => {
    const [ops] = good() as [Part]
    const huge = { name: 'map', value: `{"0": ["${'x'.repeat(4_200_000)}"]}` }
    expect(await malformed([ops, huge])).toEqual([
      413,
      'LIMIT_EXCEEDED',
      'A field has at most 4194304 bytes.',
    ])
    const many = Array.from({ length: 40 }, (_, index) => ({ name: `field-${index}`, value: '' }))
    expect((await malformed(many)).slice(0, 2)).toEqual([413, 'LIMIT_EXCEEDED'])
  })

  it('is the request of a query all the same, which may leave its parts unread', async () => {
    const ops = operations({ query: '{ __typename }', variables: { file: null } })
    const file = filePart('0', { name: 'large', bytes: keystreamBytes('unread', 500_000) })
    const { status, body } = await sendGraphql(world, [ops, mapPart({ 0: ['variables.file'] }), file], token)
    expect([status, body]).toEqual([200, { data: { __typename: 'Query' } }])
  })
})
