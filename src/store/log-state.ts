import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import { StorageUnavailableError } from '../errors.js'
import { type AppendLog, openAppendLog } from './append-log.js'
import { KeyedMutex } from './keyed-mutex.js'
import type { StateEntry, StateStore } from './state.js'
import { checkEntry, MAX_ENTRY_BYTES } from './state-limits.js'

/** JSON can write one byte of text as six. */
const MAX_RECORD_BYTES = 6 * MAX_ENTRY_BYTES + 1024
const DEFAULT_MAX_BYTES = 512 << 20
/** Garbage below this is not worth a rewrite. */
const MIN_GARBAGE_BYTES = 1 << 20
/** A full state looks for expired entries at most this often. */
const SWEEP_INTERVAL_MS = 1000
/** What a record has in the log beside key and value, about. */
const RECORD_OVERHEAD_BYTES = 80

export interface LogStateOptions {
  /** Told of a torn tail and of a compaction that failed. */
  log?: Pick<Logger, 'warn'> | undefined
  /** Bytes that entries before their end may take, on disk and in memory; more is refused. Default 512 MiB. */
  maxBytes?: number
}

/** One line of the log: an entry, or (first in a compacted log) the highest version that was given out. */
type StateRecord = { key: string; value: string; version: number; expiresAt: number } | { version: number }

/**
 * State in an append-only log, all of it in memory too; the end of an entry is judged by `clock`. Opening rejects
 * with LogCorruptError as openAppendLog does; writes reject with StorageUnavailableError while the disk refuses
 * or the state is full, with RangeError for a key over 1 KiB, a value over 1 MiB or an entry without end.
 */
export async function openLogState(
  path: string,
  clock: Clock,
  options: LogStateOptions = {},
): Promise<StateStore> {
  const entries = new Map<string, StateEntry>()
  let version = 0
  const { log, dropped } = await openAppendLog(path, {
    maxRecordBytes: MAX_RECORD_BYTES,
    replay: (value) => {
      const record = value as StateRecord
      if (typeof record?.version !== 'number')
        throw new Error(`${path} is a log of something other than state.`)
      version = Math.max(version, record.version)
      if ('key' in record) entries.set(record.key, entryOf(record))
    },
  })
  if (dropped > 0)
    options.log?.warn({ path, dropped }, 'dropped a torn last record, which was never confirmed')
  const state = new LogState(log, clock, entries, version, options)
  await state.compactIfGrown()
  return state
}

class LogState implements StateStore {
  readonly #keys = new KeyedMutex()
  /** What the records of `entries` take in the log, about. */
  #heldBytes = 0
  #beingWrittenBytes = 0
  #compaction: Promise<void> | undefined
  /** The size of the log at which its garbage is counted again. */
  #nextCheck = 0
  #lastSweep = Number.NEGATIVE_INFINITY

  constructor(
    private readonly log: AppendLog,
    private readonly clock: Clock,
    private readonly entries: Map<string, StateEntry>,
    private version: number,
    private readonly options: LogStateOptions,
  ) {
    for (const [key, entry] of entries) this.#heldBytes += sizeOf(key, entry.value)
  }

  async get(key: string): Promise<StateEntry | undefined> {
    const entry = this.#find(key)
    return entry && { ...entry }
  }

  insert(key: string, value: string, expiresAt: number): Promise<{ inserted: boolean; entry: StateEntry }> {
    return this.#keys.run(key, async () => {
      const present = this.#find(key)
      const entry = present ?? (await this.#write(key, value, expiresAt))
      return { inserted: present === undefined, entry: { ...entry } }
    })
  }

  update(key: string, version: number, value: string, expiresAt: number): Promise<boolean> {
    return this.#keys.run(key, async () => {
      if (this.#find(key)?.version !== version) return false
      await this.#write(key, value, expiresAt)
      return true
    })
  }

  async close(): Promise<void> {
    await this.#compaction
    await this.log.close()
  }

  /** Writes the log anew if at least half of it is overwritten or expired. Writes queue up behind it meanwhile. */
  async compactIfGrown(): Promise<void> {
    if (this.log.size < this.#nextCheck) return
    this.#compaction ??= this.#compact()
      .catch((error: unknown) => this.options.log?.warn({ err: error }, 'could not compact the state log'))
      .finally(() => {
        this.#nextCheck = this.log.size * 1.5 + MIN_GARBAGE_BYTES
        this.#compaction = undefined
      })
    await this.#compaction
  }

  #find(key: string): StateEntry | undefined {
    const entry = this.entries.get(key)
    return entry !== undefined && entry.expiresAt > this.clock.now() ? entry : undefined
  }

  async #write(key: string, value: string, expiresAt: number): Promise<StateEntry> {
    checkEntry(key, value, expiresAt)
    const bytes = sizeOf(key, value)
    this.#makeRoom(bytes)
    const entry: StateEntry = { value, version: ++this.version, expiresAt }
    this.#beingWrittenBytes += bytes
    try {
      await this.log.append({ key, ...entry })
      this.#forget(key)
      this.entries.set(key, entry)
      this.#heldBytes += bytes
    } finally {
      this.#beingWrittenBytes -= bytes
    }
    void this.compactIfGrown()
    return entry
  }

  #makeRoom(bytes: number): void {
    const limit = (this.options.maxBytes ?? DEFAULT_MAX_BYTES) - this.#beingWrittenBytes - bytes
    if (this.#heldBytes <= limit) return
    if (this.clock.now() - this.#lastSweep >= SWEEP_INTERVAL_MS) this.#sweep()
    if (this.#heldBytes <= limit) return
    throw new StorageUnavailableError('The state of this gateway is full; try again later.')
  }

  #sweep(): void {
    this.#lastSweep = this.clock.now()
    for (const [key, entry] of this.entries) if (entry.expiresAt <= this.#lastSweep) this.#forget(key)
  }

  #forget(key: string): void {
    const entry = this.entries.get(key)
    if (entry === undefined) return
    this.#heldBytes -= sizeOf(key, entry.value)
    this.entries.delete(key)
  }

  async #compact(): Promise<void> {
    this.#sweep()
    const garbage = this.log.size - this.#heldBytes
    if (garbage < MIN_GARBAGE_BYTES || garbage < this.log.size / 2) return
    await this.log.rewrite(this.#records())
  }

  /** The version goes first, so that it rises on even where the entry that had the highest has expired. */
  *#records(): Iterable<StateRecord> {
    yield { version: this.version }
    for (const [key, entry] of this.entries) yield { key, ...entry }
  }
}

function entryOf({ value, version, expiresAt }: StateEntry): StateEntry {
  return { value, version, expiresAt }
}

function sizeOf(key: string, value: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value) + RECORD_OVERHEAD_BYTES
}
