import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Client,
  closePlan,
  contentUrl,
  createClient,
  createPlan,
  FileRefusedError,
  fetchFile,
  GetAccountDocument,
  GetContentDocument,
  GetPlanDocument,
  GetSubscriptionDocument,
  GraphQLRequestError,
  hideContent,
  ListPlansDocument,
  ListVersionsDocument,
  type PlanFieldsFragment,
  publishContent,
  type SessionClient,
  seedSigner,
  sendDeso,
  signIn,
  subscribe,
  type UserErrorsError,
  unsubscribe,
  updateContent,
  updateProfile,
  ViewerDocument,
} from '../src/client/index.js'
import { openWorld, type World } from './support/world.js'

/** The client against a whole gateway: what the gateway drafts is what the client expects, in every field. */
let world: World
let anyone: Client
let sessions: Map<string, SessionClient>

beforeAll(async () => {
  world = await openWorld({ env: { MAX_FILE_BYTES: '1000000' } })
  anyone = createClient({ url: world.url, network: 'testnet' })
  const accounts = await world.chain.accounts()
  const signedIn = accounts.map(
    async ({ name, seedHex }) => [name, await signIn(anyone, seedSigner(seedHex))] as const,
  )
  sessions = new Map(await Promise.all(signedIn))
})
afterAll(() => world[Symbol.asyncDispose]())

function session(name: string): SessionClient {
  const found = sessions.get(name)
  if (!found) throw new Error(`nobody is called ${name}`)
  return found
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )
const COMMITTED = { transaction: { status: 'COMMITTED' }, replayed: false }

async function planOf(creator: SessionClient, slug: string): Promise<PlanFieldsFragment> {
  const { account } = await anyone.request(GetPlanDocument, { creator: creator.publicKey, slug })
  if (!account?.plan) throw new Error(`no plan ${slug}`)
  return account.plan
}

async function planFrom(
  creator: SessionClient,
  slug: string,
  priceNanos = 1_000n,
): Promise<PlanFieldsFragment> {
  await createPlan(creator, { slug, title: `Plan ${slug}`, priceNanos, periodSeconds: 3_600 })
  return planOf(creator, slug)
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of chunks) parts.push(part)
  return Buffer.concat(parts).toString()
}

describe('a session', () => {
  it('speaks for the account that signed in', async () => {
    const alice = session('alice')
    const { viewer } = await alice.request(ViewerDocument, {})
    expect(viewer?.publicKey).toBe(alice.publicKey)
    expect((await anyone.request(ViewerDocument, {})).viewer).toBeNull()
    expect(alice.expiresAt.getTime()).toBeGreaterThan(Date.now())
  })

  it('ends as a top-level error when its token is not good', async () => {
    const stale = createClient({ url: world.url, accessToken: 'nonsense' })
    const thrown = await caught(stale.request(ViewerDocument, {}))
    expect(thrown).toBeInstanceOf(GraphQLRequestError)
    expect(thrown).toMatchObject({ code: 'UNAUTHENTICATED', status: 401, retryable: false })
    expect((thrown as GraphQLRequestError).requestId).toMatch(/./)
  })

  it('is refused for a key of the other network before anything is signed', async () => {
    const mainnet = createClient({ url: world.url, network: 'mainnet' })
    const thrown = await caught(signIn(mainnet, seedSigner('11'.repeat(32))))
    expect(thrown).toMatchObject({ code: 'BAD_USER_INPUT' })
    expect((thrown as Error).message).toContain('This is a public key of DeSo mainnet, and not of testnet.')
  })
})

