import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newContentKey, wrapContentKey } from '../src/crypto/content-keys.js'
import { ciphertextSize } from '../src/crypto/streaming-aead.js'
import { publicKeyToBytes } from '../src/deso/keys.js'
import { contentBody } from '../src/protocol/content-post.js'
import {
  decodeManifest,
  encodeManifest,
  type GatedManifest,
  type Manifest,
  manifestCid,
} from '../src/protocol/manifest.js'
import { keystreamBytes } from './support/bytes.js'
import { bearer, upload, view } from './support/library.js'
import { DESO, Market } from './support/market.js'
import type { Person, World } from './support/world.js'

/** More than one leaf, so that there is something to steal in ranges. */
const FILM = keystreamBytes('the film', 1_200_000)

let market: Market
let world: World
let victim: Person
let thief: Person
let accomplice: Person
let manifest: GatedManifest
let cid: string
/** Of the thief and of his accomplice. */
let tokens: string[]

beforeAll(async () => {
  market = await Market.open()
  world = market.world
  victim = await market.person('the victim')
  thief = await market.person('the thief')
  accomplice = await market.person('the accomplice')
  for (const creator of [victim, thief]) await market.plan(creator, 'gold', { periodSeconds: 0 })
  tokens = [await world.signIn(thief), await world.signIn(accomplice)]
  // The accomplice is a subscriber of the thief, not of the victim.
  await market.pay(accomplice, thief, 'gold')
  ;({ cid } = await publishFilm())
  manifest = decodeManifest(await world.gateway.app.ipfs.getBlock(CID.parse(cid))) as GatedManifest
})
afterAll(() => market[Symbol.asyncDispose]())

async function publishFilm(policy = 'PLAN:gold'): Promise<{ hash: string; cid: string }> {
  const files = [{ name: 'film', bytes: FILM, type: 'video/mp4' }]
  const payload = await upload(world, await world.signIn(victim), { policy, files })
  const { id } = await market.execute(payload, victim)
  return { hash: id, cid: payload.manifestCid }
}

/** A post of any fields, past the gateway; `edits`: one that it replaces. Its hash. */
async function post(
  signer: Person,
  fields: Record<string, string>,
  { edits = '', isHidden = false }: { edits?: string; isHidden?: boolean } = {},
): Promise<string> {
  const id = await market.sendOwn(signer, {
    metadata: {
      type: 'SUBMIT_POST',
      postHashToModify: Buffer.from(edits, 'hex'),
      parentStakeId: new Uint8Array(),
      body: contentBody('A teaser'),
      creatorBasisPoints: 1_000n,
      stakeMultipleBasisPoints: 12_500n,
      timestampNanos: BigInt(world.clock.now()) * 1_000_000n,
      isHidden,
    },
    extraData: new Map(Object.entries(fields).map(([key, text]) => [key, Buffer.from(text)])),
    feeNanos: DESO / 1_000n,
  })
  await market.commit()
  return edits || id
}

function fields(manifestCid: string, policy: string): Record<string, string> {
  return { DIGV: '1', DIGTITLE: 'Mine', DIGMANIFEST: manifestCid, DIGACCESS: policy }
}

/** Puts a manifest into the store, as anybody may into IPFS. */
async function plant(value: Manifest | Uint8Array): Promise<string> {
  const bytes = value instanceof Uint8Array ? value : encodeManifest(value)
  const planted = await manifestCid(bytes)
  await world.gateway.app.ipfs.putBlock(planted, bytes)
  return planted.toString()
}

function mine(parts: Partial<GatedManifest> = {}): GatedManifest {
  return { ...manifest, creator: publicKeyToBytes(thief.publicKey), ...parts }
}

/** Whoever asks, by whatever door: this status (anonymous another one, where given), and nothing of the film. */
async function expectNothing(
  hash: string,
  status: number,
  ofAnonymous = status,
  ranges = ['bytes=0-', 'bytes=-99', 'bytes=1100000-1100099'],
): Promise<void> {
  for (const token of [undefined, ...tokens]) {
    const expected = token === undefined ? ofAnonymous : status
    for (const path of [`/content/${hash}/0`, `/api/fetch-content?postHash=${hash}&file=0`]) {
      for (const range of ranges) {
        const response = await fetch(`${world.url}${path}`, { headers: { ...bearer(token), range } })
        const body = Buffer.from(await response.arrayBuffer())
        expect([path, range, response.status]).toEqual([path, range, expected])
        for (const at of [0, 1_100_000, FILM.length - 99]) {
          expect(body.includes(FILM.subarray(at, at + 16))).toBe(false)
        }
      }
    }
  }
}

