import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ChildScript, startScript } from '../../test/support/child-script.js'
import { DataDirInUseError, DataDirUnusableError, lockDataDir } from './data-dir.js'
import { isRunning, thisProcess } from './process-identity.js'

let directory: string
let path: string
const children: ChildScript[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'data-dir-'))
  path = join(directory, 'data')
})

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()))
  await rm(directory, { recursive: true })
})

/** A process that tries to take the directory, prints `held` or the error, and stays. */
function startLocker(): ChildScript {
  const child = startScript(`
    import { lockDataDir } from ${JSON.stringify(new URL('./data-dir.ts', import.meta.url).href)}
    setInterval(() => {}, 1000)
    lockDataDir(${JSON.stringify(path)}).then(() => console.log('held'), (error) => console.log(error.name))
  `)
  children.push(child)
  return child
}

describe('the lock of a data directory', () => {
  it('makes the directory for its owner alone', async () => {
    await using _lock = await lockDataDir(path)
    expect((await stat(path)).mode & 0o777).toBe(0o700)
  })

  it('leaves the mode of a directory that was there', async () => {
    await chmod(directory, 0o750)
    await using _lock = await lockDataDir(directory)
    expect((await stat(directory)).mode & 0o777).toBe(0o750)
  })

  it('refuses a second holder in one process until the first gives it back', async () => {
    const lock = await lockDataDir(path)
    await expect(lockDataDir(path)).rejects.toThrow(
      `${path} is in use by process ${process.pid}: stop that one, or set DATA_DIR to another directory.`,
    )
    await lock[Symbol.asyncDispose]()
    await using _again = await lockDataDir(path)
    expect(await readdir(join(path, 'lock'))).toHaveLength(1)
  })

  it('refuses while another process holds it, names that one, and is free once it was killed', async () => {
    const holder = startLocker()
    expect(await holder.nextLine()).toBe('held')
    const refusal = await lockDataDir(path).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(DataDirInUseError)
    expect(refusal).toMatchObject({ pid: holder.process.pid })
    expect(await readdir(join(path, 'lock'))).toHaveLength(1)
    await holder.kill()
    await using _lock = await lockDataDir(path)
    expect(await readdir(join(path, 'lock'))).toEqual([expect.stringMatching(`^${process.pid}\\.`)])
  })

  it('is never held by two of several that come at once', async () => {
    const outcomes = await Promise.all(
      [startLocker(), startLocker(), startLocker()].map((each) => each.nextLine()),
    )
    expect(outcomes.filter((outcome) => outcome === 'held').length).toBeLessThanOrEqual(1)
    expect(outcomes.filter((outcome) => outcome !== 'held' && outcome !== 'DataDirInUseError')).toEqual([])
  })

  it('says in one line where the directory cannot be made', async () => {
    await writeFile(path, 'a file')
    const refusal = await lockDataDir(path).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(DataDirUnusableError)
    expect(`${refusal}`).toBe(
      `DataDirUnusableError: ${path} cannot be written (ENOTDIR): set DATA_DIR to a directory that this user can write.`,
    )
  })
})

describe.runIf(process.platform === 'linux')('a data directory in a place that takes none', () => {
  it('is refused, where Node would try to make it for ever', async () => {
    const refusal = await lockDataDir('/proc/none/data').catch((error: unknown) => error)
    expect(`${refusal}`).toBe(
      'DataDirUnusableError: /proc/none/data cannot be written (ENOENT): set DATA_DIR to a directory that this user can write.',
    )
  })
})

describe.runIf(process.platform === 'linux')('a process that was seen before', () => {
  it('runs if id, start and boot are the same', () => {
    expect(isRunning(thisProcess())).toBe(true)
  })

  it('is not one that has its id from another time or another boot', () => {
    expect(isRunning({ ...thisProcess(), startedAt: '1' })).toBe(false)
    expect(isRunning({ ...thisProcess(), boot: 'another' })).toBe(false)
  })

  it('does not run once it was killed, even while nobody has collected it', async () => {
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
    const pid = Number(line)
    const { readFileSync } = await import('node:fs')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const child = {
      ...thisProcess(),
      pid,
      startedAt: `${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`,
    }
    expect(isRunning(child)).toBe(true)
    process.kill(pid, 'SIGKILL')
    while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) await new Promise(setImmediate)
    expect(isRunning(child)).toBe(false)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
  })
})
