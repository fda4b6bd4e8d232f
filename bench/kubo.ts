/**
 * Content on a real Kubo: what the gateway costs over the same Kubo alone. A Kubo (offline, of its own), a gateway process
 * in front of it and curl on one machine, taken in turn within each round; medians; the gateway's memory is sampled.
 *
 *   tools/kubo/build.sh && npx tsx bench/kubo.ts [--size 1073741824] [--rounds 5] [--parallel 20] [--small 1000]
 *
 * Needs curl, Linux (/proc) and room: about six times the size in /tmp and twice in /dev/shm.
 */
import { createCipheriv, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get, Agent as HttpAgent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { startKubo } from '../test/support/kubo.js'
import { BuiltGateway } from '../test/support/spawned-gateway.js'
import { curl, LibraryClient } from './support/library-client.js'
import { memoryOf, Sampler } from './support/memory.js'
import { median, quantile, row } from './support/numbers.js'

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '1073741824' },
    rounds: { type: 'string', default: '5' },
    parallel: { type: 'string', default: '20' },
    small: { type: 'string', default: '1000' },
    ranges: { type: 'string', default: '400' },
  },
})
const size = Number(values.size)
const rounds = Number(values.rounds)
const parallel = Number(values.parallel)
const small = Number(values.small)
const ranges = Number(values.ranges)
const MIB = 1_048_576
const SMALL_BYTES = 4_096
const RANGE_BYTES = 65_536
const ADD =
  'cid-version=1&raw-leaves=true&chunker=size-1048576&max-file-links=1024&pin=true&progress=false&quieter=true'

const files = await mkdtemp('/dev/shm/bench-')
const root = await mkdtemp(join(tmpdir(), 'bench-'))
const kubo = await startKubo({
  dir: join(root, 'repo'),
  config: { 'Datastore.StorageMax': '1TB', 'Datastore.HashOnRead': false },
})
const built = await BuiltGateway.build()
const gateway = built.spawn({
  DATA_DIR: join(root, 'data'),
  KUBO_RPC_URL: kubo.rpcUrl,
  KUBO_GATEWAY_URL: kubo.gatewayUrl,
  DEVCHAIN_BLOCK_MS: '20',
  MAX_FILE_BYTES: String(1024 ** 4),
  MAX_UNPUBLISHED_BYTES: String(1024 ** 4),
})
try {
  const { url, chain } = await gateway.ready()
  const client = await LibraryClient.open(url, chain.url)
  const { plain, gated } = await uploads(client)
  await downloads(client, plain, gated)
  await randomRanges(client, gated.postHash)
  await smallFiles(client)
  await manyAtOnce(client)
} finally {
  await gateway.stop('SIGKILL')
  await built[Symbol.asyncDispose]()
  await kubo.close()
  for (const dir of [files, root]) await rm(dir, { recursive: true, force: true })
}

interface Published {
  cid: string
  postHash: string
}

async function uploads(client: LibraryClient): Promise<{ plain: Published; gated: Published }> {
  const times = { curl: [] as number[], plain: [] as number[], gated: [] as number[] }
  let [plain, gated]: (Published | undefined)[] = []
  const base = memoryOf(gateway.pid)
  const sampler = new Sampler(gateway.pid)
  for (let round = 0; round < rounds; round += 1) {
    // Other bytes each time: what a node has already it need not write.
    const direct = await randomFile('direct')
    times.curl.push((await curl(['-F', `file=@${direct}`, `${kubo.rpcUrl}/api/v0/add?${ADD}`])).seconds)
    await rm(direct)
    const open = await randomFile('plain')
    const asPlain = await client.upload('PUBLIC', [open])
    times.plain.push(asPlain.seconds)
    await rm(open)
    const closed = await randomFile('gated')
    const asGated = await client.upload('PLAN:gold', [closed])
    times.gated.push(asGated.seconds)
    await rm(closed)
    if (round > 0) continue
    plain = { cid: asPlain.cid, postHash: await client.submit(asPlain.unsignedHex) }
    gated = { cid: asGated.cid, postHash: await client.submit(asGated.unsignedHex) }
  }
  const peak = sampler.stop()
  const rate = (seconds: number[]) => size / MIB / median(seconds)
  console.log(`\nUpload of ${size / MIB} MiB, medians of ${rounds} rounds\n`)
  console.log([row(['', 'MiB/s', 'ratio', 'aim']), row(['---', '---:', '---:', '---:'])].join('\n'))
  console.log(row(['curl into Kubo', rate(times.curl).toFixed(0), '', '']))
  console.log(row(['plain', rate(times.plain).toFixed(0), ratio(times.curl, times.plain), '0.90 of curl']))
  console.log(row(['gated', rate(times.gated).toFixed(0), ratio(times.plain, times.gated), '0.80 of plain']))
  console.log(
    `\nMemory: ${mb(base)} MB before, ${mb(peak)} MB at most: ${mb(peak - base)} MB of growth (aim: < 100)`,
  )
  if (!plain || !gated) throw new Error('no round')
  return { plain, gated }
}

