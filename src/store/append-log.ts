/**
 * The store room keeps what must last (append-only log, state) and what may be lost (caches). It knows keys,
 * values, times and files; it must not know what they mean, nor any other room.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { isDiskFull, StorageFullError, StorageUnavailableError } from '../errors.js'
import { syncDirectory, writeFully } from './file-system.js'
import { writeLogFile } from './log-file.js'
import { encodeLine, LINE_OVERHEAD } from './log-line.js'
import { replayLog } from './log-replay.js'

const MAX_RECORD_BYTES = 16 << 20
/** One write and one sync take at most this much, so that a flood of appends needs no second copy of it all. */
const MAX_BATCH_BYTES = 4 << 20
/** Accepted but not yet on disk; more is refused, as the disk cannot keep up. */
const MAX_QUEUED_BYTES = 64 << 20

export interface AppendLogOptions {
  /** Takes the records at open one by one, so that a long log need not be an array; `entries` is then empty. */
  replay?: (value: unknown) => void
  /** Bytes of JSON that one record may have. Default 16 MiB. */
  maxRecordBytes?: number
}

export interface OpenedLog {
  log: AppendLog
  /** The records in the order they were written. */
  entries: unknown[]
  /** Bytes of a torn last line that were cut off: a write that was interrupted, hence never confirmed. */
  dropped: number
}

/** Records on disk, one line each (log-line.ts), owned by this process alone. */
export interface AppendLog extends AsyncDisposable {
  /** Bytes of confirmed records. */
  readonly size: number
  /**
   * Resolves when the record is on disk; records keep the order of the calls, and calls at the same time share
   * one write and one sync. Rejects with StorageUnavailableError if the disk refuses: the record is then not in
   * the log. RangeError or TypeError: the value is too large or no JSON.
   */
  append(value: unknown): Promise<void>
  /**
   * Replaces all records by these, atomically: whatever happens, the log holds the old ones or the new ones.
   * Appends called before it are replaced too, appends called after it come behind. `values` are read once the
   * appends before have settled and who awaited them has run, so they may come from what those keep up to date.
   */
  rewrite(values: Iterable<unknown>): Promise<void>
  /** Waits for what was called before; all later calls reject. */
  close(): Promise<void>
}

/**
 * Opens a log, creating it (mode 0600) if it is not there, and replays it. A torn last line is cut off and told
 * by `dropped`; damage before the last line rejects with LogCorruptError.
 */
export async function openAppendLog(path: string, options: AppendLogOptions = {}): Promise<OpenedLog> {
  const maxRecordBytes = options.maxRecordBytes ?? MAX_RECORD_BYTES
  const entries: unknown[] = []
  await rm(temporaryPath(path), { force: true })
  const handle = await openForUpdate(path)
  try {
    const { soundBytes, totalBytes } = await replayLog(
      { handle, path, maxLineBytes: maxRecordBytes + LINE_OVERHEAD },
      options.replay ?? ((value) => entries.push(value)),
    )
    if (soundBytes < totalBytes) await cut(handle, soundBytes)
    const log = new FileAppendLog(path, handle, soundBytes, maxRecordBytes)
    return { log, entries, dropped: totalBytes - soundBytes }
  } catch (error) {
    await handle.close()
    throw error
  }
}

interface Task {
  resolve(): void
  reject(error: unknown): void
}

type QueuedTask = Task & ({ line: Buffer } | { values: Iterable<unknown> })

class FileAppendLog implements AppendLog {
  #queue: QueuedTask[] = []
  #queuedBytes = 0
  #pumping: Promise<void> | undefined
  #closing: Promise<void> | undefined
  /** A failed write may have left bytes behind the confirmed ones. */
  #needsCut = false
  /** A rename is done, but may not outlast a loss of power yet. */
  #needsDirectorySync = false

  constructor(
    readonly path: string,
    private handle: FileHandle,
    public size: number,
    private readonly maxRecordBytes: number,
  ) {}

