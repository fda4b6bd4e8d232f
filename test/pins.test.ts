import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listAwaited } from '../src/content/pins/awaited-drafts.js'
import { decodeTransaction, encodeTransaction } from '../src/deso/codec.js'
import { signTransaction } from '../src/deso/signature.js'
import { upload } from './support/library.js'
import { Market } from './support/market.js'
import { pinNames } from './support/stored.js'
import { sendPost } from './support/versions.js'
import type { Json, Person, World } from './support/world.js'

let market: Market
let world: World
let creator: Person
let token: string

beforeAll(async () => {
  // Drafts end soon.
  market = await Market.open({}, { maxNonceExpirationOffset: 130n })
  world = market.world
}, 30_000)

afterAll(() => market[Symbol.asyncDispose]())

let people = 0

async function newCreator(): Promise<void> {
  creator = await market.person(`a creator of pins ${++people}`)
  token = await world.signIn(creator)
}

/** What is pinned for this creator: the names of the pins by their roots. */
async function pins(): Promise<Map<string, string>> {
  return new Map([...(await pinNames(world))].filter(([, name]) => name.includes(creator.publicKey)))
}

/** Only pins that are named for a content, not for a draft. */
async function named(): Promise<Record<string, string>> {
  return Object.fromEntries([...(await pins())].filter(([, name]) => !name.startsWith('draft ')))
}

async function awaited(): Promise<number> {
  return (await listAwaited(world.gateway.app)).filter((draft) => draft.creator === creator.publicKey).length
}

const draft = (title: string, text = title): Promise<Json> =>
  upload(world, token, { title, files: [{ name: 'a.txt', bytes: text }] })

async function edit(edits: string, isHidden: boolean): Promise<void> {
  await sendPost(market, creator, { edits, isHidden })
  await market.commit()
}

describe('the pin of a content', () => {
  it('is a draft’s until its post is committed, and then has the name of account and title', async () => {
    await newCreator()
    const payload = await draft('The film')
    const held = [...(await pins()).values()]
    expect(held).toHaveLength(1)
    expect(held[0]).toMatch(new RegExp(`^draft until block [0-9]+, ${creator.publicKey}: The film$`))
    const id = await market.send(payload, creator)
    expect(await named()).toEqual({})
    await market.commit()
    await world.ask('query ($id: TransactionId!) { transaction(id: $id) { status } }', { id })
    expect(Object.fromEntries(await pins())).toEqual({
      [payload.manifestCid]: `${creator.publicKey}: The film`,
    })
    expect(await awaited()).toBe(0)
  })

  it('is there when a submit that waits for the block is answered', async () => {
    await newCreator()
    const payload = await draft('At once')
    const submitted = world.submit(payload.draft.unsignedHex, creator)
    await commitWhenSent(submitted)
    expect(await named()).toEqual({ [payload.manifestCid]: `${creator.publicKey}: At once` })
  })

  it('comes from blocks alone, whoever sent the transaction and whether the gateway was running or not', async () => {
    await newCreator()
    const payload = await draft('Elsewhere')
    const signed = signElsewhere(payload.draft.unsignedHex)
    await world.gateway.close()
    await world.chain.post('/api/v0/submit-transaction', { TransactionHex: signed })
    await market.commit()
    await world.restart()
    await world.gateway.app.pins.look()
    expect(Object.fromEntries(await pins())).toEqual({
      [payload.manifestCid]: `${creator.publicKey}: Elsewhere`,
    })
  })
})