async function isListed(creator: Person, hash: string): Promise<boolean> {
  const { contents, account } = await world.ask(
    `query ($creator: PublicKey!) {
      contents(creator: $creator, first: 100) { nodes { postHash } }
      account(by: { publicKey: $creator }) { contents(first: 100) { nodes { postHash } } }
    }`,
    { creator: creator.publicKey },
  )
  const inList = contents.nodes.some((node: { postHash: string }) => node.postHash === hash)
  expect(account.contents.nodes).toEqual(contents.nodes)
  return inList
}

/** No content at all: null, in no list, no byte. */
async function expectNoContent(creator: Person, hash: string): Promise<void> {
  expect(await view(world, hash)).toBeNull()
  expect((await fetch(`${world.url}/api/fetch-content?postHash=${hash}`)).status).toBe(404)
  expect(await isListed(creator, hash)).toBe(false)
  await expectNothing(hash, 404, 404, ['bytes=0-'])
}

describe('a thief’s post', () => {
  it.each([
    'PUBLIC',
    'PLAN:gold',
  ])('of another creator’s manifest is no content, under %s', async (policy) => {
    await expectNoContent(thief, await post(thief, fields(cid, policy)))
  })

  it.each([
    'PUBLIC',
    'PLAN:gold',
  ])('of a manifest of his own opens nothing with the victim’s files and wrapped keys, under %s', async (policy) => {
    const encId = Uint8Array.from({ length: 16 }, () => 7)
    for (const enc of [manifest.enc, { ...manifest.enc, id: encId }]) {
      const hash = await post(thief, fields(await plant(mine({ enc })), policy))
      expect((await view(world, hash)).files).toHaveLength(1)
      await expectNothing(hash, 404, policy === 'PUBLIC' ? 404 : 401)
    }
  })

  it('opens nothing with a key of his own either', async () => {
    const [creator33, contentKey] = [publicKeyToBytes(thief.publicKey), newContentKey()]
    const to = world.gateway.app.identity.publicKey
    const key = wrapContentKey({ contentKey, creator33, encId: manifest.enc.id }, to)
    const enc = { ...manifest.enc, keys: [{ to, key }, ...manifest.enc.keys] }
    await expectNothing(await post(thief, fields(await plant(mine({ enc })), 'PUBLIC')), 502)
  })

  it('that says the files are plain gives out the ciphertext that everybody has', async () => {
    const [file] = manifest.files
    if (!file) throw new Error('no file')
    const { id: _, ...plain } = file
    const size = ciphertextSize(FILM.length)
    const creator = publicKeyToBytes(thief.publicKey)
    const asIs = { creator, enc: null, dir: null, files: [{ ...plain, size }] } as const
    const hash = await post(thief, fields(await plant(asIs), 'PUBLIC'))
    const bytes = Buffer.from(await (await fetch(`${world.url}/content/${hash}/0`)).arrayBuffer())
    expect(bytes.length).toBe(size)
    expect(bytes.includes(FILM.subarray(0, 16))).toBe(false)
    expect(bytes.includes(FILM.subarray(1_100_000, 1_100_016))).toBe(false)
    // With a false size not even that.
    const short = { ...asIs, files: [{ ...plain, size: FILM.length }] }
    await expectNothing(await post(thief, fields(await plant(short), 'PUBLIC')), 404)
  })

  it('with the victim’s name in its manifest is no content', async () => {
    const files = manifest.files.map((file) => ({ ...file, name: 'renamed' }))
    const claimed = await plant({ ...manifest, files })
    await expectNoContent(thief, await post(thief, fields(claimed, 'PUBLIC')))
  })

  it('cannot take the place of the victim’s', async () => {
    const { hash } = await publishFilm()
    await expect(post(thief, fields(cid, 'PUBLIC'), { edits: hash })).rejects.toThrow(/RuleError/)
  })
})

