import type { BlockRef, RecordRef } from '../deso/chain.js'
import { formatRecordRef, sameRef } from './record-ref.js'
import type { PlanTerms } from './records.js'

/** How long a superseded version may still be paid for, in seconds of block time. */
export const GRACE_SECONDS = 3_600

/** Where a committed transaction stands on the chain: which of two is earlier, and when. */
export interface ChainPosition {
  block: Pick<BlockRef, 'height' | 'time'>
  indexInBlock: number
}

/** A committed creation of a plan's record, verified to be its creator's, of its slug. */
export interface PlanVersion {
  /** The id of its transaction. */
  id: string
  block: BlockRef
  indexInBlock: number
  /** Null: ill-formed. */
  terms: PlanTerms | null
}

/** How the entry that a node shows stands to the committed chain; 'none': the node shows no entry. */
export type HeadState = 'committed' | 'uncommitted' | 'absent' | 'none'

/** What PREV leads to from the current record of a plan. (No current record: no PlanChain, null.) */
export interface PlanChain {
  head: Exclude<HeadState, 'none'>
  /** Oldest first; each is named by the PREV of the next. Empty while the only record is uncommitted. */
  versions: readonly PlanVersion[]
}

/** The plan as it stands: its newest committed version, an ill-formed one with the terms of the one before. */
export interface CurrentPlan {
  version: PlanVersion
  /** `<height>:<id>` of the version: what a subscription's PLAN and the next version's PREV name. */
  ref: RecordRef
  terms: PlanTerms
}

/** Null: there is no plan (no committed version, or none that is well-formed). */
export function currentPlan(chain: PlanChain | null): CurrentPlan | null {
  const version = chain?.versions.at(-1)
  const terms = chain?.versions.findLast((each) => each.terms !== null)?.terms
  if (!version || !terms) return null
  return { version, ref: refOf(version), terms: version.terms ?? { ...terms, state: 'CLOSED' } }
}

/**
 * The version that a payment names, if it counts for a payment at that position (docs/protocol.md, "When a version
 * counts"). For a payment that is not mined yet, give the next height, index Infinity, and the present time.
 */
export function countingVersion(
  chain: PlanChain | null,
  named: RecordRef,
  payment: ChainPosition,
  outside: ReadonlyMap<string, PlanVersion> = new Map(),
): PlanVersion | null {
  if (chain === null) return null
  const index = chain.versions.findIndex((version) => sameRef(refOf(version), named))
  const version =
    index >= 0
      ? unlessSuperseded(chain.versions[index], chain.versions[index + 1], payment)
      : isBelow(chain, payment)
        ? outside.get(formatRecordRef(named))
        : undefined
  return version?.terms?.state === 'OPEN' && isEarlier(version, payment) ? version : null
}

/** Only a payment in a block below the chain's oldest record can rest on a version outside the chain. */
export function isBelow(chain: PlanChain, payment: ChainPosition): boolean {
  const oldest = chain.versions[0]
  return oldest === undefined || payment.block.height < oldest.block.height
}

export function isInChain(chain: PlanChain, ref: RecordRef): boolean {
  return chain.versions.some((version) => sameRef(refOf(version), ref))
}

/** Does `a` stand before `b` on the chain? What a record refers to must, since only committed records are named. */
export function isEarlier(a: ChainPosition, b: ChainPosition): boolean {
  if (a.block.height !== b.block.height) return a.block.height < b.block.height
  return a.indexInBlock < b.indexInBlock
}

export function refOf(record: { id: string; block: Pick<BlockRef, 'height'> }): RecordRef {
  return { height: record.block.height, id: record.id }
}

function unlessSuperseded(
  version: PlanVersion | undefined,
  next: PlanVersion | undefined,
  payment: ChainPosition,
): PlanVersion | undefined {
  return next && payment.block.time - next.block.time > GRACE_SECONDS ? undefined : version
}
