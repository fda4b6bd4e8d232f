import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearer, type Given, newKey, upload, view } from './support/library.js'
import { Market } from './support/market.js'
import { pinNames } from './support/stored.js'
import { uploadWhole } from './support/tus.js'
import { bytesOf, hide, type UpdateGiven, update, versions } from './support/versions.js'
import type { Json, Person, World } from './support/world.js'

let market: Market
let world: World
let alice: Person
let bob: Person
let asAlice: string
let asBob: string

beforeAll(async () => {
  market = await Market.open()
  world = market.world
  alice = await market.person('alice of versions')
  bob = await market.person('bob of versions')
  asAlice = await world.signIn(alice)
  asBob = await world.signIn(bob)
  await market.plan(alice, 'gold')
  await market.plan(alice, 'silver')
  await market.pay(bob, alice, 'gold', { periods: 1000 })
}, 30_000)

afterAll(() => market[Symbol.asyncDispose]())

/** Signs and submits the draft of a payload; the id of its transaction, which is committed and read. */
async function commit(who: Person, payload: Json): Promise<string> {
  const id = await market.send(payload, who)
  await market.commit()
  await world.gateway.app.pins.look()
  return id
}

async function publish(who: Person, token: string, given: Given): Promise<Json> {
  const payload = await upload(world, token, given)
  return { ...payload, postHash: await commit(who, payload) }
}

const file = (name: string, bytes = name) => ({ name, bytes, type: 'text/plain' })
const gated = (names = ['a.txt', 'b.txt']) =>
  publish(alice, asAlice, {
    title: 'Film',
    teaser: 'Soon',
    policy: 'PLAN:gold',
    files: names.map((n) => file(n)),
  })
const open = () =>
  publish(alice, asAlice, { title: 'Song', teaser: 'Free', files: [file('a.txt'), file('b.txt')] })
const change = (given: UpdateGiven, token: string | undefined = asAlice) => update(world, token, given)

async function updated(given: UpdateGiven): Promise<Json> {
  const payload = await change(given)
  return { ...payload, id: await commit(alice, payload) }
}

async function pinned(): Promise<string[]> {
  return [...(await pinNames(world)).keys()]
}

