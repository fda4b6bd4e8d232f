import type { RequestContext } from '../context.js'
import type { BlockBudget, BlockRef, RecordLookup, RecordRef } from '../deso/chain.js'
import { createBlockBudget } from '../deso/chain-reader.js'
import { type PublicKey, publicKeyToBytes } from '../deso/keys.js'
import type { NodeAssociation } from '../deso/node.js'
import { type Entitlement, entitlementOf, type SubscriptionHistory } from '../protocol/entitlement.js'
import { type CurrentPlan, currentPlan, type PlanChain, refOf } from '../protocol/plan-chain.js'
import { formatRecordRef, sameRef } from '../protocol/record-ref.js'
import { PLAN_TYPE, SUBSCRIPTION_TYPE } from '../protocol/records.js'
import {
  driveWalk,
  headOfEntry,
  type Walk,
  walkOutsideVersions,
  walkPlan,
  walkSubscription,
} from '../protocol/walk.js'
import { committedTipOf, entitlementTime, once } from './reads.js'

/** One decision reads at most this many blocks that it has not read before. */
const MAX_UNREAD_BLOCKS = 64

export interface PlanId {
  creator: PublicKey
  slug: string
}

export interface SubscriptionId extends PlanId {
  fan: PublicKey
}

export interface PlanState {
  /** Null: the node shows no record, so nothing that was paid for this plan counts. */
  chain: PlanChain | null
  /** Null: no committed version makes a plan. */
  current: CurrentPlan | null
  /** The newest record is not committed yet. */
  isPending: boolean
}

export interface SubscriptionState {
  /** What the node shows: only a pointer. */
  entry: NodeAssociation | null
  history: SubscriptionHistory
  /** Null: not read, as there is no record that it could tell something about. */
  plan: PlanState | null
  /** At the tip and time of this request. */
  entitlement: Entitlement
  /** The newest record is not committed yet. */
  isPending: boolean
}

export function newBudget(): BlockBudget {
  return createBlockBudget(MAX_UNREAD_BLOCKS)
}

/** A plan as the committed chain has it. Throws NodeUnavailableError or HistoryTooLongError, both retryable. */
export function loadPlan(ctx: RequestContext, id: PlanId, budget = newBudget()): Promise<PlanState> {
  return once(ctx, `plan:${id.creator}:${id.slug}`, () => readPlan(ctx, id, budget))
}

/** A fan's records and what they are worth now. Throws as loadPlan does. */
export function loadSubscription(
  ctx: RequestContext,
  id: SubscriptionId,
  budget = newBudget(),
): Promise<SubscriptionState> {
  return once(ctx, `subscription:${id.fan}:${id.creator}:${id.slug}`, () => readSubscription(ctx, id, budget))
}

/** What the node shows of a subscription, and whether it is committed. */
export async function loadSubscriptionHead(
  ctx: RequestContext,
  id: SubscriptionId,
): Promise<{ entry: NodeAssociation; isPending: boolean } | null> {
  const tip = await committedTipOf(ctx)
  const entry = await ctx.loaders.association.load(subscriptionKey(id))
  if (!entry) return null
  const { kind } = await reader(ctx, tip, entry, newBudget())(headOfEntry(entry).ref)
  return { entry, isPending: kind === 'uncommitted' }
}

/** Whether the creator has a plan of this slug; one on its way suffices, so that content can be published with it. */
export async function planExists(ctx: RequestContext, creator: PublicKey, slug: string): Promise<boolean> {
  const { current, isPending } = await loadPlan(ctx, { creator, slug })
  return current !== null || isPending
}

/** The newest committed record, which the next one names: it need not be worth anything. */
export function newestVersion({ chain }: PlanState): RecordRef | null {
  const newest = chain?.versions.at(-1)
  return newest ? refOf(newest) : null
}

/** Keys of the association loader, as a list primes it too. */
export function planKey({ creator, slug }: PlanId) {
  return { transactor: creator, target: creator, type: PLAN_TYPE, value: slug }
}

export function subscriptionKey({ fan, creator, slug }: SubscriptionId) {
  return { transactor: fan, target: creator, type: SUBSCRIPTION_TYPE, value: slug }
}

async function readPlan(ctx: RequestContext, id: PlanId, budget: BlockBudget): Promise<PlanState> {
  const tip = await committedTipOf(ctx)
  const entry = await ctx.loaders.association.load(planKey(id))
  const key = { creator: publicKeyToBytes(id.creator), slug: id.slug }
  const chain = await drive(ctx, tip, entry, budget, walkPlan(key, entry && headOfEntry(entry)))
  return { chain, current: currentPlan(chain), isPending: chain?.head === 'uncommitted' }
}