  async append(value: unknown): Promise<void> {
    const line = encodeLine(value, this.maxRecordBytes)
    if (this.#queuedBytes + line.length > MAX_QUEUED_BYTES) {
      throw new StorageUnavailableError('The disk does not keep up with what is to be written; try again.')
    }
    await this.#enqueue((task) => ({ ...task, line }))
  }

  async rewrite(values: Iterable<unknown>): Promise<void> {
    await this.#enqueue((task) => ({ ...task, values }))
  }

  close(): Promise<void> {
    this.#closing ??= (this.#pumping ?? Promise.resolve()).then(() => this.handle.close())
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #enqueue(make: (task: Task) => QueuedTask): Promise<void> {
    if (this.#closing !== undefined) throw new StorageUnavailableError('The log is closed.')
    return new Promise((resolve, reject) => {
      const task = make({ resolve, reject })
      if ('line' in task) this.#queuedBytes += task.line.length
      this.#queue.push(task)
      this.#pumping ??= this.#pump()
    })
  }

  async #pump(): Promise<void> {
    // Lets every append of this tick join the first write.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const first = this.#queue[0] as QueuedTask
      if ('values' in first) await settle(this.#queue.splice(0, 1), () => this.#replace(first.values))
      else await this.#writeBatch()
    }
    this.#pumping = undefined
  }

  async #writeBatch(): Promise<void> {
    const lines: Buffer[] = []
    let bytes = 0
    for (const task of this.#queue) {
      if (!('line' in task) || (bytes > 0 && bytes + task.line.length > MAX_BATCH_BYTES)) break
      lines.push(task.line)
      bytes += task.line.length
    }
    const batch = this.#queue.splice(0, lines.length)
    await settle(batch, () => this.#write(Buffer.concat(lines, bytes)))
    this.#queuedBytes -= bytes
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      await this.#repair()
      this.#needsCut = true
      await writeFully(this.handle, bytes, this.size)
      await this.handle.datasync()
      this.#needsCut = false
      this.size += bytes.length
    } catch (error) {
      // If this fails as well, the next write tries again before it adds anything.
      await this.#repair().catch(() => undefined)
      throw refused(error)
    }
  }

  async #replace(values: Iterable<unknown>): Promise<void> {
    try {
      // Lets those run who await the appends before.
      await setImmediate()
      const next = await writeLogFile(temporaryPath(this.path), values, this.maxRecordBytes)
      try {
        await rename(temporaryPath(this.path), this.path)
      } catch (error) {
        await next.handle.close()
        throw error
      }
      const previous = this.handle
      this.handle = next.handle
      this.size = next.size
      this.#needsCut = false
      this.#needsDirectorySync = true
      await previous.close()
      await this.#repair()
    } catch (error) {
      await rm(temporaryPath(this.path), { force: true }).catch(() => undefined)
      throw refused(error)
    }
  }

  async #repair(): Promise<void> {
    if (this.#needsCut) await cut(this.handle, this.size)
    this.#needsCut = false
    if (this.#needsDirectorySync) await syncDirectory(dirname(this.path))
    this.#needsDirectorySync = false
  }
}

async function settle(tasks: Task[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
    for (const task of tasks) task.resolve()
  } catch (error) {
    for (const task of tasks) task.reject(error)
  }
}

async function openForUpdate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const handle = await open(path, 'wx+', 0o600)
  await syncDirectory(dirname(path))
  return handle
}

async function cut(handle: FileHandle, size: number): Promise<void> {
  await handle.truncate(size)
  await handle.datasync()
}

function temporaryPath(path: string): string {
  return `${path}.tmp`
}

function refused(error: unknown): Error {
  const { code, errno } = error as NodeJS.ErrnoException
  if (errno === undefined) return error as Error
  if (isDiskFull(error))
    return new StorageFullError(`The disk of the gateway's state is full (${code}).`, error)
  return new StorageUnavailableError(
    `The gateway's disk does not take what is to be written (${code}).`,
    error,
  )
}
