import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type AppendLog, openAppendLog } from '../store/append-log.js'

/**
 * What the local chain writes down: everything that changes it, in order, so that replaying it gives the same chain
 * to the last hash. Integers are decimal strings, bytes hex.
 */
export type ChainRecord =
  /** First of a log: when the chain began. In chains of version 1 the miner gets nothing. */
  | { kind: 'genesis'; version: 1 | 2; timeMs: number }
  /** Accepted into the mempool. */
  | { kind: 'transaction'; raw: string }
  /** Left the mempool because its replacement was tried, which then failed. */
  | { kind: 'drop'; id: string }
  | {
      kind: 'block'
      timestampNanos: string
      /** Of the users' transactions, in block order. */
      ids: string[]
      mints: [account: string, nanos: string][]
      hash: string
    }
  /** From here on, or no longer, blocks are not committed. */
  | { kind: 'hold'; isHeld: boolean }
  /** The uncommitted blocks were undone; their transactions went back to the mempool, or were lost. */
  | { kind: 'reorg'; isLost: boolean }
  /** How far the chain's clock is ahead of the computer's, in milliseconds. */
  | { kind: 'time'; offsetMs: number }

/** Is told each change of a chain. */
export type Recorder = (record: ChainRecord) => void

export interface ChainLog extends AsyncDisposable {
  /** Resolves when the record is on disk. */
  append(record: ChainRecord): Promise<void>
  /** Replaces all records. */
  rewrite(records: ChainRecord[]): Promise<void>
}

/** `records` and `dropped` (bytes of a torn last line) as found; `dataDir` null: nothing is kept. */
export async function openChainLog(
  dataDir: string | null,
): Promise<{ log: ChainLog; records: ChainRecord[]; dropped: number }> {
  if (dataDir === null) return { log: FORGETFUL_LOG, records: [], dropped: 0 }
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const { log, entries, dropped } = await openAppendLog(join(dataDir, 'chain.log'))
  return { log: durableLog(log), records: entries as ChainRecord[], dropped }
}

function durableLog(log: AppendLog): ChainLog {
  return {
    append: (record) => log.append(record),
    rewrite: (records) => log.rewrite(records),
    [Symbol.asyncDispose]: () => log.close(),
  }
}

/** Keeps nothing. */
export const FORGETFUL_LOG: ChainLog = {
  append: () => Promise.resolve(),
  rewrite: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
}
