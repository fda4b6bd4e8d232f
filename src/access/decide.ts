/**
 * May this account have these bytes? The one place that answers: loads records, applies the protocol, gives the
 * decision and what it rests on. Must not know who asks for what purpose: no GraphQL, no links, no files.
 */
import type { RequestContext } from '../context.js'
import type { BlockRef } from '../deso/chain.js'
import type { PublicKey } from '../deso/keys.js'
import type { EntitlementReason } from '../protocol/entitlement.js'
import type { Policy } from '../protocol/policy.js'
import type { AccessDecision, AccessReason } from './decision.js'
import { evidenceOf } from './evidence.js'
import { committedTipOf, once } from './reads.js'
import { loadSubscription, newBudget, type SubscriptionState } from './records.js'

/** What a creator keeps for some: contents are such. */
export interface Guarded {
  creator: PublicKey
  policy: Policy
}

/** The first that fits any of the rules is told. */
const REFUSALS: readonly EntitlementReason[] = ['EXPIRED', 'NOT_COMMITTED', 'UNDERPAID', 'NOT_SUBSCRIBED']

/**
 * Decides at the committed tip. `account` null: nobody is signed in. Throws NodeUnavailableError or
 * HistoryTooLongError (both retryable) where it cannot tell, which is no grant.
 */
export function decideAccess(
  ctx: RequestContext,
  { creator, policy }: Guarded,
  account: PublicKey | null,
): Promise<AccessDecision> {
  const key = `access:${account ?? ''}:${creator}:${policy.text}`
  return once(ctx, key, () => decide(ctx, { creator, policy }, account))
}

async function decide(
  ctx: RequestContext,
  { creator, policy }: Guarded,
  account: PublicKey | null,
): Promise<AccessDecision> {
  const checkedAt = await committedTipOf(ctx)
  if (account === creator) return plain(true, 'CREATOR', checkedAt)
  if (isPublic(policy)) return plain(true, 'PUBLIC', checkedAt)
  if (account === null) return plain(false, 'NOT_SIGNED_IN', checkedAt)
  const state = await mostUseful(ctx, creator, slugsOf(policy), account)
  if (!state) return plain(false, 'NOT_SUBSCRIBED', checkedAt)
  const { granted, reason, expiresAt } = state.entitlement
  return {
    granted,
    reason,
    expiresAt: granted && expiresAt !== null ? new Date(expiresAt * 1000) : null,
    evidence: evidenceOf(state),
    checkedAt,
  }
}

/** Of the subscriptions that could open it, the granting one that lasts longest, else the one with the first reason. */
async function mostUseful(
  ctx: RequestContext,
  creator: PublicKey,
  slugs: readonly string[],
  fan: PublicKey,
): Promise<SubscriptionState | undefined> {
  const budget = newBudget()
  const loads = slugs.map((slug) => loadSubscription(ctx, { fan, creator, slug }, budget))
  const outcomes = await Promise.allSettled(loads)
  const states = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const granting = states
    .filter((state) => state.entitlement.granted)
    .sort((a, b) => (b.entitlement.expiresAt ?? 0) - (a.entitlement.expiresAt ?? 0))
  // What committed records prove stands, whatever another plan's history could not tell.
  if (granting[0]) return granting[0]
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure) throw failure.reason
  return states.sort((a, b) => rank(a) - rank(b))[0]
}

function rank({ entitlement }: SubscriptionState): number {
  return REFUSALS.indexOf(entitlement.reason)
}

/** PUBLIC counts only alone. */
function isPublic({ rules }: Policy): boolean {
  return rules.length === 1 && rules[0]?.kind === 'PUBLIC'
}

/** The plans of which any opens it. Rules of other kinds grant nothing yet. */
function slugsOf({ rules }: Policy): string[] {
  return [...new Set(rules.flatMap((rule) => (rule.kind === 'PLAN' ? [rule.slug] : [])))]
}

function plain(granted: boolean, reason: AccessReason, checkedAt: BlockRef): AccessDecision {
  return { granted, reason, expiresAt: null, evidence: [], checkedAt }
}
