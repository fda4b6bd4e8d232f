/**
 * How much memory does a large file take? Starts a gateway as a process of its own, publishes one generated gated file
 * through it, reads it back, whole and in random ranges, and samples the gateway's resident memory all the while.
 *
 *   npx tsx bench/upload-memory.ts [--size 1000000000]
 *
 * Exits 1 when the growth passes 100 MB, or when a byte comes back wrong. Linux only (/proc).
 */
import { spawn } from 'node:child_process'
import { createCipheriv, createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { Client, request } from 'undici'
import { decodeTransaction, encodeTransaction } from '../src/deso/codec.js'
import { sha256d, signDigest, signTransaction } from '../src/deso/signature.js'
import { memoryOf, Sampler } from './support/memory.js'
import { quantile } from './support/numbers.js'

const MAX_GROWTH = 100_000_000
const CHUNK = 1 << 20
const RANGE = 65_536

const { values } = parseArgs({ options: { size: { type: 'string', default: '1000000000' } } })
const size = Number(values.size)

const port = await freePort()
const chainPort = await freePort()
const dataDir = mkdtempSync(join(tmpdir(), 'bench-'))
const gateway = spawn(process.execPath, ['dist/main.js'], {
  env: {
    ...process.env,
    PORT: String(port),
    DEVCHAIN_PORT: String(chainPort),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
  },
  stdio: ['ignore', 'ignore', 'inherit'],
})
const url = `http://127.0.0.1:${port}`
try {
  await untilReady()
  const [creator] = (await (await fetch(`http://127.0.0.1:${chainPort}/dev/accounts`)).json()) as Account[]
  if (!creator) throw new Error('the local chain has no accounts')
  const token = await signIn(creator)
  await plan(creator, token)
  const base = memoryOf(gateway.pid as number)
  const sampler = new Sampler(gateway.pid as number)
  const up = await timed(() => publish(creator, token))
  const afterUpload = sampler.peak()
  const down = await timed(() => download(up.result.postHash, token))
  const ranges = await randomRanges(up.result.postHash, token)
  const peak = sampler.stop()
  const growth = peak - base
  console.log(
    [
      `size             ${mb(size)} MB, gated`,
      `upload           ${mb(size / up.seconds)} MB/s`,
      `download         ${mb(size / down.seconds)} MB/s`,
      `64 KiB ranges    p50 ${ranges.p50.toFixed(2)} ms, p99 ${ranges.p99.toFixed(2)} ms; /healthz p50 ${ranges.floor.toFixed(2)} ms`,
      `memory before    ${mb(base)} MB`,
      `peak, upload     ${mb(afterUpload)} MB`,
      `peak, in all     ${mb(peak)} MB`,
      `growth           ${mb(growth)} MB (limit ${mb(MAX_GROWTH)})`,
      `bytes            ${down.result === up.result.digest ? 'as sent' : 'WRONG'}`,
    ].join('\n'),
  )
  process.exitCode = growth < MAX_GROWTH && down.result === up.result.digest ? 0 : 1
} finally {
  gateway.kill('SIGTERM')
  await new Promise((resolve) => gateway.once('exit', resolve))
  rmSync(dataDir, { recursive: true, force: true })
}

/** As a player seeks: one range after the other, each from the request to its last byte, beside what any answer takes. */
async function randomRanges(
  postHash: string,
  token: string,
): Promise<{ p50: number; p99: number; floor: number }> {
  const [times, floor]: [number[], number[]] = [[], []]
  const client = new Client(url)
  const timedGet = async (path: string, headers: Record<string, string>) => {
    const start = performance.now()
    const { body } = await client.request({ method: 'GET', path, headers })
    await body.dump({ limit: CHUNK })
    return performance.now() - start
  }
  for (let count = -50; count < 400; count += 1) {
    const first = Math.floor(Math.random() * (size - RANGE))
    const range = `bytes=${first}-${first + RANGE - 1}`
    const ms = await timedGet(`/content/${postHash}/0`, { authorization: `Bearer ${token}`, range })
    const least = await timedGet('/healthz', {})
    if (count < 0) continue
    times.push(ms)
    floor.push(least)
  }
  await client.close()
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), floor: quantile(floor, 0.5) }
}

