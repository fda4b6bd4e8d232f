import { committedTipOf } from '../access/reads.js'
import type { RequestContext } from '../context.js'
import type { NodeAssociation } from '../deso/node.js'
import { NodeRuleError } from '../deso/rule-errors.js'
import { InvalidInputError } from '../errors.js'
import { BACKWARD_REACH } from '../page.js'
import { type AssociationList, compareToPlace, type ListPosition } from './list-position.js'

/** The most rows that a node gives at once. */
const MAX_CHUNK = 100
/** Reads of one scan. */
const MAX_READS = 50

export interface BackwardRow {
  entry: NodeAssociation
  /** A node can go on from it. */
  isCommitted: boolean
}

/**
 * The rows of a list before a place (null: before its end), the nearest first, in chunks, the first of at most `size`.
 * Answers true when the list is at its start, false when it gave up before.
 *
 * As in scanList, only committed rows are named to the node. Those that a place remembers lie before it, which helps
 * nothing here but for the row at the place itself: without that the list is read from its end, so far and no farther.
 * Throws InvalidInputError where the place is beyond that.
 */
export async function* scanBackward(
  ctx: RequestContext,
  list: AssociationList,
  before: ListPosition | null,
  size: number,
): AsyncGenerator<BackwardRow[], boolean> {
  const { height: committed } = await committedTipOf(ctx)
  const start = await beginAt(ctx, list, before, Math.min(Math.max(size, 1), MAX_CHUNK))
  let { entries, limit, anchor } = start
  let place: Pick<ListPosition, 'value' | 'party'> | null = before
  let hasMet = before === null || anchor !== undefined
  for (let reads = 1; ; reads++) {
    const rows: BackwardRow[] = []
    for (const entry of entries) {
      if (place && compareToPlace(list, entry, place) >= 0) continue
      rows.push({ entry, isCommitted: entry.blockHeight <= committed })
    }
    const last = rows.at(-1)?.entry
    if (last) place = { value: last.value, party: list.partyOf(last) }
    hasMet ||= rows.length > 0
    if (rows.length > 0) yield rows
    if (entries.length < limit) return true
    if (!hasMet && reads * MAX_CHUNK >= BACKWARD_REACH) throw new OutOfReachError()
    const nearest = entries.findLast(({ blockHeight }) => blockHeight <= committed)?.id
    if ((nearest === undefined && limit === MAX_CHUNK) || reads >= MAX_READS) return false
    anchor = nearest ?? anchor
    limit = MAX_CHUNK
    entries = await read(ctx, list, limit, anchor)
  }
}

class OutOfReachError extends InvalidInputError {
  constructor() {
    super(
      `before: last and before reach ${BACKWARD_REACH} rows from the end of this list. Read it from its start, with first and after.`,
    )
  }
}

/** From the row at the place, where the node still has it; else from the list's end. */
async function beginAt(
  ctx: RequestContext,
  list: AssociationList,
  before: ListPosition | null,
  limit: number,
): Promise<{ entries: NodeAssociation[]; limit: number; anchor: string | undefined }> {
  const anchor = before?.isAnchored ? before.anchors[0] : undefined
  if (anchor !== undefined) {
    try {
      return { entries: await read(ctx, list, limit, anchor), limit, anchor }
    } catch (error) {
      if (!(error instanceof NodeRuleError && error.kind === 'CURSOR_GONE')) throw error
    }
  }
  const size = before === null ? limit : MAX_CHUNK
  return { entries: await read(ctx, list, size, undefined), limit: size, anchor: undefined }
}

function read(
  ctx: RequestContext,
  { query }: AssociationList,
  limit: number,
  lastSeenId: string | undefined,
): Promise<NodeAssociation[]> {
  const page = { limit, descending: true, ...(lastSeenId !== undefined && { lastSeenId }) }
  return ctx.app.node.userAssociations({ ...query, ...page }, { signal: ctx.signal })
}
