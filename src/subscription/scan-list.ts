import { committedTipOf } from '../access/reads.js'
import type { RequestContext } from '../context.js'
import type { NodeAssociation } from '../deso/node.js'
import { NodeRuleError } from '../deso/rule-errors.js'
import {
  type AssociationList,
  compareToPlace,
  type ListPosition,
  positionOf,
  withAnchor,
} from './list-position.js'

/** The most rows that a node gives at once. */
const MAX_CHUNK = 100
/** Reads of one scan: a list whose anchors are all gone is read again from its start, though not for ever. */
const MAX_READS = 50

export interface ScannedRow {
  entry: NodeAssociation
  position: ListPosition
}

/**
 * The rows of a list behind a place, in the node's order, in chunks, the first of at most `size`. Answers true when
 * the list is at its end, false when it gave up before.
 *
 * A node goes on only from a row that it still has (it forgets replaced ones), and rightly only from a committed one:
 * from any other it gives short, even empty pages though rows follow (facts/deso-node.md §1.1). So only committed
 * rows are named to it, the nearest that it still has, and what lies up to the place is passed over by its key.
 */
export async function* scanList(
  ctx: RequestContext,
  list: AssociationList,
  from: ListPosition | null,
  size: number,
): AsyncGenerator<ScannedRow[], boolean> {
  const { height: committed } = await committedTipOf(ctx)
  let place = from
  let anchors = from?.anchors ?? []
  let limit = Math.min(Math.max(size, 1), MAX_CHUNK)
  for (let reads = 0; reads < MAX_READS; reads++) {
    const chunk = await readBehind(ctx, list, anchors, limit)
    const startsAtPlace = place?.isAnchored && place.anchors[0] === chunk.anchors[0]
    anchors = chunk.anchors
    const rows: ScannedRow[] = []
    for (const entry of chunk.entries) {
      if (entry.blockHeight <= committed) anchors = withAnchor(anchors, entry.id)
      if (place && !startsAtPlace && compareToPlace(list, entry, place) <= 0) continue
      rows.push({ entry, position: positionOf(list, entry, anchors) })
    }
    place = rows.at(-1)?.position ?? place
    if (rows.length > 0) yield rows
    if (chunk.entries.length < limit) return true
    if (anchors === chunk.anchors && limit === MAX_CHUNK) return false
    limit = MAX_CHUNK
  }
  return false
}

/** The rows behind the nearest anchor that the node still has, and the anchors from there on; from the start without. */
async function readBehind(
  ctx: RequestContext,
  { query }: AssociationList,
  anchors: readonly string[],
  limit: number,
): Promise<{ entries: NodeAssociation[]; anchors: readonly string[] }> {
  const options = { signal: ctx.signal }
  for (const [index, lastSeenId] of anchors.entries()) {
    try {
      const entries = await ctx.app.node.userAssociations({ ...query, lastSeenId, limit }, options)
      return { entries, anchors: anchors.slice(index) }
    } catch (error) {
      if (!(error instanceof NodeRuleError && error.kind === 'CURSOR_GONE')) throw error
    }
  }
  return { entries: await ctx.app.node.userAssociations({ ...query, limit }, options), anchors: [] }
}
