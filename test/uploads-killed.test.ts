import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ciOnly } from './support/ci-only.js'
import { bearer, newKey } from './support/library.js'
import { BuiltGateway, type GatewayProcess } from './support/spawned-gateway.js'
import { uploadStubbornly } from './support/stubborn-upload.js'
import { begin, offsetOf, openPart, patch } from './support/tus.js'
import { type Json, type Person, personOf, signatureOf } from './support/world.js'

const MIB = 1_048_576
/** Stands in each KiB of every file. */
const MARKER = randomBytes(24)

let built: BuiltGateway
let root: string
let gateway: GatewayProcess
let url: string
let creator: Person
let token: string

beforeAll(async () => {
  built = await BuiltGateway.build()
  root = await mkdtemp(join(tmpdir(), 'killed-'))
  for (const dir of ['data', 'tmp', 'files']) await mkdir(join(root, dir))
  await start('0')
  const [account] = await (await gateway.ready()).chain.accounts()
  creator = personOf(account as { name: string; publicKey: string; seedHex: string })
  const { challenge } = await post('/api/sign-in/challenge', { publicKey: creator.publicKey })
  const signature = signatureOf(Buffer.from(challenge), creator)
  token = (await post('/api/sign-in', { challenge: { challenge, signature } })).accessToken
  const plan = { slug: 'gold', title: 'Gold', priceNanos: '1', periodSeconds: 600, signer: creator.publicKey }
  const { data } = await post('/graphql', {
    query: 'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { draft { unsignedHex } } }',
    variables: { input: { ...plan, idempotencyKey: newKey() } },
  })
  await submit(data.createPlan.draft.unsignedHex)
})
afterAll(async () => {
  await gateway.stop('SIGKILL')
  await built[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

/** `port` '0': any. Everything that the process writes is under `data` and `tmp`. */
async function start(port: string): Promise<void> {
  gateway = built.spawn({
    PORT: port,
    DATA_DIR: join(root, 'data'),
    TMPDIR: join(root, 'tmp'),
    DEVCHAIN_BLOCK_MS: '10',
  })
  url = (await gateway.ready()).url
}

/** kill -9, and the same again at the same address. */
async function killAndStart(): Promise<void> {
  await gateway.stop('SIGKILL')
  await expectNoPlainByte()
  await start(new URL(url).port)
}

async function post(path: string, body: unknown): Promise<Json> {
  const headers = { 'content-type': 'application/json', ...bearer(token) }
  return (await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}

async function submit(unsignedHex: string): Promise<string> {
  const signature = signatureOf(Buffer.from(unsignedHex, 'hex'), creator)
  const { transaction } = await post('/api/transaction/submit', { unsignedHex, signature, wait: 'COMMITTED' })
  return transaction.transactionId
}

/** A file of marked bytes; its sha256. */
async function makeFile(path: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  await using file = await open(path, 'w')
  const piece = Buffer.concat(
    Array.from({ length: 4_096 }, () => Buffer.concat([MARKER, randomBytes(1_000)])),
  )
  for (let left = size; left > 0; left -= piece.length) {
    const part = piece.subarray(0, left)
    piece.writeDoubleBE(left, 500)
    hash.update(part)
    await file.write(part)
  }
  return hash.digest('hex')
}

async function hashOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of source) hash.update(chunk)
  return hash.digest('hex')
}

async function expectNoPlainByte(): Promise<void> {
  const holders: string[] = []
  for (const folder of ['data', 'tmp']) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name)
      if (await holdsMarker(path)) holders.push(path)
    }
  }
  expect(holders).toEqual([])
  expect(`${gateway.stdout}${gateway.stderr}`).not.toContain(MARKER.toString('hex'))
}

async function holdsMarker(path: string): Promise<boolean> {
  let end = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: MIB })) {
    const bytes = Buffer.concat([end, chunk])
    if (bytes.includes(MARKER)) return true
    end = bytes.subarray(-MARKER.length)
  }
  return false
}

/** The upload as a gated content, and the hash of what its creator is served. */
async function publishAndRead(location: string): Promise<string> {
  const files = [{ uploadId: location.split('/').at(-1) }]
  const input = { title: 'T', teaser: '', policy: 'PLAN:gold', idempotencyKey: newKey(), files }
  const { draft, errors } = await post('/api/upload-content', input)
  expect(errors).toEqual([])
  const postHash = await submit(draft.unsignedHex)
  const response = await fetch(`${url}/content/${postHash}/0`, { headers: bearer(token) })
  expect(response.status).toBe(200)
  return hashOf(response.body as unknown as AsyncIterable<Uint8Array>)
}

it('an upload that is killed goes on from the last synced byte, and becomes the same file', async () => {
  const path = join(root, 'files/small')
  const size = 5 * MIB + 12_345
  const hash = await makeFile(path, size)
  const location = await uploadStubbornly({
    endpoint: `${url}/uploads`,
    token,
    path,
    metadata: { filename: 'small' },
    chunkSize: 300_000,
    troubles: [
      { at: 200_000 },
      { at: MIB, meanwhile: expectNoPlainByte },
      { at: 2 * MIB, meanwhile: killAndStart },
      { at: 4 * MIB },
    ],
  })
  expect(await publishAndRead(location)).toBe(hash)
  await expectNoPlainByte()
  expect(await readdir(join(root, 'data/uploads'))).toEqual([`${location.split('/').at(-1)}.state`])
}, 60_000)

it('what has been promised is there after a kill, and may be more', async () => {
  const { location } = await begin(`${url}/uploads`, token, 3 * MIB, { filename: 'promised' })
  const { offset: promised } = await patch(location, token, 0, Buffer.alloc(200_001, MARKER))
  expect(promised).toBe(200_001)
  openPart(location, token, promised, 3 * MIB - promised).write(Buffer.alloc(MIB, MARKER))
  await setTimeout(50)
  await killAndStart()
  expect(await offsetOf(location, token)).toBeGreaterThanOrEqual(promised)
}, 60_000)

ciOnly(
  '1 GB with 20 breaks and 3 kills of the server becomes the same file',
  '1 GB',
  async () => {
    const path = join(root, 'files/large')
    const size = 1_000_000_007
    const hash = await makeFile(path, size)
    const kills = [5, 12, 19]
    const troubles = Array.from({ length: 23 }, (_, i) => ({
      at: Math.floor(((i + 1) * size) / 24),
      ...(kills.includes(i) && { meanwhile: killAndStart }),
    }))
    const metadata = { filename: 'large' }
    const location = await uploadStubbornly({
      endpoint: `${url}/uploads`,
      token,
      path,
      metadata,
      chunkSize: Infinity,
      troubles,
    })
    expect(await publishAndRead(location)).toBe(hash)
    await expectNoPlainByte()
  },
  120_000,
)
