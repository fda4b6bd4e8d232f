import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createClient } from '@keyv/redis'
import { describe, it } from 'vitest'

export interface RedisOptions {
  appendonly?: boolean
  appendfsync?: 'always' | 'everysec' | 'no'
  /** Bytes; 0: no limit. */
  maxmemory?: number
  policy?: 'noeviction' | 'allkeys-lru'
  /** Further settings, e.g. `{ requirepass: 'secret' }`. */
  config?: Record<string, string>
}

/** A Redis server of its own, in a process of its own, that a test may treat badly. */
export interface TestRedis extends AsyncDisposable {
  url: string
  port: number
  /** As by `kill -9`; resolves when it is gone. */
  kill(): Promise<void>
  /** After `kill`: on the same port and data; other settings where given. */
  start(options?: RedisOptions): Promise<void>
  /** Its process stands still: connections stay open, nothing answers. */
  stop(): void
  cont(): void
  /** The answer to one command, as text. */
  command(...words: string[]): Promise<string>
  close(): Promise<void>
}

const hasRedis = spawnSync('redis-server', ['--version']).status === 0

/** A group of tests that need `redis-server`: named among those left out where there is none, failed in CI. */
export function describeRedis(name: string, tests: () => void): void {
  if (hasRedis) describe(name, tests)
  else if (process.env.CI === 'true') it(`${name}: CI has redis-server`, failWithoutRedis)
  else it.skip(`${name} [needs redis-server: apt-get install redis-server]`, () => {})
}

function failWithoutRedis(): never {
  throw new Error('There is no redis-server, so these tests did not run.')
}

/** What a state may be kept in, unless told otherwise. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'redis-'))
  const port = await freePort()
  let child = await spawnRedis(port, dir, options)
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  const close = async () => {
    await kill()
    await rm(dir, { recursive: true, force: true })
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    async start(others = {}) {
      await kill()
      child = await spawnRedis(port, dir, { ...options, ...others })
    },
    stop: () => child.kill('SIGSTOP'),
    cont: () => child.kill('SIGCONT'),
    command: (...words) => command(port, options.config?.requirepass, words),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function spawnRedis(port: number, dir: string, options: RedisOptions): Promise<ChildProcess> {
  const { appendonly = true, appendfsync = 'always', maxmemory = 0, policy = 'noeviction' } = options
  const settings = {
    port,
    bind: '127.0.0.1',
    dir,
    save: '',
    appendonly: appendonly ? 'yes' : 'no',
    appendfsync,
    maxmemory,
    'maxmemory-policy': policy,
    'enable-debug-command': 'local',
    ...options.config,
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`])
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  for (let tries = 0; tries < 500; tries += 1) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}.`)
    if (await answers(port, options.config?.requirepass)) return child
    await setTimeout(10)
  }
  throw new Error('redis-server did not come up within 5 s.')
}

async function answers(port: number, password: string | undefined): Promise<boolean> {
  return command(port, password, ['PING']).then(
    (answer) => answer === 'PONG',
    () => false,
  )
}

async function command(port: number, password: string | undefined, words: string[]): Promise<string> {
  const client = createClient({
    socket: { port, host: '127.0.0.1', reconnectStrategy: false },
    ...(password !== undefined && { password }),
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return String(await client.sendCommand(words))
  } finally {
    client.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await once(server.close(), 'close')
  return port
}
