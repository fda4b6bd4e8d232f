/**
 * The walks over PREV, as generators: each yields the reference that it wants looked up, is given what the
 * committed chain says, and returns the verified records. So the rules stay here, pure, and whoever reads blocks
 * only drives them (driveWalk). A walk has no length limit of its own; one that is started again meets the same
 * references in the same order.
 */
import type { CommittedTransaction, RecordLookup, RecordRef } from '../deso/chain.js'
import type { NodeAssociation } from '../deso/node.js'
import { equalBytes } from './bytes.js'
import type { SubscriptionHistory, SubscriptionHop } from './entitlement.js'
import {
  type ChainPosition,
  type HeadState,
  isBelow,
  isEarlier,
  isInChain,
  type PlanChain,
  type PlanVersion,
} from './plan-chain.js'
import { formatRecordRef, parseRecordRef } from './record-ref.js'
import {
  type PlanRecord,
  parsePlanRecord,
  parseSubscriptionRecord,
  type SubscriptionRecord,
} from './records.js'

export type Walk<T> = Generator<RecordRef, T, RecordLookup>

/** Keys are 33 bytes. */
export interface PlanKey {
  creator: Uint8Array
  slug: string
}

export interface SubscriptionKey extends PlanKey {
  fan: Uint8Array
}

/** Where a walk begins: the entry that a node shows, which is only a pointer. */
export interface EntryHead {
  ref: RecordRef
  /** The entry's own PREV, followed only while its transaction cannot be read from a committed block. */
  prev: RecordRef | null
}

export function headOfEntry(entry: Pick<NodeAssociation, 'id' | 'blockHeight' | 'extraData'>): EntryHead {
  return {
    ref: { height: entry.blockHeight, id: entry.id },
    prev: parseRecordRef(entry.extraData.get('PREV') ?? ''),
  }
}

/** Runs a walk to its end, each look-up awaited. What `lookUp` throws ends it, unchanged. */
export async function driveWalk<T>(
  walk: Walk<T>,
  lookUp: (ref: RecordRef) => Promise<RecordLookup>,
): Promise<T> {
  let step = walk.next()
  while (!step.done) step = walk.next(await lookUp(step.value))
  return step.value
}

/** The chain of a plan from the entry that the node shows; null without an entry. */
export function* walkPlan(key: PlanKey, entry: EntryHead | null): Walk<PlanChain | null> {
  if (entry === null) return null
  const { head, found } = yield* walkRecords(entry, (record) => planOf(record, key))
  return { head, versions: found.reverse().map(({ at, record }) => toVersion(at, record)) }
}

/** The records of one fan, creator and slug, from the entry that the node shows. */
export function* walkSubscription(key: SubscriptionKey, entry: EntryHead | null): Walk<SubscriptionHistory> {
  if (entry === null) return { head: 'none', hops: [] }
  const { head, found } = yield* walkRecords(entry, (record) => subscriptionOf(record, key))
  return { head, hops: found.map(({ at, record }) => toHop(at, record)) }
}

/** The versions that hops name outside the plan's chain, where one could still count. */
export function* walkOutsideVersions(
  key: PlanKey,
  hops: readonly SubscriptionHop[],
  plan: PlanChain | null,
): Walk<ReadonlyMap<string, PlanVersion>> {
  const versions = new Map<string, PlanVersion>()
  const asked = new Set<string>()
  for (const hop of hops) {
    const ref = hop.record.order?.plan
    if (!ref || !plan || isInChain(plan, ref) || !isBelow(plan, hop)) continue
    const name = formatRecordRef(ref)
    if (asked.has(name)) continue
    asked.add(name)
    const at = held(ref, yield ref)
    const record = at && planOf(at, key)
    if (at && record) versions.set(name, toVersion(at, record))
  }
  return versions
}

interface Found<R> {
  at: CommittedTransaction
  record: R
}

/** From the head along PREV, newest first, to the first reference that does not hold or is not of this kind. */
function* walkRecords<R extends { prev: RecordRef | null }>(
  entry: EntryHead,
  read: (record: CommittedTransaction) => R | null,
): Generator<RecordRef, { head: Exclude<HeadState, 'none'>; found: Found<R>[] }, RecordLookup> {
  const found: Found<R>[] = []
  const lookup = yield entry.ref
  let at = held(entry.ref, lookup)
  const head = at ? 'committed' : lookup.kind === 'uncommitted' ? 'uncommitted' : 'absent'
  let ref = at ? entry.ref : entry.prev
  let later: ChainPosition | null = null
  while (ref !== null) {
    at ??= held(ref, yield ref)
    const record: R | null = at && (later === null || isEarlier(at, later)) ? read(at) : null
    if (!at || !record) break
    found.push({ at, record })
    later = at
    ref = record.prev
    at = null
  }
  return { head, found }
}

/** The record that a reference names, if it holds: the committed block at that very height lists that id. */
function held(ref: RecordRef, lookup: RecordLookup): CommittedTransaction | null {
  if (lookup.kind !== 'committed') return null
  return lookup.record.id === ref.id && lookup.record.block.height === ref.height ? lookup.record : null
}

function planOf(at: CommittedTransaction, key: PlanKey): PlanRecord | null {
  const record = parsePlanRecord(at.transaction)
  return record && record.slug === key.slug && equalBytes(record.creator, key.creator) ? record : null
}

function subscriptionOf(at: CommittedTransaction, key: SubscriptionKey): SubscriptionRecord | null {
  const record = parseSubscriptionRecord(at.transaction)
  const isOfKey =
    record &&
    record.slug === key.slug &&
    equalBytes(record.fan, key.fan) &&
    equalBytes(record.creator, key.creator)
  return isOfKey ? record : null
}

function toVersion({ id, block, indexInBlock }: CommittedTransaction, { terms }: PlanRecord): PlanVersion {
  return { id, block, indexInBlock, terms }
}

function toHop(
  { id, block, indexInBlock }: CommittedTransaction,
  record: SubscriptionRecord,
): SubscriptionHop {
  return { id, block, indexInBlock, record }
}
