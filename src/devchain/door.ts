import type { Clock } from '../clock.js'
import type { ChainService } from './chain-service.js'
import { ConditionedView, type Shortcomings } from './conditioned-view.js'
import { type Fault, Faults, readFault } from './faults.js'

/**
 * One node of the chain as its callers meet it: the chain, and what is wrong with this node. Several doors may lead to
 * one chain, each with faults of its own; limbo and reorganisations happen to the chain, whichever door they came by.
 *
 * Faults of requests (http/server.ts does them): latency, hang, reset, 500, html, halfBody. Conditions, until cleared
 * unless `times` says how many requests meet them:
 *
 * - lag: answers as of `blocks` ago, or of now, however far the chain goes on. Submits still reach the chain.
 * - flicker: shows committed state only, so that what was visible vanishes, for `times` requests or `ms`.
 * - indexLag: transaction-info, get-txn and full blocks lag by `blocks` or `ms`, or stay where they are.
 * - noTxindex: as a node that was started without an index.
 * - stopping: as a node that was told to stop: looks well, stands still, and its mempool is gone.
 * - wrongNetwork: answers of another chain, of `mainnet` or `testnet`; submits go there, too.
 * - limbo: `blocks` are made and not committed; or all stays in the `mempool`; or what is accepted is `nowhere`.
 *
 * And one deed, done at once: reorg takes the uncommitted blocks away; their transactions are in the `mempool`
 * again, or `nowhere`.
 */

/** When a condition was set. */
interface Moment {
  ms: number
  tipHeight: number
  indexedHeight: number
  /** Lets go of the history that the condition needs. */
  release: () => void
}

export interface DoorView {
  view: ConditionedView
  isStopping: boolean
  /** The network whose prefixes the answers get, where it is not the chain's own. */
  foreignNetwork: string | undefined
}

export class Door {
  readonly faults = new Faults()
  readonly #since = new Map<Fault, Moment>()
  #foreign: ChainService | undefined

  constructor(
    readonly service: ChainService,
    private readonly clock: Clock,
    /** Another chain, which has nothing in common with this one. */
    private readonly createForeign: () => ChainService,
  ) {}

  /** Throws with what is wrong with it. */
  set(given: Record<string, unknown>): void {
    const fault = readFault(given)
    if (fault.kind === 'reorg') {
      this.service.reorganise({ isLost: fault.where === 'nowhere' })
      return
    }
    this.faults.add(fault)
    if (fault.kind === 'limbo' && fault.where !== 'nowhere') this.service.hold(fault.where)
    const tipHeight = this.service.chain.tip.height
    this.#since.set(fault, {
      ms: this.clock.now(),
      tipHeight,
      indexedHeight: this.service.indexedHeight,
      release: isStandstill(fault) ? this.service.chain.keepHistoryFrom(tipHeight) : () => undefined,
    })
  }

  async clear(): Promise<void> {
    this.faults.clear()
    for (const { release } of this.#since.values()) release()
    this.#since.clear()
    await this.service.release()
  }

  /** What the node shows to a request of this path. */
  open(path: string): DoorView {
    const conditions = this.faults.takeConditions(path).filter((fault) => this.#isOn(fault))
    const foreign = conditions.find(({ kind }) => kind === 'wrongNetwork')
    return {
      view: foreign ? this.#foreignView() : new ConditionedView(this.service, this.#shortcomings(conditions)),
      isStopping: conditions.some(({ kind }) => kind === 'stopping'),
      foreignNetwork: foreign?.network,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#foreign?.[Symbol.asyncDispose]()
  }

  /** A flicker of some milliseconds is over by itself. */
  #isOn(fault: Fault): boolean {
    if (fault.kind !== 'flicker' || fault.ms === 0) return true
    if (this.clock.now() - this.#momentOf(fault).ms < fault.ms) return true
    this.faults.remove(fault)
    return false
  }

  #shortcomings(conditions: readonly Fault[]): Shortcomings {
    const shortcomings: Shortcomings = {}
    for (const fault of conditions) Object.assign(shortcomings, this.#shortcoming(fault))
    return shortcomings
  }

  #shortcoming(fault: Fault): Shortcomings {
    const { kind, blocks, where } = fault
    switch (kind) {
      case 'lag':
      case 'stopping':
        return { tipHeight: this.#laggingHeight(fault), isStopping: kind === 'stopping' }
      case 'flicker':
        return { showsCommittedOnly: true }
      case 'indexLag':
        return { indexedHeight: () => this.#laggingIndex(fault, blocks) }
      case 'noTxindex':
        return { hasNoIndex: true }
      case 'limbo':
        return { putsAside: where === 'nowhere' }
      default:
        return {}
    }
  }

  #laggingHeight(fault: Fault): number {
    const { tip } = this.service.chain
    if (fault.blocks === undefined) return Math.min(tip.height, this.#momentOf(fault).tipHeight)
    return Math.max(0, tip.height - fault.blocks)
  }

  #laggingIndex(fault: Fault, blocks: number | undefined): number {
    if (blocks !== undefined) return Math.max(0, this.service.chain.committedTip.height - blocks)
    return fault.ms > 0 ? this.service.indexedBefore(fault.ms) : this.#momentOf(fault).indexedHeight
  }

  #momentOf(fault: Fault): Moment {
    return this.#since.get(fault) as Moment
  }

  #foreignView(): ConditionedView {
    this.#foreign ??= this.createForeign()
    return new ConditionedView(this.#foreign, {})
  }
}

/** Shows the height at which it was set, however far the chain goes on. */
function isStandstill({ kind, blocks }: Fault): boolean {
  return kind === 'stopping' || (kind === 'lag' && blocks === undefined)
}
