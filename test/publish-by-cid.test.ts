import { rm } from 'node:fs/promises'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linksOf } from '../src/ipfs/dag-links.js'
import { decodeManifest } from '../src/protocol/manifest.js'
import { keystreamBytes } from './support/bytes.js'
import { newKey, PUBLISH, upload, view } from './support/library.js'
import { Market } from './support/market.js'
import { blockNames, blockPath } from './support/stored.js'
import { bytesOf } from './support/versions.js'
import type { Json, Person, World } from './support/world.js'

/** Public files that are on IPFS already: by their CIDs, of whoever brought them there. */
let market: Market
let world: World
let creator: Person
let token: string
let other: Person
/** Published by somebody else: two leaves, and one. */
let film: Json
let note: Json
let manifestCid: string

const FILM = keystreamBytes('a film on IPFS', 1_500_000)

beforeAll(async () => {
  market = await Market.open({ MAX_FILE_BYTES: '2000000' })
  world = market.world
  creator = await market.person('a creator by CID')
  other = await market.person('who brought the files')
  token = await world.signIn(creator)
  await market.plan(creator, 'gold')
  const files = [
    { name: 'film', bytes: FILM },
    { name: 'note.txt', bytes: 'a note' },
  ]
  const payload = await upload(world, await world.signIn(other), { files })
  ;[film, note] = payload.files
  manifestCid = payload.manifestCid
}, 30_000)

afterAll(() => market[Symbol.asyncDispose]())

async function publish(files: Json[], given: Record<string, unknown> = {}): Promise<Json> {
  const input = { title: 'T', teaser: '', idempotencyKey: newKey(), ...given, files }
  return (await world.ask(PUBLISH, { input }, token)).publishContent
}

async function blockCount(): Promise<number> {
  return (await blockNames(world)).length
}

describe('a file that is on IPFS', () => {
  it('is published by its CID, under a name of one’s own, without a byte moved', async () => {
    const before = await blockCount()
    const payload = await publish([
      { cid: film.cid, name: 'mine.mp4', mediaType: 'video/mp4' },
      { cid: note.cid, name: 'n.txt' },
    ])
    expect(payload.errors).toEqual([])
    expect(payload.files).toMatchObject([
      { name: 'mine.mp4', mediaType: 'video/mp4', cid: film.cid, byteSize: '1500000', isEncrypted: false },
      { name: 'n.txt', cid: note.cid, byteSize: '6' },
    ])
    // The manifest, its directory, and what holds them for the draft.
    expect((await blockCount()) - before).toBe(3)
    const postHash = await market.send(payload, creator)
    await market.commit()
    const response = await fetch(`${world.url}/content/${postHash}/mine.mp4`)
    expect(response.headers.get('content-type')).toBe('video/mp4')
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(FILM))).toBe(true)
    expect(await bytesOf(world, postHash, 'n.txt')).toBe('a note')
    await world.gateway.app.pins.look()
    expect(await world.gateway.app.ipfs.isPinned(CID.parse(payload.manifestCid))).toBe(true)
  })

  it('goes beside files that are sent', async () => {
    const sent = { name: 'sent.txt', bytes: 'sent' }
    const first = await upload(world, token, { files: [sent] })
    const again = await publish([
      { cid: first.files[0].cid, name: 'sent.txt', mediaType: first.files[0].mediaType },
    ])
    // The same files make the same manifest, however they came.
    expect(again.manifestCid).toBe(first.manifestCid)
  })

  it('may be named by a CID of version 0', async () => {
    const root = CID.parse(film.cid)
    const payload = await publish([{ cid: root.toV0().toString(), name: 'v0' }])
    expect(payload.files).toMatchObject([{ cid: film.cid }])
  })

  it('gives the first answer by the same key, and a conflict with another CID or name', async () => {
    const idempotencyKey = newKey()
    const given = [{ cid: note.cid, name: 'n.txt' }]
    const first = await publish(given, { idempotencyKey })
    expect(await publish(given, { idempotencyKey })).toEqual(first)
    for (const file of [
      { cid: film.cid, name: 'n.txt' },
      { cid: note.cid, name: 'm.txt' },
    ]) {
      expect(await publish([file], { idempotencyKey })).toMatchObject({
        draft: null,
        errors: [{ code: 'IDEMPOTENCY_CONFLICT' }],
      })
    }
  })

  it('is refused for what is not PUBLIC, with the reason', async () => {
    const payload = await publish([{ cid: film.cid, name: 'film' }], { policy: 'PLAN:gold' })
    expect(payload).toMatchObject({
      draft: null,
      errors: [
        {
          __typename: 'InvalidInput',
          path: ['input', 'files', '0', 'cid'],
          message: expect.stringContaining('open to everybody'),
        },
      ],
    })
  })

  it('must be there, and a file, with a name, from one source', async () => {
    const refusal = async (file: Json) => (await publish([file])).errors
    const missing = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
    const { dir } = decodeManifest(await world.gateway.app.ipfs.getBlock(CID.parse(manifestCid)))
    expect(await refusal({ cid: missing, name: 'a' })).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'files', '0', 'cid'] },
    ])
    for (const cid of [manifestCid, String(dir)]) {
      expect(await refusal({ cid, name: 'a' })).toMatchObject([
        { code: 'INVALID_INPUT', path: ['input', 'files', '0', 'cid'] },
      ])
    }
    expect(await refusal({ cid: film.cid })).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'files', '0', 'name'] },
    ])
    expect(await refusal({ cid: film.cid, uploadId: 'ab'.repeat(16), name: 'a' })).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'files', '0'] },
    ])
    expect(await refusal({ cid: film.cid, name: 'a/../b' })).toMatchObject([{ code: 'INVALID_INPUT' }])
    const { errors } = await world.query(
      PUBLISH,
      {
        input: { title: 'T', teaser: '', idempotencyKey: newKey(), files: [{ cid: 'nonsense', name: 'a' }] },
      },
      token,
    )
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })

  it('is no larger than one that is sent may be', async () => {
    const { cid } = await world.gateway.app.ipfs.importFile(
      (async function* () {
        yield new Uint8Array(2_000_001)
      })(),
    )
    expect(await publish([{ cid: cid.toString(), name: 'large' }])).toMatchObject({
      draft: null,
      errors: [{ code: 'UPLOAD_TOO_LARGE', limit: '2000000', path: ['input', 'files', '0', 'cid'] }],
    })
  })

  it('of which a part is missing is not drafted', async () => {
    const { cid } = await world.gateway.app.ipfs.importFile(
      (async function* () {
        yield keystreamBytes('to lose a leaf', 1_100_000)
      })(),
    )
    const leaf = linksOf(cid, await world.gateway.app.ipfs.getBlock(cid))[0] as CID
    await rm(blockPath(world, leaf))
    expect(await publish([{ cid: cid.toString(), name: 'half' }])).toMatchObject({
      draft: null,
      errors: [{ code: 'STORAGE_UNAVAILABLE' }],
    })
  })

  it('that is the ciphertext of somebody’s gated file stays ciphertext', async () => {
    const gated = await upload(world, token, { policy: 'PLAN:gold', files: [{ name: 'a', bytes: 'secret' }] })
    const payload = await publish([{ cid: gated.files[0].cid, name: 'stolen' }])
    const postHash = await market.send(payload, creator)
    await market.commit()
    expect(await view(world, postHash)).toMatchObject({ files: [{ isEncrypted: false }] })
    expect(await bytesOf(world, postHash, 0)).not.toContain('secret')
  })
})
