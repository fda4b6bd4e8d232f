import type { RequestContext } from '../context.js'
import type { NodeAssociation } from '../deso/node.js'
import type { Page } from '../page.js'
import {
  type AssociationList,
  compareToPlace,
  cursorOf,
  type ListPosition,
  type ListRange,
  MAX_ANCHORS,
  positionOf,
  withAnchor,
} from './list-position.js'
import { RowJudge } from './row-judge.js'
import { type BackwardRow, scanBackward } from './scan-backward.js'

/** The last rows of a range, in the list's order, under the cursors that they have in a page forward. */
export async function listPageBackward<T>(
  ctx: RequestContext,
  list: AssociationList,
  range: ListRange,
  size: number,
  load: (entry: NodeAssociation) => Promise<T | null>,
): Promise<Page<T>> {
  const judge = new RowJudge<BackwardRow, T>(size + 1, load)
  const { rows, last, end } = await collect(ctx, list, range, size, judge)
  const positions = positionsOf(list, rows)
  const cursor = (row: BackwardRow) => cursorOf(ctx, list, positions.get(row) as ListPosition)
  const found = judge.found.slice(0, size).reverse()
  const isShort = judge.found.length <= size && end === null
  return {
    edges: found.map(({ row, node }) => ({ cursor: cursor(row), node })),
    hasNextPage: range.before !== null,
    hasPreviousPage: judge.found.length > size || isShort || end === 'AFTER',
    ...(isShort && last && { startCursor: cursor(last) }),
  }
}

interface Collected {
  /** All that were read, the last of the list first; more than were judged. */
  rows: BackwardRow[]
  /** The last row judged, which is the first in the list. */
  last: BackwardRow | null
  /** Nothing of the range is left: the list begins, or the row at the range's start was met. Null: something may be. */
  end: 'LIST' | 'AFTER' | null
}

async function collect<T>(
  ctx: RequestContext,
  list: AssociationList,
  { before, after }: ListRange,
  size: number,
  judge: RowJudge<BackwardRow, T>,
): Promise<Collected> {
  const rows: BackwardRow[] = []
  let last: BackwardRow | null = null
  let end: Collected['end'] = null
  const chunks = scanBackward(ctx, list, before, size + 1 + MAX_ANCHORS)
  for (;;) {
    const chunk = await chunks.next()
    if (chunk.done) return { rows, last, end: end ?? (chunk.value ? 'LIST' : null) }
    rows.push(...chunk.value)
    const inRange = after
      ? chunk.value.filter(({ entry }) => compareToPlace(list, entry, after) > 0)
      : chunk.value
    if (end === null && !judge.isDone) {
      const lastJudged = await judge.judge(inRange)
      last = lastJudged ?? last
      if (lastJudged === inRange.at(-1) && inRange.length < chunk.value.length) end = 'AFTER'
    }
    const isOver = judge.isDone || end !== null
    if (isOver && hasAnchors(rows, size === 0 ? null : (judge.found[size - 1]?.row ?? last))) {
      return { rows, last, end }
    }
  }
}

/** Were enough committed rows read before this one for it to have the position of a page forward? */
function hasAnchors(rows: readonly BackwardRow[], row: BackwardRow | null): boolean {
  if (!row) return true
  return rows.slice(rows.indexOf(row)).filter(({ isCommitted }) => isCommitted).length >= MAX_ANCHORS
}

/** Positions remember the committed rows before them, so they are made from the first row on. */
function positionsOf(
  list: AssociationList,
  rows: readonly BackwardRow[],
): ReadonlyMap<BackwardRow, ListPosition> {
  const positions = new Map<BackwardRow, ListPosition>()
  let anchors: readonly string[] = []
  for (const row of rows.toReversed()) {
    if (row.isCommitted) anchors = withAnchor(anchors, row.entry.id)
    positions.set(row, positionOf(list, row.entry, anchors))
  }
  return positions
}