describe('drafts that no block can take any more', () => {
  /** What is pinned for each of those who drafted, when all is over. */
  const left = new Map<string, Record<string, string>>()
  const cids = new Map<string, string>()
  const names = new Map<string, string>()

  async function as(who: string, run: () => Promise<Json>): Promise<void> {
    await newCreator()
    names.set(who, creator.publicKey)
    cids.set(who, (await run()).manifestCid)
  }

  beforeAll(async () => {
    await as('nobody signs', () => draft('Abandoned'))
    await as('two contents', async () => {
      const published = await draft('One', 'same')
      const abandoned = await draft('Two', 'same')
      expect(abandoned.manifestCid).toBe(published.manifestCid)
      expect((await pins()).size).toBe(2)
      await market.send(published, creator)
      return published
    })
    await as('one key twice', async () => {
      const given = { title: 'Twice', policy: 'PUBLIC', idempotencyKey: 'twice' }
      const uploads = ['one', 'two'].map((bytes) =>
        upload(world, token, { ...given, files: [{ name: 'a', bytes }] }),
      )
      const answers = await Promise.all(uploads)
      expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1)
      return answers[0]
    })
    await as('by hand', async () => {
      const payload = await draft('By hand')
      const extra = { DIGV: '1', DIGTITLE: 'x', DIGMANIFEST: payload.manifestCid, DIGACCESS: 'PUBLIC' }
      await sendPost(market, creator, { body: 'by hand', extra })
      return payload
    })
    await market.commit()
    await world.restart()
    await world.gateway.app.pins.look()
    expect(await awaited()).toBe(1)
    await world.chain.mine(120)
    await world.gateway.app.pins.look()
    for (const [who, publicKey] of names) {
      creator = { ...creator, publicKey: publicKey as Person['publicKey'] }
      left.set(who, Object.fromEntries(await pins()))
      expect(await awaited()).toBe(0)
    }
  }, 60_000)

  const pinOf = (who: string, title: string) => ({ [cids.get(who) ?? '']: `${names.get(who)}: ${title}` })

  it('hold nothing', () => {
    expect(left.get('nobody signs')).toEqual({})
    expect(left.get('one key twice')).toEqual({})
  })

  it('take nothing from another draft, or a content, of the same files', () => {
    expect(left.get('two contents')).toEqual(pinOf('two contents', 'One'))
  })

  it('leave what was announced by another transaction', () => {
    expect(left.get('by hand')).toEqual(pinOf('by hand', 'By hand'))
  })
})

describe('a draft', () => {
  it('holds nothing where the draft was refused', async () => {
    await newCreator()
    const poor = await market.person('a creator without money', 0n)
    const payload = await upload(world, await world.signIn(poor), {
      files: [{ name: 'a', bytes: 'a' }],
    })
    expect(payload.errors).toMatchObject([{ code: 'INSUFFICIENT_FUNDS' }])
    creator = poor
    expect((await pins()).size).toBe(0)
    expect(await awaited()).toBe(0)
  })
})

describe('hiding a content, by any means that its creator has', () => {
  it('lets go of its files', async () => {
    await newCreator()
    const postHash = await publish('Hidden')
    expect(Object.keys(await named())).toHaveLength(1)
    // Something is awaited, so that blocks are read.
    await draft('Something else')
    await edit(postHash, true)
    await world.gateway.app.pins.look()
    expect(await named()).toEqual({})
  })

  it('keeps what another content of the same files uses', async () => {
    await newCreator()
    const [first, second] = [await publish('First', 'shared'), await publish('Second', 'shared')]
    await draft('Something else')
    await edit(first, true)
    await world.gateway.app.pins.look()
    expect(Object.keys(await named())).toHaveLength(1)
    await edit(second, true)
    await world.gateway.app.pins.look()
    expect(await named()).toEqual({})
  })

  it('is found by a round over what is known, where nobody read the block', async () => {
    await newCreator()
    const postHash = await publish('Unseen')
    const before = await named()
    await edit(postHash, true)
    await world.gateway.app.pins.review()
    expect(await named()).toEqual(before)
    await world.gateway.app.pins.review()
    expect(await named()).toEqual({})
    await edit(postHash, false)
    await world.gateway.app.pins.review()
    expect(await named()).toEqual(before)
  })

  it('pins it again when it is shown again', async () => {
    await newCreator()
    const postHash = await publish('Back again')
    const before = await named()
    await draft('Something else')
    await edit(postHash, true)
    await edit(postHash, false)
    await world.gateway.app.pins.look()
    expect(await named()).toEqual(before)
  })
})

async function publish(title: string, text = title): Promise<string> {
  const payload = await draft(title, text)
  const id = await market.send(payload, creator)
  await market.commit()
  await world.gateway.app.pins.look()
  return id
}

async function commitWhenSent(submitted: Promise<unknown>): Promise<void> {
  let isOver = false
  void submitted.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await market.commit()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await submitted
}

/** As a wallet does that knows no gateway. */
function signElsewhere(unsignedHex: string): string {
  const transaction = decodeTransaction(Buffer.from(unsignedHex, 'hex'))
  return Buffer.from(encodeTransaction(signTransaction(transaction, creator.privateKey))).toString('hex')
}
