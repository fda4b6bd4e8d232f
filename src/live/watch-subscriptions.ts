import type { PublicKey } from '../deso/keys.js'
import { getSubscription } from '../subscription/get-subscription.js'
import type { Subscription } from '../subscription/subscription.js'
import { sharedLoad } from './background.js'
import type { RecordChange } from './block-changes.js'
import { endedSubscription, findDeletedRecord } from './deleted-record.js'
import { type LiveEvent, type WatchContext, watch } from './watch.js'

export interface WatchSubscriptionsInput {
  creator?: PublicKey | null
  fan?: PublicKey | null
  fromHeight?: number | null
}

/**
 * A subscription, as it stands now, whenever a record of it is written (subscribed, renewed) or deleted (unsubscribed:
 * EXPIRED, ended at that block) in a committed block. Time that runs out is no event: `expiresAt` says when it will.
 * Throws what `watch` throws.
 */
export async function watchSubscriptions(
  ctx: WatchContext,
  { fromHeight, ...wanted }: WatchSubscriptionsInput,
): Promise<AsyncGenerator<LiveEvent<Subscription>, void>> {
  const records = await watch(ctx, fromHeight, (changes) =>
    changes.records.filter((change) => mayBeWanted(wanted, change)),
  )
  return subscriptionsOf(ctx, records, wanted)
}

type Wanted = Pick<WatchSubscriptionsInput, 'creator' | 'fan'>

/** What is deleted is known by its id alone: whose plan it was for is found out later. */
function mayBeWanted({ creator, fan }: Wanted, change: RecordChange): boolean {
  if (fan != null && change.fan !== fan) return false
  return creator == null || change.kind === 'DELETED' || change.creator === creator
}

async function* subscriptionsOf(
  { app }: WatchContext,
  records: AsyncGenerator<{ height: number; item: RecordChange }, void>,
  { creator }: Wanted,
): AsyncGenerator<LiveEvent<Subscription>, void> {
  for await (const { height, item } of records) {
    const value = await loadChanged(app, item).catch((error: Error) => error)
    const isWanted = value instanceof Error || creator == null || value?.creator === creator
    if (value && isWanted) yield { height, value }
  }
}

/** Null: what was written buys nothing, or what was deleted was no subscription. */
const loadChanged = sharedLoad(async (ctx, change: RecordChange): Promise<Subscription | null> => {
  if (change.kind === 'WRITTEN') {
    const subscription = await getSubscription(ctx, change.fan, change.creator, change.slug)
    // A payment on its way may show by now: its own block will tell of it.
    return subscription?.status === 'PENDING' ? null : subscription
  }
  const record = await findDeletedRecord(ctx, change)
  if (!record) return null
  const { fan, creator, slug } = record
  return (await getSubscription(ctx, fan, creator, slug)) ?? endedSubscription(ctx, record, change.block)
})