interface Account {
  publicKey: string
  seedHex: string
}

async function untilReady(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (gateway.exitCode !== null) throw new Error('the gateway did not start')
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the gateway is not ready after 20 s')
}

async function signIn({ publicKey, seedHex }: Account): Promise<string> {
  const { challenge } = await post('/api/sign-in/challenge', { publicKey })
  const digest = sha256d(Buffer.from(challenge, 'utf8'))
  const signature = Buffer.from(signDigest(digest, Buffer.from(seedHex, 'hex'))).toString('hex')
  return (await post('/api/sign-in', { challenge: { challenge, signature } })).accessToken
}

async function plan(creator: Account, token: string): Promise<void> {
  const query = `mutation { createPlan(input: { slug: "gold", title: "Gold", priceNanos: "1000", periodSeconds: 3600, idempotencyKey: "plan" }) { draft { unsignedHex } errors { message } } }`
  const { data } = await post('/graphql', { query }, token)
  await submit(creator, data.createPlan.draft.unsignedHex, token)
}

async function submit({ seedHex }: Account, unsignedHex: string, token: string): Promise<string> {
  const draft = decodeTransaction(Buffer.from(unsignedHex, 'hex'))
  const signed = encodeTransaction(signTransaction(draft, Buffer.from(seedHex, 'hex')))
  const answer = await post(
    '/api/transaction/submit',
    { signedHex: Buffer.from(signed).toString('hex'), wait: 'COMMITTED' },
    token,
  )
  return answer.transaction.transactionId
}

/** Deterministic bytes, generated as they are sent. */
async function* content(digest: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  const stream = createCipheriv('chacha20', Buffer.alloc(32, 7), Buffer.alloc(16))
  for (let sent = 0; sent < size; sent += CHUNK) {
    const chunk = stream.update(Buffer.alloc(Math.min(CHUNK, size - sent)))
    digest(chunk)
    yield chunk
  }
}

async function publish(creator: Account, token: string): Promise<{ postHash: string; digest: string }> {
  const hash = createHash('sha256')
  const boundary = 'bench-boundary'
  const fields = { title: 'Big', teaser: 'A big file', policy: 'PLAN:gold', idempotencyKey: 'big' }
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const [name, value] of Object.entries(fields)) {
      yield Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    }
    yield Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="big.bin"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    )
    yield* content((chunk) => hash.update(chunk))
    yield Buffer.from(`\r\n--${boundary}--\r\n`)
  }
  const response = await request(`${url}/api/upload-content`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    body: Readable.from(body()),
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const answer = (await response.body.json()) as { draft: { unsignedHex: string } | null; errors: unknown }
  if (!answer.draft) throw new Error(JSON.stringify(answer.errors))
  return { postHash: await submit(creator, answer.draft.unsignedHex, token), digest: hash.digest('hex') }
}

async function download(postHash: string, token: string): Promise<string> {
  const hash = createHash('sha256')
  const { statusCode, body } = await request(`${url}/content/${postHash}/0`, {
    headers: { authorization: `Bearer ${token}` },
    bodyTimeout: 0,
  })
  if (statusCode !== 200) throw new Error(`download: ${statusCode} ${await body.text()}`)
  for await (const chunk of body) hash.update(chunk)
  return hash.digest('hex')
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into, not modelled
async function post(path: string, body: unknown, token?: string): Promise<any> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { errors?: unknown[] }
  if (answer.errors && answer.errors.length > 0) throw new Error(`${path}: ${JSON.stringify(answer.errors)}`)
  return answer
}

async function timed<T>(run: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now()
  const result = await run()
  return { result, seconds: (performance.now() - start) / 1000 }
}

/** Resident bytes of a process. */
function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
