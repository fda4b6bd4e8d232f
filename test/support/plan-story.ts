import type { CommittedTransaction, RecordRef } from '../../src/deso/chain.js'
import type { Transaction } from '../../src/deso/transaction.js'
import { type Entitlement, entitlementOf } from '../../src/protocol/entitlement.js'
import type { PlanChain } from '../../src/protocol/plan-chain.js'
import { buildPlanRecord, buildSubscriptionRecord, type PlanDraft } from '../../src/protocol/records.js'
import { type EntryHead, walkOutsideVersions, walkPlan, walkSubscription } from '../../src/protocol/walk.js'
import { entryOf, key, RecordChain, transactionOf, withExtraData } from './record-chain.js'

export const CREATOR = key(1)
export const FAN = key(2)
export const STRANGER = key(3)
export const SLUG = 'gold'

export interface PlanOptions extends Partial<Omit<PlanDraft, 'prev'>> {
  prev?: RecordRef | null
  extra?: Record<string, string | null>
}

export interface SubscriptionOptions {
  fan?: Uint8Array
  creator?: Uint8Array
  slug?: string
  paid?: bigint
  prev?: RecordRef | null
  extra?: Record<string, string | null>
}

export function planTransaction(options: PlanOptions = {}): Transaction {
  const { extra = {}, ...plan } = options
  const draft = {
    creator: CREATOR,
    slug: SLUG,
    title: 'Gold',
    priceNanos: 100n,
    periodSeconds: 600,
    prev: null,
  }
  const record = buildPlanRecord({ ...draft, state: 'OPEN', ...plan })
  return withExtraData(transactionOf({ publicKey: plan.creator ?? CREATOR, ...record }), extra)
}

/** Pays exactly `paid` nanos (100 unless given) for one period (unless `extra` says otherwise). */
export function subscriptionTransaction(plan: RecordRef, options: SubscriptionOptions = {}): Transaction {
  const { fan = FAN, creator = CREATOR, slug = SLUG, paid = 100n, prev = null, extra = {} } = options
  const record = buildSubscriptionRecord({ creator, slug, plan, priceNanos: 1n, periods: 1, prev })
  const outputs = paid === 0n ? [] : [{ publicKey: creator, amountNanos: paid }]
  return withExtraData(transactionOf({ publicKey: fan, ...record, outputs }), extra)
}

/** One creator's plan and one fan's subscription on a chain: what the node shows, and what it is worth. */
export class PlanStory {
  readonly chain = new RecordChain()
  planEntry: EntryHead | null = null
  entry: EntryHead | null = null

  plan(time: number, options: PlanOptions = {}): CommittedTransaction {
    const record = this.chain.mine(time, planTransaction(options))
    this.planEntry = entryOf(record)
    return record
  }

  subscribe(
    time: number,
    plan: CommittedTransaction,
    options: SubscriptionOptions = {},
  ): CommittedTransaction {
    const record = this.chain.mine(time, subscriptionTransaction(refOf(plan), options))
    this.entry = entryOf(record)
    return record
  }

  /** The node shows a newer entry, which is in no committed block yet. */
  subscribeUncommitted(prev: RecordRef | null): void {
    this.entry = { ref: { height: this.chain.tip.height + 1, id: this.chain.newId() }, prev }
  }

  planUncommitted(prev: RecordRef | null): void {
    this.planEntry = { ref: { height: this.chain.tip.height + 1, id: this.chain.newId() }, prev }
  }

  planChain(): PlanChain | null {
    return this.chain.run(walkPlan({ creator: CREATOR, slug: SLUG }, this.planEntry))
  }

  entitlementAt(now: number): Entitlement {
    const key = { fan: FAN, creator: CREATOR, slug: SLUG }
    const plan = this.planChain()
    const history = this.chain.run(walkSubscription(key, this.entry))
    const outside = this.chain.run(walkOutsideVersions(key, history.hops, plan))
    return entitlementOf({ ...history, plan, outside, now })
  }
}

export function refOf(record: CommittedTransaction): RecordRef {
  return { height: record.block.height, id: record.id }
}
