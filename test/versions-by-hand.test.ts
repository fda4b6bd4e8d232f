import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keystreamBytes } from './support/bytes.js'
import { bearer, type Given, upload, view } from './support/library.js'
import { Market } from './support/market.js'
import { pinNames } from './support/stored.js'
import { bytesOf, hide, sendPost, type UpdateGiven, update, versions } from './support/versions.js'
import type { Json, Person, World } from './support/world.js'

/** Edits on a chain that makes blocks only when told, some of them by wallets that know no gateway. */
let market: Market
let world: World
let creator: Person
let token: string
let other: Person

beforeAll(async () => {
  market = await Market.open()
  world = market.world
  creator = await market.person('a creator who edits')
  other = await market.person('another creator')
  token = await world.signIn(creator)
  await market.plan(creator, 'gold')
}, 30_000)

afterAll(() => market[Symbol.asyncDispose]())

/** Drafted, signed and sent, and in no block yet; the id of its transaction. */
async function send(payload: Json, who = creator): Promise<string> {
  return market.send(payload, who)
}

async function publish(
  given: Partial<Given> = {},
  who = creator,
): Promise<{ postHash: string; manifestCid: string }> {
  const files = given.files ?? [{ name: 'a.txt', bytes: `${who.name} ${Math.random()}` }]
  const payload = await upload(world, await world.signIn(who), { title: 'One', ...given, files })
  const postHash = await send(payload, who)
  await commit()
  return { postHash, manifestCid: payload.manifestCid }
}

/** What waits is in a block, and the gateway has read it. */
async function commit(): Promise<void> {
  await market.commit()
  await world.gateway.app.pins.look()
}

const change = (given: UpdateGiven) => update(world, token, given)

async function edit(edits: string, extra: Record<string, string>, who = creator): Promise<string> {
  const id = await sendPost(market, who, { edits, extra })
  await market.commit()
  return id
}

async function pinned(): Promise<string[]> {
  return [...(await pinNames(world)).keys()]
}

const ids = async (postHash: string) =>
  (await versions(world, postHash)).map(({ transaction }) => transaction?.transactionId ?? null)

describe('an edit that counts as soon as the node shows it', () => {
  it('is the newest version while it waits for a block, with its transaction pending', async () => {
    const payload = await upload(world, token, { title: 'One', files: [{ name: 'a', bytes: 'first' }] })
    const postHash = await send(payload)
    expect(await versions(world, postHash)).toMatchObject([
      { title: 'One', transaction: { transactionId: postHash, status: 'PENDING' } },
    ])
    const second = await send(await change({ postHash, title: 'Two' }))
    expect(await view(world, postHash)).toMatchObject({ title: 'Two' })
    expect(await versions(world, postHash)).toMatchObject([
      { title: 'Two', transaction: { transactionId: second, status: 'PENDING' } },
      { title: 'One', transaction: { transactionId: postHash, status: 'PENDING' } },
    ])
    await market.commit()
    expect(await versions(world, postHash)).toMatchObject([
      { title: 'Two', transaction: { transactionId: second, status: 'COMMITTED' } },
      { title: 'One', transaction: { transactionId: postHash, status: 'COMMITTED' } },
    ])
  })

  it('shuts out who had access, and lets in whom it opens to, at once', async () => {
    const { postHash } = await publish({ policy: 'PLAN:gold', files: [{ name: 'a', bytes: 'gold' }] })
    expect(await bytesOf(world, postHash, 0)).toBe(401)
    await send(await change({ postHash, policy: 'PUBLIC' }))
    expect(await bytesOf(world, postHash, 0)).toBe('gold')
    await sendPost(market, creator, { edits: postHash, extra: { DIGACCESS: 'PLAN:gold' } })
    expect(await bytesOf(world, postHash, 0)).toBe(401)
    await market.commit()
    expect(await bytesOf(world, postHash, 0)).toBe(401)
  })

  it('survives a restart between submit and commit: version and pin are those of the blocks', async () => {
    const { postHash, manifestCid } = await publish()
    const payload = await change({ postHash, files: [{ name: 'b.txt', bytes: 'b' }] })
    const id = await send(payload)
    await world.gateway.close()
    await market.commit()
    await world.restart()
    expect(await versions(world, postHash)).toMatchObject([
      { manifestCid: payload.manifestCid, transaction: { transactionId: id, status: 'COMMITTED' } },
      { manifestCid, transaction: { transactionId: postHash } },
    ])
    expect(await pinned()).toEqual(expect.arrayContaining([manifestCid, payload.manifestCid]))
    expect(await bytesOf(world, postHash, 'b.txt')).toBe('b')
  })
})

