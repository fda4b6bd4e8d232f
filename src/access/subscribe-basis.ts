import type { RequestContext } from '../context.js'
import type { RecordRef } from '../deso/chain.js'
import { countingVersion } from '../protocol/plan-chain.js'
import { committedTipOf, entitlementTime, withFreshReads } from './reads.js'
import { loadPlan, loadSubscriptionHead, type SubscriptionId } from './records.js'

/** What a SUBSCRIBE draft rests on, as it is now. */
export interface PresentBasis {
  /** Would a payment in the next block that names this version count? */
  versionCounts: boolean
  /** Id of the newest record that the node shows, committed or not; null: none. */
  newestId: string | null
}

/** Reads anew, for a look before a payment is first sent. Throws NodeUnavailableError or HistoryTooLongError. */
export async function readSubscribeBasis(
  ctx: RequestContext,
  id: SubscriptionId,
  version: RecordRef,
): Promise<PresentBasis> {
  const fresh = withFreshReads(ctx)
  const tip = await committedTipOf(fresh)
  const [plan, head] = await Promise.all([loadPlan(fresh, id), loadSubscriptionHead(fresh, id)])
  const nextBlock = { height: tip.height + 1, time: entitlementTime(fresh, tip) }
  const counting = countingVersion(plan.chain, version, {
    block: nextBlock,
    indexInBlock: Number.POSITIVE_INFINITY,
  })
  return { versionCounts: counting !== null, newestId: head?.entry.id ?? null }
}
