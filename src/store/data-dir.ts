import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isRunning, type ProcessIdentity, thisProcess } from './process-identity.js'

const ATTEMPTS = 5
const MAX_PAUSE_MS = 50
const CLAIM = /^(\d{1,10})\.(\d{1,20})\.([\w-]{1,64})$/

/** Another process that still runs has this data directory. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError'

  constructor(
    readonly path: string,
    readonly pid: number,
  ) {
    super(`${path} is in use by process ${pid}: stop that one, or set DATA_DIR to another directory.`)
  }
}

/** The data directory can not be made or written. */
export class DataDirUnusableError extends Error {
  override readonly name = 'DataDirUnusableError'

  constructor(path: string, cause: NodeJS.ErrnoException) {
    super(
      `${path} cannot be written (${cause.code}): set DATA_DIR to a directory that this user can write.`,
      {
        cause,
      },
    )
  }
}

/** What this process holds; on systems that tell no start time, a claim of a former process can have its name. */
const heldHere = new Set<string>()

/**
 * Takes a data directory for this process alone, making it (mode 0700) if it is not there; disposing gives it
 * back. Throws DataDirInUseError if a running process has it; one that was killed never blocks the next. It
 * guards one machine, and in it one process namespace: two containers must not share a data directory.
 *
 * Each process puts a claim named after itself into `lock/`, then looks for claims of others that run. Whoever
 * sees none has the directory; two that come at once may see each other, withdraw and try again. As a name is
 * never used twice, a dead process's claim can be removed without a race.
 */
export async function lockDataDir(path: string): Promise<AsyncDisposable> {
  try {
    return await claim(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).errno === undefined) throw error
    throw new DataDirUnusableError(path, error as NodeJS.ErrnoException)
  }
}

async function claim(path: string): Promise<AsyncDisposable> {
  const locks = join(path, 'lock')
  await makeDirectory(locks)
  const own = claimName(thisProcess())
  const ownPath = join(locks, own)
  if (heldHere.has(ownPath)) throw new DataDirInUseError(path, process.pid)
  heldHere.add(ownPath)
  const release = async (): Promise<void> => {
    await rm(ownPath, { force: true })
    heldHere.delete(ownPath)
  }
  try {
    for (let attempt = 1; ; attempt++) {
      await (await open(ownPath, 'w', 0o600)).close()
      const other = await findOther(locks, own)
      if (other === undefined) return { [Symbol.asyncDispose]: release }
      await rm(ownPath, { force: true })
      if (attempt === ATTEMPTS) throw new DataDirInUseError(path, other.pid)
      await setTimeout(Math.random() * MAX_PAUSE_MS)
    }
  } catch (error) {
    heldHere.delete(ownPath)
    throw error
  }
}

/** With its parents. Node's own recursive mkdir never ends where a parent takes none but denies that it is there: /proc. */
async function makeDirectory(path: string): Promise<void> {
  const make = () =>
    mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  try {
    await make()
  } catch (error) {
    const parent = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    await makeDirectory(parent)
    await make()
  }
}

/** A running process other than this with a claim; removes the claims of those that no longer run. */
async function findOther(locks: string, own: string): Promise<ProcessIdentity | undefined> {
  let running: ProcessIdentity | undefined
  for (const name of await readdir(locks)) {
    const other = parseClaim(name)
    if (other === undefined || name === own) continue
    if (isRunning(other)) running = other
    else await rm(join(locks, name), { force: true })
  }
  return running
}

function claimName({ pid, startedAt, boot }: ProcessIdentity): string {
  return `${pid}.${startedAt}.${boot}`
}

function parseClaim(name: string): ProcessIdentity | undefined {
  const [, pid, startedAt, boot] = CLAIM.exec(name) ?? []
  if (pid === undefined || startedAt === undefined || boot === undefined) return undefined
  return { pid: Number(pid), startedAt, boot }
}