describe('each action', () => {
  it('sends DESO', async () => {
    const [carol, dave] = [session('carol'), session('dave')]
    const before = await balanceOf(dave)
    expect(await sendDeso(carol, { to: dave.publicKey, amountNanos: 123_456_789n })).toMatchObject(COMMITTED)
    expect((await balanceOf(dave)) - before).toBe(123_456_789n)
  })

  it('makes a profile, and changes a part of it', async () => {
    const erin = session('erin')
    const picture = 'data:image/png;base64,iVBORw0KGgo='
    expect(await updateProfile(erin, { username: 'erin_films', description: 'Über', picture })).toMatchObject(
      COMMITTED,
    )
    expect(await updateProfile(erin, { description: 'Rivers' })).toMatchObject(COMMITTED)
    const { account } = await anyone.request(GetAccountDocument, { by: { username: 'erin_films' } })
    expect(account).toMatchObject({ publicKey: erin.publicKey, description: 'Rivers' })
  })

  it('offers a plan, changes it and closes it', async () => {
    const frank = session('frank')
    const first = await planFrom(frank, 'gold')
    const terms = { slug: 'gold', title: 'Gold “für immer”', priceNanos: 2_000n, periodSeconds: 0 }
    const changed = await createPlan(frank, { ...terms, replaces: first.version })
    expect(changed).toMatchObject(COMMITTED)
    const second = await planOf(frank, 'gold')
    expect(second).toMatchObject({
      title: terms.title,
      version: changed.transactionId,
      state: 'OPEN',
      periodSeconds: 0,
    })
    expect(await closePlan(frank, { plan: second })).toMatchObject(COMMITTED)
    const { account } = await anyone.request(ListPlansDocument, { creator: frank.publicKey })
    expect(account?.plans.nodes).toMatchObject([{ slug: 'gold', state: 'CLOSED', title: terms.title }])
  })

  it('subscribes, renews what runs, and unsubscribes', async () => {
    const [grace, heidi] = [session('grace'), session('heidi')]
    const plan = await planFrom(grace, 'silver')
    const first = await subscribe(heidi, { plan })
    const second = await subscribe(heidi, { plan, periods: 3 })
    expect(second).toMatchObject(COMMITTED)
    const which = { creator: grace.publicKey, plan: 'silver' }
    const { account } = await heidi.request(GetSubscriptionDocument, which)
    const subscription = account?.viewerSubscription
    expect(subscription).toMatchObject({
      status: 'ACTIVE',
      payments: [
        { transaction: { transactionId: second.transactionId }, periods: 3, paid: { nanos: '3000' } },
        { transaction: { transactionId: first.transactionId }, periods: 1, paid: { nanos: '1000' } },
      ],
    })
    if (!subscription) throw new Error('no subscription')
    expect(await unsubscribe(heidi, { subscription })).toMatchObject(COMMITTED)
    expect((await heidi.request(GetSubscriptionDocument, which)).account?.viewerSubscription).toBeNull()
  })

  it('publishes files of every sort, and gives them back', async () => {
    const ivan = session('ivan')
    async function* made() {
      for (const word of ['made ', 'while ', 'sent']) yield Buffer.from(word)
    }
    const published = await publishContent(ivan, {
      title: 'Notes “Ü”',
      teaser: '{"Body": "not \\ JSON"}\n',
      files: [
        { name: 'a blob?.txt', data: new Blob(['in a blob'], { type: 'text/plain' }) },
        { name: 'stream.bin', data: made(), size: 15 },
        { name: 'nothing', mediaType: 'application/x-nothing', data: new Blob([]) },
      ],
    })
    expect(published).toMatchObject({
      ...COMMITTED,
      files: [
        { name: 'a blob?.txt', mediaType: 'text/plain', byteSize: '9', isEncrypted: false },
        { name: 'stream.bin', mediaType: 'application/octet-stream', byteSize: '15' },
        { name: 'nothing', mediaType: 'application/x-nothing', byteSize: '0' },
      ],
    })
    const { postHash } = published
    const { content } = await anyone.request(GetContentDocument, { postHash })
    expect(content).toMatchObject({
      title: 'Notes “Ü”',
      teaser: '{"Body": "not \\ JSON"}\n',
      manifestCid: published.manifestCid,
    })
    const byUrl = await fetchFile(anyone, content?.files?.[0]?.url ?? '')
    expect(await textOf(byUrl.chunks)).toBe('in a blob')
    const part = await fetchFile(anyone, contentUrl(anyone, postHash, 'stream.bin'), {
      range: { offset: 5, length: 5 },
    })
    expect(part).toMatchObject({ byteSize: 15, offset: 5, length: 5 })
    expect(await textOf(part.chunks)).toBe('while')
    const empty = await fetchFile(anyone, contentUrl(anyone, postHash, 2))
    expect(empty).toMatchObject({ byteSize: 0, mediaType: 'application/x-nothing' })
    expect(await textOf(empty.chunks)).toBe('')
    const byName = await fetchFile(anyone, contentUrl(anyone, postHash, 'a blob?.txt'))
    expect(await textOf(byName.chunks)).toBe('in a blob')
  })
})