async function downloads(client: LibraryClient, plain: Published, gated: Published): Promise<void> {
  const times = { kubo: [] as number[], plain: [] as number[], gated: [] as number[] }
  const base = memoryOf(gateway.pid)
  const sampler = new Sampler(gateway.pid)
  const bearer = ['-H', `authorization: Bearer ${client.token}`]
  const fetchAll = async (...args: string[]) => (await curl([...args, '-o', '/dev/null'])).seconds
  for (let round = -1; round < rounds; round += 1) {
    const taken = [
      await fetchAll(`${kubo.gatewayUrl}/ipfs/${plain.cid}`),
      await fetchAll(`${client.url}/content/${plain.postHash}/0`),
      await fetchAll(...bearer, `${client.url}/content/${gated.postHash}/0`),
    ] as const
    if (round < 0) continue
    times.kubo.push(taken[0])
    times.plain.push(taken[1])
    times.gated.push(taken[2])
  }
  const peak = sampler.stop()
  const rate = (seconds: number[]) => size / MIB / median(seconds)
  console.log(`\nDownload of ${size / MIB} MiB, medians of ${rounds} rounds after one to warm up\n`)
  console.log([row(['', 'MiB/s', 'ratio', 'aim']), row(['---', '---:', '---:', '---:'])].join('\n'))
  console.log(row(['Kubo’s gateway', rate(times.kubo).toFixed(0), '', '']))
  console.log(row(['plain', rate(times.plain).toFixed(0), ratio(times.kubo, times.plain), '0.90 of Kubo’s']))
  console.log(row(['gated', rate(times.gated).toFixed(0), ratio(times.plain, times.gated), '0.80 of plain']))
  console.log(`\nMemory: ${mb(peak - base)} MB of growth`)
}

/** As a player asks: one connection, one range after the other; the time from the request to the last byte. */
async function randomRanges(client: LibraryClient, postHash: string): Promise<void> {
  const { pathname } = new URL(`${client.url}/content/${postHash}/0`)
  const headers = { authorization: `Bearer ${client.token}` }
  const agent = new HttpAgent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  const floor: number[] = []
  for (let i = -50; i < ranges; i += 1) {
    const start = Math.floor(Math.random() * (size - RANGE_BYTES))
    const range = `bytes=${start}-${start + RANGE_BYTES - 1}`
    const ms = await timedGet(agent, client.url, pathname, { ...headers, range })
    const health = await timedGet(agent, client.url, '/healthz', {})
    if (i < 0) continue
    times.push(ms)
    floor.push(health)
  }
  agent.destroy()
  console.log(`\nRandom ranges of 64 KiB of the gated file, ${ranges}, one after the other`)
  console.log(
    `p50 ${median(times).toFixed(2)} ms, p90 ${quantile(times, 0.9).toFixed(2)} ms; /healthz on the same connection p50 ${median(floor).toFixed(2)} ms (aim: 1 ms)`,
  )
}

async function smallFiles(client: LibraryClient): Promise<void> {
  const times = { cli: [] as number[], plain: [] as number[], gated: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    const dir = await smallDir()
    const start = performance.now()
    kubo.ipfs('add', '-r', '-Q', '--cid-version=1', '--raw-leaves', dir.path)
    times.cli.push((performance.now() - start) / 1000)
    times.plain.push((await client.upload('PUBLIC', (await smallDir()).paths)).seconds)
    times.gated.push((await client.upload('PLAN:gold', (await smallDir()).paths)).seconds)
  }
  const rate = (seconds: number[]) => `${(small / median(seconds)).toFixed(0)} files/s`
  console.log(`\n${small} files of ${SMALL_BYTES} bytes in one content, medians of ${rounds} rounds`)
  console.log(
    `ipfs add -r ${rate(times.cli)}; plain ${rate(times.plain)}, ${ratio(times.cli, times.plain)} (aim: 0.50); gated ${rate(times.gated)}, ${ratio(times.cli, times.gated)}`,
  )
}

async function manyAtOnce(client: LibraryClient): Promise<void> {
  const each = Math.ceil(size / parallel)
  const paths = await Promise.all(Array.from({ length: parallel }, (_, i) => randomFile(`many-${i}`, each)))
  const base = memoryOf(gateway.pid)
  const sampler = new Sampler(gateway.pid)
  const start = performance.now()
  await Promise.all(paths.map((path, i) => client.upload(i % 2 ? 'PUBLIC' : 'PLAN:gold', [path])))
  const seconds = (performance.now() - start) / 1000
  const peak = sampler.stop()
  console.log(`\n${parallel} uploads at once of ${(each / MIB).toFixed(0)} MiB, half of them gated`)
  console.log(
    `${((parallel * each) / MIB / seconds).toFixed(0)} MiB/s; memory ${mb(base)} MB before, ${mb(peak - base)} MB of growth (aim: < 100)`,
  )
}

/** In memory, so that no disk is read for it. */
async function randomFile(name: string, bytes = size): Promise<string> {
  const path = join(files, name)
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16))
  const zeros = Buffer.alloc(MIB)
  const content = function* () {
    for (let left = bytes; left > 0; left -= MIB) yield cipher.update(zeros.subarray(0, Math.min(MIB, left)))
  }
  await pipeline(Readable.from(content()), createWriteStream(path))
  return path
}

async function smallDir(): Promise<{ path: string; paths: string[] }> {
  const path = await mkdtemp(join(files, 'small-'))
  await mkdir(path, { recursive: true })
  const paths = Array.from({ length: small }, (_, i) => join(path, `file-${i}`))
  for (const each of paths) await writeFile(each, randomBytes(SMALL_BYTES))
  return { path, paths }
}

/** Milliseconds to the last byte. */
function timedGet(
  agent: HttpAgent,
  base: string,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  const start = performance.now()
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    get(
      { agent, hostname: hostname === 'localhost' ? '127.0.0.1' : hostname, port, path, headers },
      (response) => {
        response.on('data', () => {})
        response.once('end', () => {
          if ((response.statusCode ?? 500) >= 300) reject(new Error(`${path}: ${response.statusCode}`))
          else resolve(performance.now() - start)
        })
      },
    ).once('error', reject)
  })
}

function ratio(of: number[], to: number[]): string {
  return (median(of) / median(to)).toFixed(2)
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