describe('a new version', () => {
  it('of title and teaser moves no file, and says in its draft that it is an edit', async () => {
    const { postHash, manifestCid } = await gated()
    const payload = await change({ postHash, title: 'The film', teaser: 'Now' })
    expect(payload).toMatchObject({
      errors: [],
      manifestCid,
      files: [{ name: 'a.txt' }, { name: 'b.txt' }],
      draft: { kind: 'UPDATE_CONTENT', preview: { kind: 'UPDATE_CONTENT' } },
    })
    expect(payload.draft.preview.summary).toContain(
      `replaces the content ${postHash} by “The film”, open to “PLAN:gold”`,
    )
    expect(await view(world, postHash)).toMatchObject({ title: 'Film', teaser: 'Soon' })
    await commit(alice, payload)
    expect(await view(world, postHash)).toMatchObject({
      title: 'The film',
      teaser: 'Now',
      manifestCid,
      policy: { text: 'PLAN:gold' },
    })
    const { contents } = await world.ask(
      'query ($creator: PublicKey!) { contents(creator: $creator, first: 1) { nodes { postHash title } } }',
      { creator: alice.publicKey },
    )
    expect(contents.nodes).toEqual([{ postHash, title: 'The film' }])
  })

  it('of the title alone leaves the teaser as it is', async () => {
    const { postHash } = await open()
    await updated({ postHash, title: 'Another' })
    expect(await view(world, postHash)).toMatchObject({ title: 'Another', teaser: 'Free' })
  })

  it('of files keeps those that are named without sending them, by name or CID, under the same key', async () => {
    const { postHash, files, manifestCid } = await gated()
    const payload = await updated({
      postHash,
      files: [{ name: 'b.txt' }, file('c.txt'), { cid: files[0].cid, name: 'first.txt' }],
    })
    expect(payload.files).toMatchObject([
      { name: 'b.txt', cid: files[1].cid, isEncrypted: true, byteSize: '5' },
      { name: 'c.txt', isEncrypted: true },
      { name: 'first.txt', cid: files[0].cid, mediaType: 'text/plain' },
    ])
    expect(payload.manifestCid).not.toBe(manifestCid)
    expect(await Promise.all([0, 1, 2].map((index) => bytesOf(world, postHash, index, asBob)))).toEqual([
      'b.txt',
      'c.txt',
      'a.txt',
    ])
    expect(await bytesOf(world, postHash, 1)).toBe(401)
    const pins = await pinned()
    expect([manifestCid, payload.manifestCid].every((cid) => pins.includes(cid))).toBe(true)
  })

  it('of public files keeps them too, and takes what is on IPFS by its CID', async () => {
    const { postHash, files } = await open()
    const other = await publish(bob, asBob, { files: [file('other.txt', 'elsewhere')] })
    const payload = await updated({
      postHash,
      files: [{ name: 'a.txt' }, { cid: other.files[0].cid, name: 'o.txt', mediaType: 'text/x-o' }],
    })
    expect(payload.files).toMatchObject([
      { name: 'a.txt', cid: files[0].cid, isEncrypted: false },
      { name: 'o.txt', cid: other.files[0].cid, mediaType: 'text/x-o', byteSize: '9' },
    ])
    expect(await bytesOf(world, postHash, 'o.txt')).toBe('elsewhere')
  })

  it('takes uploads that resume, under the key that the content has, and a repeat when they are gone', async () => {
    const [one, two, three] = await Promise.all(
      ['one', 'two', 'three'].map((text) =>
        uploadWhole(world, asAlice, Buffer.from(text), { filename: text }),
      ),
    )
    const policy = 'PLAN:gold'
    const { postHash } = await publish(alice, asAlice, { policy, files: [file('a.txt')] })
    const given = { postHash, files: [{ uploadId: one }, { name: 'a.txt' }], idempotencyKey: newKey() }
    const payload = await updated(given)
    expect(payload.files).toMatchObject([{ name: 'one', isEncrypted: true }, { name: 'a.txt' }])
    expect(await change(given)).toMatchObject({ draft: payload.draft, errors: [] })
    expect(await change({ ...given, idempotencyKey: newKey() })).toMatchObject({
      errors: [{ code: 'INVALID_INPUT', path: ['input', 'files', '0', 'uploadId'] }],
    })
    await updated({ postHash, files: [{ uploadId: two }, { name: 'one' }] })
    expect(await bytesOf(world, postHash, 'two', asBob)).toBe('two')
    expect(await bytesOf(world, postHash, 'one', asBob)).toBe('one')
    const song = await open()
    await updated({ postHash: song.postHash, policy, files: [{ uploadId: three }] })
    expect(await bytesOf(world, song.postHash, 0)).toBe(401)
    expect(await bytesOf(world, song.postHash, 0, asBob)).toBe('three')
  })

  it('of policy among gated ones keeps files and key, and counts at once for access', async () => {
    const { postHash, manifestCid } = await gated()
    expect(await bytesOf(world, postHash, 0, asBob)).toBe('a.txt')
    const payload = await updated({ postHash, policy: 'PLAN:silver' })
    expect(payload.manifestCid).toBe(manifestCid)
    expect(await bytesOf(world, postHash, 0, asBob)).toBe(403)
    expect(await bytesOf(world, postHash, 0, asAlice)).toBe('a.txt')
    await updated({ postHash, policy: 'PLAN:silver,PLAN:gold' })
    expect(await bytesOf(world, postHash, 0, asBob)).toBe('a.txt')
  })

  it('that opens gated files serves them to everybody, and leaves them encrypted on IPFS', async () => {
    const { postHash, manifestCid, files } = await gated()
    const payload = await updated({ postHash, policy: 'PUBLIC' })
    expect(payload).toMatchObject({ manifestCid, files: [{ cid: files[0].cid, isEncrypted: true }, {}] })
    expect(await bytesOf(world, postHash, 0)).toBe('a.txt')
    const shown = await view(world, postHash)
    expect(shown.files[0].url).toBe(`${world.url}/content/${postHash}/0`)
    // New files are encrypted beside those that stay; alone they are plain.
    const mixed = await updated({ postHash, files: [{ name: 'a.txt' }, file('c.txt')] })
    expect(mixed.files.map(({ isEncrypted }: Json) => isEncrypted)).toEqual([true, true])
    expect(await bytesOf(world, postHash, 1)).toBe('c.txt')
    const plain = await updated({ postHash, files: [file('d.txt')] })
    expect(plain.files.map(({ isEncrypted }: Json) => isEncrypted)).toEqual([false])
    expect(await bytesOf(world, postHash, 0)).toBe('d.txt')
  })

  it('that gates what was open is refused with the reason, unless new files replace all of it', async () => {
    const { postHash, files } = await open()
    const reason = {
      __typename: 'InvalidInput',
      path: ['input', 'policy'],
      message: expect.stringContaining('their bytes are out'),
    }
    const attempts: UpdateGiven['files'][] = [
      undefined,
      [{ name: 'a.txt' }],
      [file('new.txt'), { cid: files[1].cid }],
    ]
    for (const given of attempts) {
      const payload = await change({ postHash, policy: 'PLAN:gold', ...(given && { files: given }) })
      expect(payload).toMatchObject({ draft: null, errors: [reason] })
    }
    const payload = await updated({ postHash, policy: 'PLAN:gold', files: [file('new.txt')] })
    expect(payload.files).toMatchObject([{ name: 'new.txt', isEncrypted: true }])
    expect(await bytesOf(world, postHash, 0)).toBe(401)
    expect(await bytesOf(world, postHash, 0, asBob)).toBe('new.txt')
    // What was gated, opened and gated again was open in between.
    const other = await gated()
    await updated({ postHash: other.postHash, policy: 'PUBLIC' })
    expect(await change({ postHash: other.postHash, policy: 'PLAN:gold' })).toMatchObject({
      errors: [reason],
    })
  })

  it('is pinned under its new name when it is committed', async () => {
    const { postHash } = await gated()
    const payload = await change({ postHash, files: [file('z.txt')] })
    expect(await pinned()).not.toContain(payload.manifestCid)
    await commit(alice, payload)
    expect(await pinned()).toContain(payload.manifestCid)
  })
})

