import type { Clock } from '../clock.js'
import type { FleetCalls } from './fleet-calls.js'
import type { FleetMembers } from './fleet-members.js'
import type { NodeHealth, NodeState } from './node.js'
import { probe } from './probe.js'
import { unlessAborted } from './unless-aborted.js'

/** While all is well, and while something is not. */
const PROBE_EVERY_MS = 5_000
const PROBE_AGAIN_MS = 1_000
/** What the first call waits for at most, so that a node that hangs does not hold it up. */
const FIRST_PROBE_MS = 1_000

/** Hears when a node is found to be in another state than before. */
export type StateObserver = (node: NodeHealth, before: NodeState) => void

/**
 * Knows in time what has become of the nodes: probes them when there is traffic, one probe at a time, and rests without.
 * It sets no timer of its own.
 */
export class FleetWatch {
  private readonly stop = new AbortController()
  private readonly states = new Map<string, NodeState>()
  private flight: Promise<void> | null = null
  private first: Promise<void> | null = null
  private probedAt = Number.NEGATIVE_INFINITY

  constructor(
    private readonly members: FleetMembers,
    private readonly calls: FleetCalls,
    private readonly clock: Clock,
    private readonly onChange: StateObserver | undefined,
  ) {}

  /** Before a call: waits for the first probe only. A single node is not probed, as there is no choice. */
  async ready(signal?: AbortSignal): Promise<void> {
    if (this.members.isAlone) return
    const isWell = [...this.states.values()].every((state) => state === 'ready')
    if (this.age >= (isWell ? PROBE_EVERY_MS : PROBE_AGAIN_MS)) this.probe().catch(() => undefined)
    if (this.flight === null || this.first === null) return
    await unlessAborted(this.first, signal)
  }

  /** Asks all nodes, or waits for the probe that does. Never rejects. */
  probe(): Promise<void> {
    this.flight ??= this.run()
    this.first ??= Promise.race([this.flight, within(FIRST_PROBE_MS)])
    return this.flight
  }

  /** Found out anew; whoever asks meanwhile shares the answer. */
  async health(signal?: AbortSignal): Promise<NodeHealth[]> {
    await unlessAborted(this.probe(), signal)
    return this.members.health()
  }

  close(): void {
    this.stop.abort()
  }

  private get age(): number {
    return this.clock.now() - this.probedAt
  }

  private async run(): Promise<void> {
    this.probedAt = this.clock.now()
    try {
      await probe(this.members, this.calls, { signal: this.stop.signal })
      this.tellChanges()
    } finally {
      this.flight = null
    }
  }

  private tellChanges(): void {
    for (const health of this.members.health()) {
      const before = this.states.get(health.url) ?? 'unknown'
      this.states.set(health.url, health.state)
      if (before !== health.state && !this.stop.signal.aborted) this.onChange?.(health, before)
    }
  }
}

function within(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