describe('a post that does not hold is no content', () => {
  const good = () => fields(cid, 'PLAN:gold')

  it('unlike the same with all that it needs', async () => {
    const hash = await post(victim, good())
    expect(await view(world, hash)).toMatchObject({ title: 'Mine', teaser: 'A teaser', manifestCid: cid })
    expect(await isListed(victim, hash)).toBe(true)
  })

  it.each([
    ['of another version', { DIGV: '2' }],
    ['without a version', { DIGV: undefined }],
    ['without a title', { DIGTITLE: undefined }],
    ['without a policy', { DIGACCESS: undefined }],
    ['with PUBLIC in a list', { DIGACCESS: 'PUBLIC,PLAN:gold' }],
    ['with spaces in its policy', { DIGACCESS: 'PLAN:gold, PLAN:silver' }],
    ['with a malformed policy', { DIGACCESS: 'PLAN:Gold!' }],
    ['without a manifest', { DIGMANIFEST: undefined }],
    ['whose manifest is no CID', { DIGMANIFEST: 'bafyreinonsense' }],
    [
      'whose manifest is a raw block',
      { DIGMANIFEST: 'bafkreifzj5xrexdz4os77kucn5meyegvflngnhthmicrxatlkv3w2bno2i' },
    ],
  ])('%s', async (_, change) => {
    const changed: Record<string, string | undefined> = { ...good(), ...change }
    const given = Object.entries(changed).filter((entry): entry is [string, string] => entry[1] !== undefined)
    await expectNoContent(victim, await post(victim, Object.fromEntries(given)))
  })

  it('whose manifest holds something else', async () => {
    const value = dagCbor.decode(encodeManifest(manifest)) as Record<string, unknown>
    for (const bytes of [
      Buffer.from('no dag-cbor'),
      dagCbor.encode({}),
      dagCbor.encode({ ...value, v: 2 }),
      dagCbor.encode({ ...value, more: 1 }),
      dagCbor.encode({ ...value, files: [] }),
    ]) {
      await expectNoContent(victim, await post(victim, fields(await plant(bytes), 'PUBLIC')))
    }
  })

  it('but whose rule is unknown is one, which nobody but its creator opens', async () => {
    const hash = await post(victim, fields(cid, 'MAGIC:word'))
    expect((await view(world, hash)).policy.text).toBe('MAGIC:word')
    const fan = await world.signIn(accomplice)
    const statuses = []
    for (const token of [undefined, fan, await world.signIn(victim)]) {
      statuses.push((await fetch(`${world.url}/content/${hash}/0`, { headers: bearer(token) })).status)
    }
    expect(statuses).toEqual([401, 403, 200])
  })

  it('but whose manifest nobody has yet stands without its files', async () => {
    const missing = CID.createV1(dagCbor.code, await sha256.digest(Buffer.from('nobody has it'))).toString()
    const hash = await post(victim, fields(missing, 'PUBLIC'))
    const { data, errors } = await world.query(
      'query ($h: TransactionId!) { content(postHash: $h) { title files { name } } }',
      { h: hash },
    )
    expect(data?.content).toEqual({ title: 'Mine', files: null })
    expect(errors).toMatchObject([
      { path: ['content', 'files'], extensions: { code: 'STORAGE_UNAVAILABLE', retryable: true } },
    ])
    expect((await fetch(`${world.url}/content/${hash}/0`)).status).toBe(502)
  })
})

describe('an edit of the post counts as soon as the node shows it:', () => {
  it('hidden, it is no content, and what was handed out is dead', async () => {
    const { hash } = await publishFilm()
    const token = await world.signIn(victim)
    const { url } = (await view(world, hash, token)).files[0]
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
    await post(victim, fields(cid, 'PLAN:gold'), { edits: hash, isHidden: true })
    await expectNoContent(victim, hash)
    expect(await view(world, hash, token)).toBeNull()
    expect((await fetch(url)).status).toBe(404)
    expect((await fetch(`${world.url}/content/${hash}/0`, { headers: bearer(token) })).status).toBe(404)
  })

  it('made public, everybody has the film; made gated again, nobody but the entitled', async () => {
    const { hash, cid: own } = await publishFilm()
    await expectNothing401Or403(hash)
    await post(victim, fields(own, 'PUBLIC'), { edits: hash })
    const bytes = Buffer.from(await (await fetch(`${world.url}/content/${hash}/0`)).arrayBuffer())
    expect(bytes.equals(FILM)).toBe(true)
    await post(victim, fields(own, 'PLAN:gold'), { edits: hash })
    await expectNothing401Or403(hash)
  })

  async function expectNothing401Or403(hash: string): Promise<void> {
    expect((await fetch(`${world.url}/content/${hash}/0`)).status).toBe(401)
    const stranger = await world.signIn(accomplice)
    expect((await fetch(`${world.url}/content/${hash}/0`, { headers: bearer(stranger) })).status).toBe(403)
  }
})
