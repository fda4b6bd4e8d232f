/**
 * What can go wrong with a gateway's node, on demand. Some faults happen to one request; the others are conditions that
 * the node is in until they are cleared, and that change what it shows. This file knows what can be asked for and what
 * is set; door.ts, conditioned-view.ts and chain-service.ts know what it means.
 */

/** Happen to so many requests. */
export const REQUEST_KINDS = ['latency', 'hang', 'reset', '500', 'html', 'halfBody'] as const
/** Change what the node shows. */
const VIEW_KINDS = ['lag', 'flicker', 'indexLag', 'noTxindex', 'stopping', 'wrongNetwork', 'limbo'] as const
/** Done at once, and over. */
const DEEDS = ['reorg'] as const

export const FAULT_KINDS = [...REQUEST_KINDS, ...VIEW_KINDS, ...DEEDS] as const

export type RequestKind = (typeof REQUEST_KINDS)[number]
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  kind: FaultKind
  /** A path, with or without /api/v0, or the beginning of one; `*`: all. */
  path: string
  /** How often it is still to happen; null: until it is cleared. */
  times: number | null
  /** Of a latency, an index's lag, or how long a flicker lasts, in milliseconds. */
  ms: number
  /** What a 500 says: a rule's text, or anything. */
  text?: string
  /** How many blocks a lag is. */
  blocks?: number
  /** Where transactions are: in `blocks`, the `mempool` or `nowhere`. */
  where?: string
  /** The wrong one. */
  network?: string
}

const MAX_FAULTS = 100
const MAX_TIMES = 1_000_000
const MAX_LATENCY_MS = 600_000
export const MAX_LAG_BLOCKS = 100

export class Faults {
  #faults: Fault[] = []

  list(): readonly Fault[] {
    return this.#faults
  }

  clear(): void {
    this.#faults = []
  }

  add(fault: Fault): void {
    if (this.#faults.length >= MAX_FAULTS) throw new Error(`there are ${MAX_FAULTS} faults already`)
    this.#faults.push(fault)
  }

  remove(fault: Fault): void {
    this.#faults = this.#faults.filter((other) => other !== fault)
  }

  /** The first fault that happens to a request of this path, used once. */
  take(path: string): (Fault & { kind: RequestKind }) | undefined {
    const fault = this.#faults.find((each) => isRequestKind(each.kind) && fits(each.path, path))
    if (fault) this.#use(fault)
    return fault as (Fault & { kind: RequestKind }) | undefined
  }

  /** The conditions that a request of this path is answered under, each used once. */
  takeConditions(path: string): Fault[] {
    const conditions = this.#faults.filter((each) => !isRequestKind(each.kind) && fits(each.path, path))
    for (const condition of conditions) this.#use(condition)
    return conditions
  }

  #use(fault: Fault): void {
    if (fault.times === null) return
    fault.times -= 1
    if (fault.times === 0) this.remove(fault)
  }
}

function isRequestKind(kind: FaultKind): kind is RequestKind {
  return REQUEST_KINDS.some((known) => known === kind)
}

function fits(pattern: string, path: string): boolean {
  if (pattern === '*') return true
  return (
    path.startsWith(pattern) || path.startsWith(`/api/v0${pattern}`) || `/api/v0${path}`.startsWith(pattern)
  )
}

/** What may be said of each kind beside kind, path, times and ms, and what stands where nothing is said. */
const EXTRAS: Partial<Record<FaultKind, Partial<Record<'where' | 'network', readonly string[]>>>> = {
  limbo: { where: ['blocks', 'mempool', 'nowhere'] },
  reorg: { where: ['mempool', 'nowhere'] },
  wrongNetwork: { network: ['mainnet', 'testnet'] },
}

/** Throws with what is wrong with it. */
export function readFault(given: Record<string, unknown>): Fault {
  const kind = FAULT_KINDS.find((known) => known === given.kind)
  if (!kind) throw new Error(`kind is one of ${FAULT_KINDS.join(', ')}`)
  const isOfRequest = isRequestKind(kind)
  const { path = isOfRequest ? undefined : '*', ms = 0 } = given
  const { times = isOfRequest || (kind === 'flicker' && ms === 0) ? 1 : null } = given
  if (typeof path !== 'string' || !(path === '*' || path.startsWith('/'))) {
    throw new Error('path begins with / or is *')
  }
  if (times !== null && !isWhole(times, 1, MAX_TIMES)) {
    throw new Error(`times is a whole number from 1 to ${MAX_TIMES}`)
  }
  if (!isWhole(ms, 0, MAX_LATENCY_MS)) throw new Error(`ms is a whole number from 0 to ${MAX_LATENCY_MS}`)
  return { kind, path, times, ms, ...(isOfRequest ? readText(given) : readExtras(kind, given)) }
}

function readText({ text = 'a fault set by /dev/faults' }: Record<string, unknown>): { text: string } {
  if (typeof text !== 'string') throw new Error('text is a string')
  return { text }
}

function readExtras(kind: FaultKind, given: Record<string, unknown>): Partial<Fault> {
  const extras: Record<string, unknown> = {}
  for (const [name, choices] of Object.entries(EXTRAS[kind] ?? {})) {
    const value = given[name] ?? choices[0]
    if (!choices.some((choice) => choice === value))
      throw new Error(`${name} is one of ${choices.join(', ')}`)
    extras[name] = value
  }
  if (given.blocks === undefined) return extras
  if (kind !== 'lag' && kind !== 'indexLag') throw new Error('blocks is for lag and indexLag')
  if (!isWhole(given.blocks, 1, MAX_LAG_BLOCKS)) {
    throw new Error(`blocks is a whole number from 1 to ${MAX_LAG_BLOCKS}`)
  }
  return { ...extras, blocks: given.blocks }
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}