describe('an edit by another app', () => {
  it('of one field is a version with its transaction, and is remembered', async () => {
    const { postHash, manifestCid } = await publish({ policy: 'PLAN:gold' })
    const id = await edit(postHash, { DIGTITLE: 'By hand' })
    const expected = [
      { title: 'By hand', manifestCid, policy: { text: 'PLAN:gold' }, transaction: { transactionId: id } },
      { title: 'One', manifestCid, transaction: { transactionId: postHash } },
    ]
    expect(await versions(world, postHash)).toMatchObject(expected)
    await world.chain.mine(70)
    await world.restart()
    expect(await versions(world, postHash)).toMatchObject(expected)
  })

  it('of long ago that nobody saw is a version without a transaction', async () => {
    const { postHash } = await publish()
    await world.gateway.app.pins.look()
    await edit(postHash, { DIGTITLE: 'Unseen' })
    await world.chain.mine(70)
    expect(await versions(world, postHash)).toMatchObject([
      { title: 'Unseen', transaction: null },
      { title: 'One', transaction: { transactionId: postHash } },
    ])
  })

  it('that names another creator’s manifest makes it no content, in no list, without a byte, and no version', async () => {
    const theirs = await publish({ policy: 'PUBLIC', files: [{ name: 'a', bytes: 'theirs' }] }, other)
    const { postHash, manifestCid } = await publish()
    await edit(postHash, { DIGMANIFEST: theirs.manifestCid })
    expect(await view(world, postHash)).toBeNull()
    expect(await bytesOf(world, postHash, 0, token)).toBe(404)
    expect(await change({ postHash, title: 'x' })).toMatchObject({ errors: [{ code: 'CONTENT_NOT_FOUND' }] })
    expect(await hide(world, token, { postHash })).toMatchObject({ errors: [{ code: 'CONTENT_NOT_FOUND' }] })
    const back = await edit(postHash, { DIGMANIFEST: manifestCid, DIGTITLE: 'Back' })
    expect(await view(world, postHash)).toMatchObject({ title: 'Back', manifestCid })
    expect(await ids(postHash)).toEqual([back, postHash])
  })

  it('that loses a field makes it no content until the field is back', async () => {
    for (const key of ['DIGV', 'DIGTITLE', 'DIGMANIFEST', 'DIGACCESS']) {
      const { postHash, manifestCid } = await publish()
      await edit(postHash, { [key]: '' })
      expect(await view(world, postHash)).toBeNull()
      expect(await bytesOf(world, postHash, 0, token)).toBe(404)
      const fields = { DIGV: '1', DIGTITLE: 'One', DIGMANIFEST: manifestCid, DIGACCESS: 'PUBLIC' }
      await edit(postHash, { [key]: fields[key as keyof typeof fields] })
      expect(await view(world, postHash)).toMatchObject({ title: 'One' })
    }
  })

  it('back to an older version has its bytes, which keep their pin while the content is shown', async () => {
    const { postHash, manifestCid } = await publish({ files: [{ name: 'a', bytes: 'the first' }] })
    await send(await change({ postHash, files: [{ name: 'a', bytes: 'the second' }] }))
    await market.commit()
    expect(await bytesOf(world, postHash, 0)).toBe('the second')
    await edit(postHash, { DIGMANIFEST: manifestCid })
    expect(await bytesOf(world, postHash, 0)).toBe('the first')
    expect(await pinned()).toContain(manifestCid)
  })

  it('of another’s post is refused by the chain', async () => {
    const { postHash } = await publish()
    await expect(sendPost(market, other, { edits: postHash, extra: { DIGTITLE: 'Mine' } })).rejects.toThrow(
      'RuleErrorSubmitPostPostModificationNotAuthorized',
    )
    expect(await view(world, postHash)).toMatchObject({ title: 'One' })
  })

  it('that the gateway drafts over is edited whole: no field of before is left out', async () => {
    const { postHash } = await publish()
    await edit(postHash, { DIGTITLE: 'By hand', OTHER: 'kept' })
    const third = await send(await change({ postHash, teaser: 'New' }))
    await market.commit()
    expect(await view(world, postHash)).toMatchObject({ title: 'By hand', teaser: 'New' })
    expect((await ids(postHash))[0]).toBe(third)
  })
})

describe('a draft of an update', () => {
  it('that nobody signs leaves the content and its pins as they are', async () => {
    const { postHash, manifestCid } = await publish()
    const payload = await change({ postHash, files: [{ name: 'b', bytes: 'never' }] })
    const before = await pinned()
    expect(before).toContain(manifestCid)
    expect(before).not.toContain(payload.manifestCid)
    expect(await ids(postHash)).toEqual([postHash])
    expect(await view(world, postHash)).toMatchObject({ manifestCid })
  })
})

describe('a content that is hidden while somebody reads it', () => {
  it('is read to its end by whom it was opened for, and by nobody after', async () => {
    const film = keystreamBytes('hidden film', 12 << 20)
    const { postHash, manifestCid } = await publish({
      policy: 'PLAN:gold',
      files: [{ name: 'film', bytes: film }],
    })
    const response = await fetch(`${world.url}/content/${postHash}/0`, { headers: bearer(token) })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const chunks = [(await reader.read()).value as Uint8Array]
    await send(await hide(world, token, { postHash }))
    await market.commit()
    await world.gateway.app.pins.look()
    expect(await pinned()).not.toContain(manifestCid)
    expect(await bytesOf(world, postHash, 0, token)).toBe(404)
    for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value)
    expect(Buffer.concat(chunks).equals(Buffer.from(film))).toBe(true)
  })
})
