import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Dirent } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestKubo } from './support/kubo.js'
import { bearer, type Given, newKey, send, uploadParts } from './support/library.js'
import { MULTIPART_HEADERS, multipart, streamedMultipart } from './support/multipart.js'
import { otherParts } from './support/other-parts.js'
import { BuiltGateway, type GatewayProcess } from './support/spawned-gateway.js'
import { type Json, type Person, personOf, signatureOf } from './support/world.js'

/** Stands in every file again and again, so that no piece of one is without it. */
const MARKER = randomBytes(24)
const PLAIN = Buffer.alloc(3_000_000, Buffer.concat([MARKER, Buffer.from('|plain|')]))

let built: BuiltGateway
let root: string
let env: Record<string, string>
let gateway: GatewayProcess
let kubo: TestKubo | null
let url: string
let creator: Person
let token: string | undefined

beforeAll(async () => {
  built = await BuiltGateway.build()
  root = await mkdtemp(join(tmpdir(), 'plain-bytes-'))
  for (const dir of ['data', 'tmp']) await mkdir(join(root, dir))
  const others = await otherParts(join(root, 'kubo'))
  kubo = others.kubo
  env = others.env
  await start()
  const plan = { slug: 'gold', title: 'Gold', priceNanos: '1', periodSeconds: 600, signer: creator.publicKey }
  const { data } = await post('/graphql', {
    query:
      'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { draft { unsignedHex } errors { message } } }',
    variables: { input: { ...plan, idempotencyKey: newKey() } },
  })
  await submit(data.createPlan.draft.unsignedHex)
})
afterAll(async () => {
  await gateway.stop('SIGKILL')
  await kubo?.close()
  await built[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

/** Everything that is written is under `root`: data, what is taken for temporary, and the repository of Kubo. */
async function start(): Promise<void> {
  gateway = built.spawn({
    DATA_DIR: join(root, 'data'),
    TMPDIR: join(root, 'tmp'),
    LOG_LEVEL: 'trace',
    DEVCHAIN_BLOCK_MS: '10',
    ...env,
  })
  const place = await gateway.ready()
  url = place.url
  const [account] = await place.chain.accounts()
  if (!account) throw new Error('the local chain has no accounts')
  creator = personOf(account)
  token = undefined
  token = await signIn()
}

async function post(path: string, body: unknown): Promise<Json> {
  const headers = { 'content-type': 'application/json', ...bearer(token) }
  return (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}

async function signIn(): Promise<string> {
  const { challenge } = await post('/api/sign-in/challenge', { publicKey: creator.publicKey })
  const signature = signatureOf(Buffer.from(challenge), creator)
  return (await post('/api/sign-in', { challenge: { challenge, signature } })).accessToken
}

async function submit(unsignedHex: string): Promise<string> {
  const signature = signatureOf(Buffer.from(unsignedHex, 'hex'), creator)
  const { transaction } = await post('/api/transaction/submit', { unsignedHex, signature, wait: 'COMMITTED' })
  return transaction.transactionId
}

function upload(given: Given): Promise<Json> {
  return send(`${url}/api/upload-content`, multipart(uploadParts(given)), token)
}

/** An upload of which most has come, and which goes on until `end`. */
function beginUpload(): { sent: Promise<void>; end(): void } {
  const parts = uploadParts({ policy: 'PLAN:gold', files: [] })
  const headers = { ...MULTIPART_HEADERS, ...bearer(token) }
  const sending = request(`${url}/api/upload-content`, { method: 'POST', headers })
  sending.on('error', () => {})
  let isSent = () => {}
  const sent = new Promise<void>((resolve) => {
    isSent = resolve
  })
  async function* bytes() {
    for (let i = 0; i < 4; i++) yield PLAIN
    isSent()
    await once(sending, 'close')
  }
  const body = Readable.from(streamedMultipart(parts, { name: 'file', filename: 'never ends' }, bytes()))
  body.on('error', () => {})
  body.pipe(sending)
  return { sent, end: () => sending.destroy() }
}

/** All that is on disk under a folder; a file that is being written may be gone again. */
async function filesIn(folder: string): Promise<{ path: string; bytes: Buffer }[]> {
  const entries = await listing(folder)
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    paths.map(async (path) => ({ path, bytes: await readFile(path).catch(() => Buffer.alloc(0)) })),
  )
}

/** Folders come and go while Kubo writes. */
async function listing(folder: string, tries = 50): Promise<Dirent[]> {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true })
  } catch (error) {
    if (tries === 0) throw error
    return listing(folder, tries - 1)
  }
}

async function holders(bytes: Buffer): Promise<string[]> {
  return (await filesIn(root)).filter((file) => file.bytes.includes(bytes)).map(({ path }) => path)
}

async function storedBytes(): Promise<number> {
  return (await filesIn(join(root, kubo ? 'kubo/blocks' : 'data/ipfs/blocks'))).reduce(
    (sum, { bytes }) => sum + bytes.length,
    0,
  )
}

async function expectNoPlainByte(): Promise<void> {
  for (const form of [MARKER, MARKER.toString('hex'), MARKER.toString('base64').slice(0, 30)]) {
    expect(await holders(Buffer.from(form))).toEqual([])
    expect(`${gateway.stdout}${gateway.stderr}`).not.toContain(form.toString())
  }
  expect(await readdir(join(root, 'tmp'))).toEqual([])
}

it('no plain byte of a gated file is written anywhere, published or read, given up or killed', async () => {
  const files = [
    { name: 'large', bytes: PLAIN },
    { name: 'small', bytes: MARKER },
  ]
  const { body } = await upload({ policy: 'PLAN:gold', files })
  const postHash = await submit(body.draft.unsignedHex)
  const read = await fetch(`${url}/content/${postHash}/0`, { headers: bearer(token) })
  expect(Buffer.from(await read.arrayBuffer()).equals(PLAIN)).toBe(true)
  expect(await storedBytes()).toBeGreaterThan(PLAIN.length)
  await expectNoPlainByte()

  // Refused in the middle.
  const twins = [
    { name: 'twin', bytes: PLAIN },
    { name: 'twin', bytes: MARKER },
  ]
  expect((await upload({ policy: 'PLAN:gold', files: twins })).status).toBe(400)
  await expectNoPlainByte()

  const beforeAbort = await storedBytes()
  const aborted = beginUpload()
  await aborted.sent
  await until(async () => (await storedBytes()) > beforeAbort + PLAIN.length)
  aborted.end()
  await expectNoPlainByte()
  // Nobody is called out of bed for a client that left.
  expect(gateway.stdout).not.toMatch(/"level":[56]0/)

  const beforeKill = await storedBytes()
  const killed = beginUpload()
  await killed.sent
  await until(async () => (await storedBytes()) > beforeKill + PLAIN.length)
  await gateway.stop('SIGKILL')
  await expectNoPlainByte()
  await start()
  const again = await fetch(`${url}/content/${postHash}/1`, { headers: bearer(token) })
  expect(Buffer.from(await again.arrayBuffer()).equals(MARKER)).toBe(true)
  await expectNoPlainByte()
}, 60_000)

it('the search would find it: a public file lies there as it is', async () => {
  await upload({ policy: 'PUBLIC', files: [{ name: 'public', bytes: MARKER }] })
  expect(await holders(MARKER)).toHaveLength(1)
})

/** Bounded: ten seconds. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it never came to that')
}
