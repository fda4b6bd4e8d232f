import { CID } from 'multiformats/cid'
import type { Logger } from 'pino'
import type { Clock } from '../../clock.js'
import { StorageUnavailableError } from '../../errors.js'
import type { IpfsStore } from '../store.js'
import type { Mirror } from './mirror.js'

/** What a mirror has not done yet; null: it has. */
export interface MirrorRecord {
  mirror: string
  root: string
  task: { want: 'PIN' | 'UNPIN'; name: string } | null
}

/** Where tasks last: the store room's append-only log does. */
export interface TaskLog {
  append(record: MirrorRecord): Promise<void>
  rewrite(records: Iterable<MirrorRecord>): Promise<void>
  close(): Promise<void>
}

interface Task {
  want: 'PIN' | 'UNPIN'
  name: string
  failures: number
}

/** A mirror, and what it has still to do, oldest first. */
interface Lane {
  mirror: Mirror
  tasks: Map<string, Task>
  /** Failures since it last did something. */
  streak: number
  wake: () => void
}

/** More than a mirror that is away for weeks misses; beyond, pins are refused rather than forgotten. */
const MAX_PENDING = 200_000
const FIRST_PAUSE_MS = 1_000
const MAX_PAUSE_MS = 300_000
/** A large file on a slow line; what stands still is given up much earlier. */
const TASK_MS = 6 * 3_600_000
/** The log is written anew when it has so many more records than there are tasks. */
const SPARE_RECORDS = 10_000

export interface MirrorQueueOptions {
  mirrors: readonly Mirror[]
  /** Where the blocks come from. */
  source: IpfsStore
  log: TaskLog
  /** What the log held. */
  records: readonly MirrorRecord[]
  clock: Clock
  logger: Pick<Logger, 'warn' | 'info'>
}

/** Brings each pin to each mirror, at once or as soon as it can be; what is to be done outlives the process. */
export class MirrorQueue {
  readonly #options: MirrorQueueOptions
  readonly #lanes: readonly Lane[]
  readonly #closing = new AbortController()
  readonly #running: Promise<unknown>
  #records: number

  constructor(options: MirrorQueueOptions) {
    this.#options = options
    this.#records = options.records.length
    this.#lanes = options.mirrors.map((mirror) => ({ mirror, tasks: new Map(), streak: 0, wake: () => {} }))
    for (const { mirror, root, task } of options.records) {
      const tasks = this.#lanes.find((lane) => lane.mirror.id === mirror)?.tasks
      tasks?.delete(root)
      if (task) tasks?.set(root, { ...task, failures: 0 })
    }
    this.#running = Promise.all(this.#lanes.map((lane) => this.#run(lane)))
  }

  get mirrors(): readonly Mirror[] {
    return this.#options.mirrors
  }

  /** Durable when it resolves; done later. */
  async add(root: CID, want: 'PIN' | 'UNPIN', name: string): Promise<void> {
    const key = root.toV1().toString()
    if (this.#lanes.some(({ tasks }) => tasks.size >= MAX_PENDING)) {
      throw new StorageUnavailableError('A mirror is too far behind to take more.')
    }
    for (const lane of this.#lanes) {
      await this.#write({ mirror: lane.mirror.id, root: key, task: { want, name } })
      lane.tasks.delete(key)
      lane.tasks.set(key, { want, name, failures: 0 })
      lane.wake()
    }
  }

  /** Has it failed to do what is wanted of this root, and not done it since? */
  isFailing(mirror: Mirror, root: CID): boolean {
    const lane = this.#lanes.find((each) => each.mirror === mirror)
    return (lane?.tasks.get(root.toV1().toString())?.failures ?? 0) > 0
  }

  /** Tasks that wait. */
  get pending(): number {
    return this.#lanes.reduce((sum, { tasks }) => sum + tasks.size, 0)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const lane of this.#lanes) lane.wake()
    await this.#running
    await this.#options.log.close()
    await Promise.all(this.mirrors.map((mirror) => mirror.close()))
  }

  async #run(lane: Lane): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      const [next] = lane.tasks
      if (!next) {
        await new Promise<void>((resolve) => {
          lane.wake = resolve
          if (lane.tasks.size > 0 || signal.aborted) resolve()
        })
        continue
      }
      await this.#attempt(lane, ...next)
      if (lane.streak > 0) {
        const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (lane.streak - 1))
        await this.#options.clock.sleep(pause, signal).catch(() => {})
      }
    }
  }

  async #attempt(lane: Lane, root: string, task: Task): Promise<void> {
    const { mirror, tasks } = lane
    const { source, logger } = this.#options
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TASK_MS)])
    try {
      const cid = CID.parse(root)
      if (task.want === 'PIN') await mirror.pin(cid, task.name, source, { signal })
      else await mirror.unpin(cid, { signal })
      if (lane.streak > 0) logger.info({ mirror: mirror.id, pending: tasks.size }, 'a mirror works again')
      lane.streak = 0
      // Another wish may have come while this one was fulfilled.
      if (tasks.get(root) !== task) return
      await this.#write({ mirror: mirror.id, root, task: null })
      if (tasks.get(root) === task) tasks.delete(root)
    } catch (error) {
      if (this.#closing.signal.aborted) return
      task.failures += 1
      if (lane.streak++ === 0) {
        logger.warn(
          { mirror: mirror.id, err: error, pending: tasks.size },
          'a mirror fails; it is tried again',
        )
      }
      if (tasks.get(root) !== task) return
      // Behind the others, which may do.
      tasks.delete(root)
      tasks.set(root, task)
    }
  }

  async #write(record: MirrorRecord): Promise<void> {
    const { log } = this.#options
    await log.append(record)
    this.#records += 1
    if (this.#records < this.pending * 2 + SPARE_RECORDS) return
    this.#records = this.pending
    await log.rewrite(this.#all())
  }

  *#all(): Generator<MirrorRecord> {
    for (const { mirror, tasks } of this.#lanes) {
      for (const [root, { want, name }] of tasks) yield { mirror: mirror.id, root, task: { want, name } }
    }
  }
}
