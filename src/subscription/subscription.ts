import type { PublicKey } from '../deso/keys.js'
import type { Plan } from './plan.js'

/**
 * PENDING: a record is shown, nothing that counts is committed yet. ACTIVE: what was paid for lasts. EXPIRED: it has
 * ended.
 */
export type SubscriptionStatus = 'PENDING' | 'ACTIVE' | 'EXPIRED'

/** A fan's subscription to a plan, stable over renewals. */
export interface Subscription {
  fan: PublicKey
  creator: PublicKey
  slug: string
  /** The plan as it is now, not as it was paid for. */
  plan: Plan
  status: SubscriptionStatus
  /** Start of the present (or last) unbroken run; null while PENDING. */
  startsAt: Date | null
  /** Null while PENDING; 9999-12-31T23:59:59Z: for good. */
  expiresAt: Date | null
  /** Committed payments that count, newest first. */
  payments: SubscriptionPayment[]
}

export interface SubscriptionPayment {
  transactionId: string
  /** Of its committed block. */
  height: number
  /** All that this transaction's outputs give the creator, tips included. */
  paidNanos: bigint
  /** Periods that it bought. */
  periods: number
  startsAt: Date | null
  endsAt: Date | null
}