async function readSubscription(
  ctx: RequestContext,
  id: SubscriptionId,
  budget: BlockBudget,
): Promise<SubscriptionState> {
  const tip = await committedTipOf(ctx)
  const entry = await ctx.loaders.association.load(subscriptionKey(id))
  const before = await grantAtTip(ctx, id, tip, entry)
  if (before) return before
  const creator = publicKeyToBytes(id.creator)
  const key = { fan: publicKeyToBytes(id.fan), creator, slug: id.slug }
  const walk = walkSubscription(key, entry && headOfEntry(entry))
  const [history, plan] = await Promise.all([
    drive(ctx, tip, entry, budget, walk),
    entry && planAtTip(ctx, id, tip, budget),
  ])
  const chain = plan?.chain ?? null
  const outside = await drive(ctx, tip, null, budget, walkOutsideVersions(key, history.hops, chain))
  const now = entitlementTime(ctx, tip)
  const entitlement = entitlementOf({ ...history, plan: chain, outside, now })
  const state = { entry, history, plan, entitlement, isPending: history.head === 'uncommitted' }
  if (entitlement.granted) await grantsOf(ctx).set(grantKey(id), { state, tip })
  return state
}

/**
 * What committed records granted at a tip holds until it expires, as long as the node shows the same entry and no later
 * block touched it. A refusal is judged anew: what it lacked may be on its way.
 */
async function grantAtTip(
  ctx: RequestContext,
  id: SubscriptionId,
  tip: BlockRef,
  entry: NodeAssociation | null,
): Promise<SubscriptionState | null> {
  const before = entry && (await grantsOf(ctx).get(grantKey(id)))
  if (!before || before.state.entry?.id !== entry.id) return null
  if (!ctx.app.touched.areUntouched([id.fan, id.creator], before.tip, tip)) return null
  const { expiresAt } = before.state.entitlement
  return expiresAt === null || entitlementTime(ctx, tip) < expiresAt ? before.state : null
}

function grantsOf(ctx: RequestContext) {
  return ctx.app.caches.create<{ state: SubscriptionState; tip: BlockRef }>('grants', {
    maxEntries: 10_000,
  })
}

function grantKey({ fan, creator, slug }: SubscriptionId): string {
  return `${fan}:${creator}:${slug}`
}

/** Committed versions are the same for all, so a plan is read once for all its fans, until a block touches it. */
async function planAtTip(
  ctx: RequestContext,
  id: PlanId,
  tip: BlockRef,
  budget: BlockBudget,
): Promise<PlanState> {
  const plans = ctx.app.caches.create<{ plan: PlanState; tip: BlockRef }>('plans', { maxEntries: 1_000 })
  const key = `${id.creator}:${id.slug}`
  const before = await plans.get(key)
  if (before && ctx.app.touched.areUntouched([id.creator], before.tip, tip)) return before.plan
  const plan = await loadPlan(ctx, id, budget)
  // One on its way, or that a node did not show, may look otherwise in a moment.
  if (plan.current && !plan.isPending) await plans.set(key, { plan, tip })
  return plan
}

function drive<T>(
  ctx: RequestContext,
  tip: BlockRef,
  entry: NodeAssociation | null,
  budget: BlockBudget,
  walk: Walk<T>,
): Promise<T> {
  return driveWalk(walk, reader(ctx, tip, entry, budget))
}

/** Looks references up as of the request's tip: what is above it is not committed, though the node may know more. */
function reader(
  ctx: RequestContext,
  tip: BlockRef,
  entry: NodeAssociation | null,
  budget: BlockBudget,
): (ref: RecordRef) => Promise<RecordLookup> {
  const head = entry && headOfEntry(entry).ref
  return async (ref) => {
    if (ref.height > tip.height) return { kind: 'uncommitted' }
    const lookup = await ctx.app.chain.lookUp(ref, { budget, signal: ctx.signal })
    const isMissingHead = lookup.kind === 'absent' && head !== null && sameRef(head, ref)
    return isMissingHead && !(await wasMissingBefore(ctx, ref, tip)) ? { kind: 'uncommitted' } : lookup
  }
}

/**
 * Was this record missing in its block at an earlier tip already? The height of an entry that is in no block yet is
 * a guess, and several nodes stand at several tips: so its block is read twice, and until then it is on its way.
 */
async function wasMissingBefore(ctx: RequestContext, ref: RecordRef, tip: BlockRef): Promise<boolean> {
  const missing = ctx.app.caches.create<number>('missing-records', { maxEntries: 10_000 })
  const key = formatRecordRef(ref)
  const since = await missing.get(key)
  if (since === undefined) await missing.set(key, tip.height)
  return since !== undefined && since < tip.height
}