describe('a creator', () => {
  it('changes a content, file by file, and hides it', async () => {
    const ivan = session('ivan')
    const text = (name: string) => ({ name, data: new Blob([name]) })
    const { postHash } = await publishContent(ivan, {
      title: 'One',
      teaser: 'T',
      files: [text('a'), text('b')],
    })
    const seen = async () => {
      const { content } = await anyone.request(GetContentDocument, { postHash })
      if (!content) throw new Error('no content')
      return content
    }
    await updateContent(ivan, { content: await seen(), title: 'Two' })
    const files = [{ name: 'b' }, text('c')]
    const updated = await updateContent(ivan, { content: await seen(), teaser: 'New', files })
    expect(updated).toMatchObject({ ...COMMITTED, files: [{ name: 'b' }, { name: 'c' }] })
    expect(await seen()).toMatchObject({ title: 'Two', teaser: 'New', manifestCid: updated.manifestCid })
    const read = await fetchFile(anyone, contentUrl(anyone, postHash, 'c'))
    expect(await textOf(read.chunks)).toBe('c')
    const { content } = await anyone.request(ListVersionsDocument, { postHash })
    expect(content?.versions.map(({ title }) => title)).toEqual(['Two', 'Two', 'One'])
    await updateContent(ivan, { content: await seen(), files: [{ name: 'b' }] })
    expect(await hideContent(ivan, { content: await seen() })).toMatchObject(COMMITTED)
    expect((await anyone.request(GetContentDocument, { postHash })).content).toBeNull()
  })
})

describe('an action with an idempotency key', () => {
  it('is one transaction, however often it is called', async () => {
    const [carol, dave] = [session('carol'), session('dave')]
    const before = await balanceOf(dave)
    const payment = { to: dave.publicKey, amountNanos: 5_000n, idempotencyKey: 'once' }
    const results = await Promise.all(Array.from({ length: 5 }, () => sendDeso(carol, payment)))
    const again = await sendDeso(carol, payment)
    expect(new Set([...results, again].map(({ transactionId }) => transactionId)).size).toBe(1)
    expect(again.replayed).toBe(true)
    expect((await balanceOf(dave)) - before).toBe(5_000n)
  })

  it('is refused with other input', async () => {
    const [carol, dave] = [session('carol'), session('dave')]
    const key = { to: dave.publicKey, idempotencyKey: 'twice' }
    await sendDeso(carol, { ...key, amountNanos: 1n })
    expect(await caught(sendDeso(carol, { ...key, amountNanos: 2n }))).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    })
  })

  it('repeats an upload without storing it again', async () => {
    const ivan = session('ivan')
    const content = { title: 'Again', teaser: '', idempotencyKey: 'upload' }
    const publish = () =>
      publishContent(ivan, { ...content, files: [{ name: 'a', data: new Blob(['same']) }] })
    const first = await publish()
    const second = await publish()
    expect(second).toMatchObject({ postHash: first.postHash, manifestCid: first.manifestCid, replayed: true })
  })
})

