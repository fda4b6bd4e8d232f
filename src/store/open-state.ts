import type { Logger } from 'pino'
import type { Clock } from '../clock.js'
import { openLogState } from './log-state.js'
import { openRedisState } from './redis-state.js'
import type { StateStore } from './state.js'

export interface StateOptions {
  /** Of a Redis; null: the log. */
  url: string | null
  /** Of the log. */
  path: string
  /** Of all that this gateway keeps in Redis. */
  prefix: string
  clock: Clock
  log: Pick<Logger, 'warn' | 'info'>
}

/** Throws what openRedisState and openLogState throw. */
export function openState({ url, path, prefix, clock, log }: StateOptions): Promise<StateStore> {
  if (url === null) return openLogState(path, clock, { log })
  return openRedisState({ url, prefix: `${prefix}state:`, clock, log })
}
