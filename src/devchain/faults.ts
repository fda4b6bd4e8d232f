/**
 * What can go wrong between a gateway and its node, on demand: each fault counts for a path, so many times.
 */
export const FAULT_KINDS = ['latency', 'hang', 'reset', '500', 'html', 'halfBody'] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  kind: FaultKind
  /** A path, with or without /api/v0, or the beginning of one; `*`: all. */
  path: string
  /** How often it is still to happen. */
  times: number
  /** Of a latency, in milliseconds. */
  ms: number
  /** What a 500 says: a rule's text, or anything. */
  text: string
}

const MAX_FAULTS = 100
const MAX_TIMES = 1_000_000
const MAX_LATENCY_MS = 600_000

export class Faults {
  #faults: Fault[] = []

  list(): readonly Fault[] {
    return this.#faults
  }

  clear(): void {
    this.#faults = []
  }

  /** Throws with what is wrong with it. */
  add(given: Record<string, unknown>): void {
    if (this.#faults.length >= MAX_FAULTS) throw new Error(`there are ${MAX_FAULTS} faults already`)
    this.#faults.push(readFault(given))
  }

  /** The first fault that fits, used once. */
  take(path: string): Fault | undefined {
    const fault = this.#faults.find((candidate) => fits(candidate.path, path))
    if (!fault) return undefined
    fault.times -= 1
    if (fault.times === 0) this.#faults = this.#faults.filter((other) => other !== fault)
    return fault
  }
}

function fits(pattern: string, path: string): boolean {
  if (pattern === '*') return true
  return (
    path.startsWith(pattern) || path.startsWith(`/api/v0${pattern}`) || `/api/v0${path}`.startsWith(pattern)
  )
}

function readFault({
  kind,
  path,
  times = 1,
  ms = 0,
  text = 'a fault set by /dev/faults',
}: Record<string, unknown>): Fault {
  if (!FAULT_KINDS.some((known) => known === kind))
    throw new Error(`kind is one of ${FAULT_KINDS.join(', ')}`)
  if (typeof path !== 'string' || !(path === '*' || path.startsWith('/'))) {
    throw new Error('path begins with / or is *')
  }
  if (!isWhole(times, 1, MAX_TIMES)) throw new Error(`times is a whole number from 1 to ${MAX_TIMES}`)
  if (!isWhole(ms, 0, MAX_LATENCY_MS)) throw new Error(`ms is a whole number from 0 to ${MAX_LATENCY_MS}`)
  if (typeof text !== 'string') throw new Error('text is a string')
  return { kind: kind as FaultKind, path, times, ms, text }
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}
