import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { builtFolder } from './built-folder.js'
import { ChainControl } from './world.js'

const READY_MS = 25_000
const BUILD_MS = 25_000

/**
 * The gateway as JavaScript in a folder of its own, as a deployment has it: starts in a third of the time of tsx. Built once
 * a run, by whoever needs it first; built-folder.ts removes it.
 */
export class BuiltGateway implements AsyncDisposable {
  private readonly running = new Set<ChildProcess>()

  private constructor(readonly root: string) {}

  static async build(): Promise<BuiltGateway> {
    const root = builtFolder(process.ppid)
    const isFirst = await mkdir(root).then(
      () => true,
      () => false,
    )
    if (isFirst) await buildInto(root).finally(() => writeFile(join(root, 'done'), ''))
    for (const end = Date.now() + BUILD_MS; !existsSync(join(root, 'done')); await setTimeout(100)) {
      if (Date.now() > end) throw new Error(`${root} is not built`)
    }
    return new BuiltGateway(root)
  }

  /** A process with these settings alone, on any free ports unless they say otherwise. */
  spawn(env: Record<string, string>): GatewayProcess {
    const child = spawn(process.execPath, [join(this.root, 'dist/main.js')], {
      cwd: this.root,
      env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', PORT: '0', DEVCHAIN_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.running.add(child)
    child.once('exit', () => this.running.delete(child))
    return new GatewayProcess(child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.running) child.kill('SIGKILL')
  }
}

async function buildInto(root: string): Promise<void> {
  const compiler = 'node_modules/typescript/bin/tsc'
  const options = ['--noCheck', '--declaration', 'false', '--sourceMap', 'false']
  const args = [compiler, '-p', 'tsconfig.build.json', '--outDir', join(root, 'dist'), ...options]
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stdout)
  await cp('schema', join(root, 'schema'), { recursive: true })
  await cp('package.json', join(root, 'package.json'))
  await symlink(resolve('node_modules'), join(root, 'node_modules'))
}

export class GatewayProcess {
  stdout = ''
  stderr = ''
  /** The exit code; null where a signal ended it. */
  readonly exited: Promise<number | null>

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (text) => {
      this.stdout += text
    })
    child.stderr?.on('data', (text) => {
      this.stderr += text
    })
    // 'close': all that it wrote has come.
    this.exited = once(child, 'close').then(([code]) => code)
  }

  get pid(): number {
    return this.child.pid as number
  }

  /** Its addresses, once it has said them. */
  async ready(): Promise<{ url: string; chain: ChainControl }> {
    const deadline = Date.now() + READY_MS
    for (;;) {
      const url = /GraphQL +(\S+)\/graphql/.exec(this.stdout)?.[1]
      const chain = /DeSo +(\S+)/.exec(this.stdout)?.[1]
      if (url && chain) return { url, chain: new ChainControl(chain) }
      const isOver = this.child.exitCode !== null || Date.now() > deadline
      if (isOver) throw new Error(`The gateway is not ready: ${this.stdout}${this.stderr}`)
      await setTimeout(20)
    }
  }

  /** Ends it; the exit code, and how many milliseconds that took. */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<{ code: number | null; ms: number }> {
    const start = performance.now()
    this.child.kill(signal)
    return { code: await this.exited, ms: performance.now() - start }
  }
}
