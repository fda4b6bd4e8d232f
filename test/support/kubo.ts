import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, it } from 'vitest'

export interface KuboOptions {
  /** Where its repository goes; a folder of its own unless given. */
  dir?: string
  /** Further settings, by their path: `{ 'Datastore.StorageMax': '1MB' }`. */
  config?: Record<string, unknown>
  /** Its RPC listens on a unix socket, `api.sock` in its repository, in place of a port. */
  socket?: boolean
}

/** A Kubo daemon of its own, offline, on any free ports of the loopback interface, that a test may treat badly. */
export interface TestKubo extends AsyncDisposable {
  /** Its repository. */
  dir: string
  rpcUrl: string
  gatewayUrl: string
  /** As by `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
  /** After `kill`: on the same repository and ports. */
  start(): Promise<void>
  /** Its process stands still: connections stay open, nothing answers. */
  stop(): void
  cont(): void
  /** A command of the CLI against the daemon; its output. */
  ipfs(...words: string[]): string
  close(): Promise<void>
}

const binary = findBinary()

/**
 * A group of tests that need Kubo: named among those left out where there is none, failed in CI. `isLong`: too long for
 * every run; it runs with CI=true or FULL=1.
 */
export function describeKubo(name: string, tests: () => void, { isLong = false } = {}): void {
  const runsLong = process.env.CI === 'true' || process.env.FULL === '1'
  if (binary && isLong && !runsLong)
    it.skip(`${name} [kills and stops many a Kubo; run with FULL=1]`, () => {})
  else if (binary) describe(name, tests)
  else if (process.env.CI === 'true') it(`${name}: CI has Kubo`, failWithoutKubo)
  else it.skip(`${name} [needs Kubo: tools/kubo/build.sh]`, () => {})
}

function failWithoutKubo(): never {
  throw new Error('There is no Kubo, so these tests did not run.')
}

/** IPFS_BINARY, what tools/kubo/build.sh built, or one on the PATH. */
function findBinary(): string | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const version = /^\s*github\.com\/ipfs\/kubo (\S+)/m.exec(readFileSync('tools/kubo/go.mod', 'utf8'))?.[1]
  const built = join(cache, `deso-ipfs-gateway/kubo-${version}/ipfs`)
  const given = process.env.IPFS_BINARY
  if (given) return given
  if (existsSync(built)) return built
  return spawnSync('ipfs', ['version']).status === 0 ? 'ipfs' : undefined
}

export async function startKubo({
  dir: given,
  config = {},
  socket = false,
}: KuboOptions = {}): Promise<TestKubo> {
  if (!binary) failWithoutKubo()
  const dir = given ?? (await mkdtemp(join(tmpdir(), 'kubo-')))
  const env = { ...process.env, IPFS_PATH: dir, IPFS_TELEMETRY: 'off', GOLOG_LOG_LEVEL: 'error' }
  const ipfs = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(binary, words, { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`ipfs ${words.join(' ')}: ${stderr}`)
    return stdout
  }
  ipfs('init', '--profile=test,announce-off')
  const settings = {
    'Routing.Type': 'none',
    'Provide.Enabled': false,
    'Gateway.NoFetch': true,
    'Datastore.HashOnRead': true,
    'Addresses.Swarm': [],
    ...(socket && { 'Addresses.API': [`/unix${dir}/api.sock`] }),
    ...config,
  }
  await configure(dir, settings)
  let child = await spawnDaemon(binary, env)
  const { addresses } = child
  // A daemon that comes back is found where it was.
  if (!socket)
    await configure(dir, { 'Addresses.API': addresses.rpc, 'Addresses.Gateway': addresses.gateway })
  const kill = async () => {
    if (child.process.exitCode !== null || child.process.signalCode !== null) return
    const exited = once(child.process, 'exit')
    child.process.kill('SIGKILL')
    await exited
  }
  const close = async () => {
    await kill()
    await rm(dir, { recursive: true, force: true })
  }
  return {
    dir,
    rpcUrl: urlOf(addresses.rpc),
    gatewayUrl: urlOf(addresses.gateway),
    kill,
    async start() {
      await kill()
      child = await spawnDaemon(binary, env)
    },
    stop: () => child.process.kill('SIGSTOP'),
    cont: () => child.process.kill('SIGCONT'),
    ipfs,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Writes settings as `ipfs config` does, which takes a process for each and a token from some. */
async function configure(dir: string, settings: Record<string, unknown>): Promise<void> {
  const path = join(dir, 'config')
  const config = JSON.parse(await readFile(path, 'utf8'))
  for (const [name, value] of Object.entries(settings)) {
    const [section = '', key = ''] = name.split('.')
    config[section] = { ...config[section], [key]: value }
  }
  await writeFile(path, JSON.stringify(config))
}

interface Daemon {
  process: ChildProcess
  /** Multiaddresses, as it prints them. */
  addresses: { rpc: string; gateway: string }
}

async function spawnDaemon(ipfs: string, env: NodeJS.ProcessEnv): Promise<Daemon> {
  const daemon = spawn(ipfs, ['daemon', '--offline'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream.on('data', (text) => {
      output += text
    })
  }
  for (let tries = 0; tries < 1000; tries += 1) {
    if (output.includes('Daemon is ready')) {
      const rpc = /RPC API server listening on (\S+)/.exec(output)?.[1] as string
      const gateway = /Gateway server listening on (\S+)/.exec(output)?.[1] as string
      return { process: daemon, addresses: { rpc, gateway } }
    }
    if (daemon.exitCode !== null) break
    await setTimeout(10)
  }
  daemon.kill('SIGKILL')
  throw new Error(`Kubo did not come up: ${output}`)
}

/** http://127.0.0.1:5001 of /ip4/127.0.0.1/tcp/5001. */
function urlOf(multiaddress: string): string {
  const [, , host, , port] = multiaddress.split('/')
  return `http://${host}:${port}`
}
