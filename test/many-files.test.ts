import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ciOnly } from './support/ci-only.js'
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
import { multipart } from './support/multipart.js'
import { type Json, openWorld, type Person, type World } from './support/world.js'

/** Up to 10,000 files a content, with names as they are. */
const MOST = 10_000
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

const files = (count: number, pad = 5) =>
  Array.from({ length: count }, (_, index) => ({
    name: `folder-${index % 7}/${String(index).padStart(pad, '0')}.ts`,
    bytes: `segment ${index}`,
    type: 'video/mp2t',
  }))

const FILES = `query ($hash: TransactionId!) { content(postHash: $hash) { baseUrl files { name byteSize url } } }`

async function expectAll(postHash: string, given: readonly { name: string; bytes: string }[]): Promise<void> {
  const { content } = await world.ask(FILES, { hash: postHash }, token)
  expect(content.files.map(({ name, byteSize }: Json) => [name, byteSize])).toEqual(
    given.map(({ name, bytes }) => [name, String(bytes.length)]),
  )
  for (const index of [0, given.length >> 1, given.length - 1]) {
    const { name, bytes } = given[index] ?? { name: '', bytes: '' }
    expect(content.files[index].url).toBe(`${content.baseUrl}${name}`)
    expect(await (await fetch(content.files[index].url)).text()).toBe(bytes)
    const byIndex = await fetch(`${world.url}/content/${postHash}/${index}`, { headers: bearer(token) })
    expect(await byIndex.text()).toBe(bytes)
  }
}

describe('a content of many files', () => {
  it.each(['PUBLIC', 'PLAN:gold'])('has them all, in their order: %s', async (policy) => {
    const given = files(300)
    const { postHash } = await announce(world, creator, await upload(world, token, { policy, files: given }))
    await expectAll(postHash, given)
  })

  ciOnly('has 10,000 of them, by GraphQL', 'it uploads 10,000 files', async () => {
    const given = files(MOST)
    const payload = await upload(world, token, { policy: 'PLAN:gold', files: given })
    expect(payload.files).toHaveLength(MOST)
    await expectAll((await announce(world, creator, payload)).postHash, given)
  })

  ciOnly('has 10,000 of them, by REST, and not one more', 'it uploads 20,001 files', async () => {
    const given = files(MOST, 30)
    const body = uploadParts({ policy: 'PLAN:gold', files: given })
    const { status, body: payload } = await send(`${world.url}/api/upload-content`, multipart(body), token)
    expect([status, payload.files.length]).toEqual([200, MOST])
    await expectAll((await announce(world, creator, payload)).postHash, given)
    const tooMany = multipart(uploadParts({ files: files(MOST + 1) }))
    const refused = await send(`${world.url}/api/upload-content`, tooMany, token)
    expect([refused.status, refused.body.errors]).toMatchObject([
      413,
      [{ code: 'UPLOAD_TOO_LARGE', limit: '10000' }],
    ])
  })
})

describe('an answer', () => {
  ciOnly('lists 20,000 files, and no more', 'it uploads 10,000 files', async () => {
    const given = files(MOST)
    const { postHash } = await announce(world, creator, await upload(world, token, { files: given }))
    await expectAll(postHash, given)
    const { data, errors } = await world.query(
      `query ($hash: TransactionId!) { content(postHash: $hash) {
        title one: files { name } two: files { name } three: files { name }
      } }`,
      { hash: postHash },
    )
    const { title, one, two, three } = data?.content ?? {}
    expect([title, one.length, two.length, three]).toEqual(['Title', MOST, MOST, null])
    expect(errors).toMatchObject([
      { path: ['content', 'three'], extensions: { code: 'LIMIT_EXCEEDED', retryable: false } },
    ])
  })
})

describe('names that are longer than a manifest has room for', () => {
  const long = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `${'x'.repeat(250)}/${'y'.repeat(250)}/${'z'.repeat(250)}/${String(index).padStart(250, '0')}`,
      bytes: 'x',
    }))
  const expected = {
    code: 'UPLOAD_TOO_LARGE',
    message:
      'The manifest of a content has at most 2097152 bytes: publish fewer files, or under shorter names.',
    path: ['input', 'files'],
    retryable: false,
  }

  it('are refused before a byte of theirs is stored, where they are known', async () => {
    const [operations, map] = publishParts({ files: long(2_000), idempotencyKey: newKey() })
    const { body } = await sendGraphql(world, [operations as never, map as never], token)
    expect(body.data.publishContent.errors).toEqual([
      { __typename: 'UploadTooLarge', limit: '2097152', ...expected },
    ])
  })

  it('are refused by REST as soon as they have no room', async () => {
    const body = multipart(uploadParts({ policy: 'PLAN:gold', files: long(2_000) }))
    const { status, body: refused } = await send(`${world.url}/api/upload-content`, body, token)
    expect([status, refused.errors]).toMatchObject([413, [expected]])
  })
})
