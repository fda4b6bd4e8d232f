/**
 * Entitlement: what a fan's committed payments are worth at a moment. One pure function of committed records and
 * the time; walk.ts finds the records. Knows no policy, no viewer, no node.
 */
import type { BlockRef } from '../deso/chain.js'
import { MAX_PERIODS } from './periods.js'
import { countingVersion, type HeadState, type PlanChain, type PlanVersion } from './plan-chain.js'
import type { SubscriptionRecord } from './records.js'

/** 9999-12-31T23:59:59Z in unix seconds: where an expiry saturates, and that of a plan for good. */
export const MAX_TIME = 253_402_300_799

/** A committed record of one fan, creator and slug, reached from the head hop by hop. */
export interface SubscriptionHop {
  /** The id of its transaction. */
  id: string
  block: BlockRef
  indexInBlock: number
  record: SubscriptionRecord
}

/** The records of one fan, creator and slug, as walkSubscription finds them. */
export interface SubscriptionHistory {
  /** How the entry that the node shows stands to the committed chain. */
  head: HeadState
  /** Newest first. The first is the head itself only where `head` is 'committed'. */
  hops: readonly SubscriptionHop[]
}

export interface EntitlementInput extends SubscriptionHistory {
  /** Null: the node shows no record of the plan, so no payment counts. */
  plan: PlanChain | null
  /** Versions that hops name outside the plan's chain, by formatRecordRef; as walkOutsideVersions finds them. */
  outside: ReadonlyMap<string, PlanVersion>
  /** Unix seconds: the later of the gateway's clock and the committed tip's time. */
  now: number
}

export type EntitlementReason = 'SUBSCRIBED' | 'EXPIRED' | 'NOT_COMMITTED' | 'UNDERPAID' | 'NOT_SUBSCRIBED'

/** A payment that counts. Times in unix seconds. */
export interface CountedPayment {
  /** The id of its transaction. */
  id: string
  block: BlockRef
  /** All that went to the creator in that transaction, a tip included. */
  paidNanos: bigint
  /** Bought: 1 … 1,200. */
  periods: number
  /** The plan version that it bought. */
  version: PlanVersion
  startsAt: number
  endsAt: number
}

export interface Entitlement {
  granted: boolean
  reason: EntitlementReason
  /** Unix seconds: the start of the present (or last) unbroken run; null when no payment counts. */
  startsAt: number | null
  /** Unix seconds: access holds while now < expiresAt; null when no payment counts. */
  expiresAt: number | null
  /** Newest first; only those that count. */
  payments: readonly CountedPayment[]
}

/** What the records of one fan, creator and slug are worth now. The same input gives the same answer, always. */
export function entitlementOf(input: EntitlementInput): Entitlement {
  const payments: CountedPayment[] = []
  let startsAt: number | null = null
  let expiresAt: number | null = null
  for (const hop of input.hops.toReversed()) {
    const payment = countPayment(hop, input, expiresAt)
    if (payment === null) continue
    if (expiresAt === null || payment.startsAt > expiresAt) startsAt = payment.startsAt
    expiresAt = payment.endsAt
    payments.push(payment)
  }
  const granted = expiresAt !== null && input.now < expiresAt
  const reason = granted ? 'SUBSCRIBED' : reasonOfRefusal(input, payments.length > 0)
  return { granted, reason, startsAt, expiresAt, payments: payments.reverse() }
}

/** Null: it buys nothing, and hands the earlier expiry on. */
function countPayment(
  hop: SubscriptionHop,
  input: EntitlementInput,
  earlierExpiry: number | null,
): CountedPayment | null {
  const version = versionBought(hop, input)
  const { order, paidNanos } = hop.record
  if (order === null || version?.terms == null) return null
  const periods = Number(min(BigInt(MAX_PERIODS), order.periods, paidNanos / version.terms.priceNanos))
  if (periods < 1) return null
  const startsAt = Math.max(hop.block.time, earlierExpiry ?? 0)
  const endsAt = extend(startsAt, periods, version.terms.periodSeconds)
  return { id: hop.id, block: hop.block, paidNanos, periods, version, startsAt, endsAt }
}

/** The version that a hop names, where it counts for a payment at the hop's place. */
function versionBought(hop: SubscriptionHop, { plan, outside }: EntitlementInput): PlanVersion | null {
  return hop.record.order && countingVersion(plan, hop.record.order.plan, hop, outside)
}

function extend(from: number, periods: number, periodSeconds: number): number {
  return periodSeconds === 0 ? MAX_TIME : Math.min(MAX_TIME, from + periods * periodSeconds)
}

/** In this order: the first that fits. NOT_SIGNED_IN comes before all, and is the caller's. */
function reasonOfRefusal(input: EntitlementInput, hasCounted: boolean): EntitlementReason {
  if (hasCounted) return 'EXPIRED'
  if (input.head === 'uncommitted') return 'NOT_COMMITTED'
  // No payment counted, so a committed head whose version counts lacks nothing but money.
  const head = input.head === 'committed' ? input.hops[0] : undefined
  return head && versionBought(head, input) ? 'UNDERPAID' : 'NOT_SUBSCRIBED'
}

function min(first: bigint, ...others: bigint[]): bigint {
  return others.reduce((least, value) => (value < least ? value : least), first)
}