describe('what goes wrong', () => {
  it('is typed, with its numbers', async () => {
    const judy = session('judy')
    const to = session('alice').publicKey
    const thrown = await caught(sendDeso(judy, { to, amountNanos: 10n ** 15n }))
    const { first } = thrown as UserErrorsError
    expect(first.__typename).toBe('InsufficientFunds')
    if (first.__typename !== 'InsufficientFunds') throw new Error('another')
    expect(BigInt(first.required)).toBeGreaterThan(10n ** 15n)
    expect(BigInt(first.available)).toBeLessThanOrEqual(10n ** 13n)
  })

  it('is a plan that changed since the fan saw it: nothing is paid, and the new one is shown', async () => {
    const [grace, heidi] = [session('grace'), session('heidi')]
    const seen = await planFrom(grace, 'bronze')
    await createPlan(grace, { slug: 'bronze', title: 'Dearer', priceNanos: 9_000n, periodSeconds: 3_600 })
    const thrown = await caught(subscribe(heidi, { plan: seen }))
    expect(thrown).toMatchObject({
      name: 'UserErrorsError',
      code: 'PLAN_CHANGED',
      first: { __typename: 'PlanChanged', plan: { title: 'Dearer', price: { nanos: '9000' } } },
    })
  })

  it('is a price that the caller has wrong: the draft is refused', async () => {
    const [grace, heidi] = [session('grace'), session('heidi')]
    const plan = await planFrom(grace, 'copper', 7_000n)
    const before = await balanceOf(heidi)
    const thrown = await caught(subscribe(heidi, { plan: { ...plan, price: { nanos: '6000' } } }))
    expect(thrown).toMatchObject({ name: 'DraftRefusedError' })
    expect(await balanceOf(heidi)).toBe(before)
  })

  it('is an upload above the limit: the number is said', async () => {
    const ivan = session('ivan')
    async function* large() {
      for (let sent = 0; sent < 60; sent += 1) yield new Uint8Array(65_536)
    }
    const files = [{ name: 'large', data: large(), size: 60 * 65_536 }]
    const thrown = await caught(publishContent(ivan, { title: 'Large', teaser: '', files }))
    expect(thrown).toMatchObject({
      code: 'UPLOAD_TOO_LARGE',
      first: { __typename: 'UploadTooLarge', limit: '1000000', path: ['input', 'files', '0'] },
    })
  })

  it('is said before a byte is sent, where the client can tell', async () => {
    const ivan = session('ivan')
    let isRead = false
    async function* never() {
      isRead = true
      yield new Uint8Array(1)
    }
    const files = [{ name: 'a', data: never(), size: 1 }]
    for (const content of [
      { title: '', teaser: '' },
      { title: 'T', teaser: '', policy: 'PUBLIC,PLAN:gold' },
    ]) {
      expect(await caught(publishContent(ivan, { ...content, files }))).toMatchObject({
        code: 'INVALID_INPUT',
      })
    }
    expect(isRead).toBe(false)
  })

  it('is a range beyond the end of a file, or a file that is not there', async () => {
    const ivan = session('ivan')
    const files = [{ name: 'a', data: new Blob(['abc']) }]
    const { postHash } = await publishContent(ivan, { title: 'Short', teaser: '', files })
    const beyond = await caught(
      fetchFile(anyone, contentUrl(anyone, postHash), { range: { offset: 3, length: 1 } }),
    )
    expect(beyond).toBeInstanceOf(FileRefusedError)
    expect(beyond).toMatchObject({ status: 416 })
    expect(await caught(fetchFile(anyone, contentUrl(anyone, postHash, 7)))).toMatchObject({
      status: 404,
      code: 'CONTENT_NOT_FOUND',
    })
  })

  it('is a gateway whose own address is another than the client’s', async () => {
    const port = new URL(world.url).port
    const other = createClient({ url: `http://127.0.0.1:${port}`, network: 'testnet' })
    expect(await caught(signIn(other, seedSigner('11'.repeat(32))))).toMatchObject({
      code: 'CHALLENGE_REFUSED',
    })
    const told = createClient({ url: `http://127.0.0.1:${port}`, publicUrl: world.url, network: 'testnet' })
    expect(await caught(signIn(told, seedSigner('11'.repeat(32))))).toBeNull()
  })
})

async function balanceOf({ publicKey }: SessionClient): Promise<bigint> {
  const { account } = await anyone.request(GetAccountDocument, { by: { publicKey } })
  return BigInt(account?.balance?.nanos ?? 0)
}
