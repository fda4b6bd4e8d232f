import type { RedisClient } from './redis-link.js'

/** The Redis of STATE_URL would lose what it has confirmed. The message says what to set, one line. */
export class StateUnsuitableError extends Error {
  override readonly name = 'StateUnsuitableError'

  constructor(readonly faults: readonly string[]) {
    super(`The Redis of STATE_URL cannot hold state: ${faults.join('; ')}.`)
  }
}

type Info = ReadonlyMap<string, string>

const NO_INFO: Info = new Map()

/**
 * Throws StateUnsuitableError unless this Redis keeps its word: what it has confirmed is on its disk, and it never
 * throws out an entry to make room. `unknown` lists what it does not let one look at.
 */
export async function checkDurability(client: RedisClient): Promise<{ unknown: string[] }> {
  const info = (await client.info().then(readInfo, refusedAs(null))) ?? NO_INFO
  if (info.get('loading') === '1') throw new Error('It is still loading its data.')
  const settings = await client.configGet('appendfsync').catch(refusedAs(null))
  const appendfsync = settings?.appendfsync
  const policy = info.get('maxmemory_policy')
  const faults = [
    info.get('role') === 'slave' && 'it is a replica (name the primary)',
    info.get('cluster_enabled') === '1' && 'it is part of a cluster (name a single server)',
    info.get('aof_enabled') === '0' && 'it keeps no append-only file (set appendonly yes)',
    appendfsync && appendfsync !== 'always' && `appendfsync is ${appendfsync} (set appendfsync always)`,
    policy && policy !== 'noeviction' && `maxmemory-policy is ${policy} (set maxmemory-policy noeviction)`,
  ].filter((fault) => typeof fault === 'string' && fault !== '')
  if (faults.length > 0) throw new StateUnsuitableError(faults as string[])
  const unknown = [!info.has('aof_enabled') && 'appendonly', !appendfsync && 'appendfsync']
  return { unknown: [...unknown, !policy && 'maxmemory-policy'].filter((name) => name !== false) }
}

/** Hosted servers hide CONFIG, or refuse it to this user. Anything else that is refused is a fault. */
function refusedAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && /^(ERR unknown command|NOPERM)/.test(error.message)) return value
    throw error
  }
}

/** What stands in the way of any connection: nothing that waiting mends. */
export function authenticationFault(error: unknown): StateUnsuitableError | null {
  const isRefused =
    error instanceof Error && /^(NOAUTH|WRONGPASS|ERR AUTH|ERR invalid password)/.test(error.message)
  return isRefused
    ? new StateUnsuitableError(['it refuses the user or the password (write them in the URL)'])
    : null
}

/** Lines of `name:value` (https://redis.io/docs/latest/commands/info/). */
function readInfo(text: string): Info {
  const lines = text.split('\r\n').filter((line) => line.includes(':') && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