describe('an update', () => {
  it('of another’s content, of none, of a hidden one, or by nobody is refused', async () => {
    const { postHash } = await gated()
    const given = { postHash, title: 'Mine' }
    const code = async (what: UpdateGiven, token: string | undefined) =>
      (await update(world, token, what)).errors.map((error: Json) => error.code)
    expect(await code(given, asBob)).toEqual(['NOT_ALLOWED'])
    expect(await code({ ...given, files: [file('x')] }, asBob)).toEqual(['NOT_ALLOWED'])
    expect(await code(given, undefined)).toEqual(['NOT_SIGNED_IN'])
    expect(await code({ ...given, postHash: 'ab'.repeat(32) }, asAlice)).toEqual(['CONTENT_NOT_FOUND'])
    await commit(alice, await hide(world, asAlice, { postHash }))
    expect(await code(given, asAlice)).toEqual(['CONTENT_NOT_FOUND'])
  })

  it('that a thief signs all the same is refused by the chain', async () => {
    const { postHash } = await gated()
    const payload = await change({ postHash, title: 'Stolen' })
    const { transaction, errors } = await world.submit(payload.draft.unsignedHex, bob, 'ACCEPTED')
    expect(errors).toMatchObject([{ code: 'INVALID_SIGNATURE' }])
    expect(transaction).toBeNull()
  })

  it('needs something to change, one content, and files that are there', async () => {
    const { postHash, files } = await gated()
    const errors = async (given: UpdateGiven) => (await change(given)).errors
    expect(await errors({ postHash })).toMatchObject([{ code: 'INVALID_INPUT', path: ['input'] }])
    expect(await errors({ title: 'x' })).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'postHash'] },
    ])
    expect(await errors({ postHash, files: [] })).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'files'] },
    ])
    expect(await errors({ postHash, title: '' })).toMatchObject([{ path: ['input', 'title'] }])
    expect(await errors({ postHash, policy: 'PLAN:none' })).toMatchObject([{ code: 'PLAN_NOT_FOUND' }])
    expect(await errors({ postHash, files: [{ name: 'none.txt' }] })).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'files', '0', 'name'] },
    ])
    expect(await errors({ postHash, files: [{ name: 'a.txt' }, { name: 'a.txt' }] })).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'files', '1', 'name'] },
    ])
    const twice = [{ cid: files[0].cid }, { cid: files[0].cid, name: 'other' }]
    expect(await errors({ postHash, files: twice })).toMatchObject([{ code: 'INVALID_INPUT' }])
  })

  it('and hiding are endpoints of REST, with the same input and answer', async () => {
    const { postHash, files } = await open()
    const post = async (path: string, input: Json, token?: string) => {
      const response = await fetch(`${world.url}/api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(token) },
        body: JSON.stringify({ idempotencyKey: newKey(), ...input }),
      })
      return { status: response.status, body: (await response.json()) as Json }
    }
    const change = { postHash, title: 'By REST', files: [{ cid: files[1].cid }] }
    const { status, body } = await post('update-content', change, asAlice)
    expect([status, body.files.map(({ name }: Json) => name)]).toEqual([200, ['b.txt']])
    await commit(alice, body)
    expect(await view(world, postHash)).toMatchObject({ title: 'By REST', manifestCid: body.manifestCid })
    expect(await post('update-content', change)).toMatchObject({ status: 401 })
    expect(await post('hide-content', { postHash }, asBob)).toMatchObject({ status: 403 })
    expect(await post('hide-content', { postHash: 'ab'.repeat(32) }, asAlice)).toMatchObject({ status: 404 })
    await commit(alice, (await post('hide-content', { postHash }, asAlice)).body)
    expect(await view(world, postHash)).toBeNull()
  })

  it('is found by the content’s id', async () => {
    const { postHash } = await open()
    const { id } = await view(world, postHash)
    await updated({ id, title: 'By id' })
    expect(await view(world, postHash)).toMatchObject({ title: 'By id' })
  })

  it('by the same key and input gives the first draft, whatever has changed; by another input a conflict', async () => {
    const { postHash } = await gated()
    const idempotencyKey = newKey()
    const given = { postHash, files: [{ name: 'a.txt' }, file('new.txt')], idempotencyKey }
    const first = await change(given)
    expect(await change(given)).toEqual(first)
    await commit(alice, first)
    await updated({ postHash, files: [file('quite.txt')] })
    expect(await change(given)).toEqual(first)
    expect(await change({ ...given, files: [{ name: 'b.txt' }, file('new.txt')] })).toMatchObject({
      errors: [{ code: 'IDEMPOTENCY_CONFLICT' }],
    })
    expect(await change({ ...given, files: [{ name: 'a.txt' }, file('new.txt', 'other')] })).toMatchObject({
      errors: [{ code: 'IDEMPOTENCY_CONFLICT' }],
    })
    expect(await change({ postHash, title: 'x', idempotencyKey })).toMatchObject({
      errors: [{ code: 'IDEMPOTENCY_CONFLICT' }],
    })
    const published = await upload(world, asAlice, { files: [file('p')], idempotencyKey })
    expect(published.errors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }])
  })
})

describe('the versions of a content', () => {
  it('are listed newest first with the transactions that made them, over a restart', async () => {
    const { postHash, manifestCid } = await gated()
    const second = await updated({ postHash, title: 'Two' })
    const third = await updated({ postHash, policy: 'PLAN:silver', files: [file('c.txt')] })
    const by = { signer: { publicKey: alice.publicKey }, status: 'COMMITTED' }
    const expected = [
      {
        manifestCid: third.manifestCid,
        title: 'Two',
        policy: { text: 'PLAN:silver' },
        transaction: { transactionId: third.id, kind: 'UPDATE_CONTENT', ...by },
      },
      {
        manifestCid,
        title: 'Two',
        policy: { text: 'PLAN:gold' },
        transaction: { transactionId: second.id, kind: 'UPDATE_CONTENT', ...by },
      },
      {
        manifestCid,
        title: 'Film',
        policy: { text: 'PLAN:gold' },
        transaction: { transactionId: postHash, kind: 'PUBLISH_CONTENT', ...by },
      },
    ]
    expect(await versions(world, postHash)).toEqual(expected)
    await world.restart()
    expect(await versions(world, postHash)).toEqual(expected)
  })
})

describe('hiding a content', () => {
  it('drafts an edit that says so; from then on it is null, in no list, and no byte is served', async () => {
    const { postHash, manifestCid } = await gated()
    const shown = await view(world, postHash, asBob)
    const url = shown.files[0].url
    expect((await fetch(url)).status).toBe(200)
    const payload = await hide(world, asAlice, { postHash })
    expect(payload).toMatchObject({
      errors: [],
      draft: { kind: 'HIDE_CONTENT', preview: { kind: 'HIDE_CONTENT', outputs: [] } },
    })
    expect(payload.draft.preview.summary).toContain(`unpublishes the content ${postHash}`)
    expect(await view(world, postHash)).not.toBeNull()
    await commit(alice, payload)
    expect(await view(world, postHash)).toBeNull()
    expect((await fetch(url)).status).toBe(404)
    expect(await bytesOf(world, postHash, 0, asAlice)).toBe(404)
    const { contents, node } = await world.ask(
      'query ($creator: PublicKey!, $id: ID!) { contents(creator: $creator) { nodes { postHash } } node(id: $id) { id } }',
      { creator: alice.publicKey, id: shown.id },
    )
    expect(contents.nodes.map((each: Json) => each.postHash)).not.toContain(postHash)
    expect(node).toBeNull()
    expect(await pinned()).not.toContain(manifestCid)
  })

  it('releases all versions, and nothing that another content uses', async () => {
    const { postHash, manifestCid } = await open()
    const second = await updated({ postHash, files: [{ name: 'a.txt' }] })
    const same = await publish(alice, asAlice, { title: 'Same', files: [file('a.txt'), file('b.txt')] })
    expect(same.manifestCid).toBe(manifestCid)
    await commit(alice, await hide(world, asAlice, { postHash }))
    const pins = await pinned()
    expect(pins).toContain(manifestCid)
    expect(pins).not.toContain(second.manifestCid)
    expect(await bytesOf(world, same.postHash, 'b.txt')).toBe('b.txt')
  })

  it('is for its creator alone, and gives the first draft again by its key', async () => {
    const { postHash } = await gated()
    const code = async (given: Parameters<typeof hide>[2], token: string | undefined) =>
      (await hide(world, token, given)).errors.map((error: Json) => error.code)
    expect(await code({ postHash }, asBob)).toEqual(['NOT_ALLOWED'])
    expect(await code({ postHash, signer: bob.publicKey }, asAlice)).toEqual(['NOT_ALLOWED'])
    expect(await code({ postHash }, undefined)).toEqual(['NOT_SIGNED_IN'])
    expect(await code({ postHash: '12'.repeat(32) }, asAlice)).toEqual(['CONTENT_NOT_FOUND'])
    expect(await code({}, asAlice)).toEqual(['INVALID_INPUT'])
    const given = { postHash, idempotencyKey: newKey() }
    const first = await hide(world, asAlice, given)
    await commit(alice, first)
    expect(await hide(world, asAlice, given)).toEqual(first)
    expect(await code({ postHash }, asAlice)).toEqual(['CONTENT_NOT_FOUND'])
  })
})
