import type { RequestContext } from '../context.js'
import type { NodeAssociation } from '../deso/node.js'
import { type Page, type PageRequest, pageSize } from '../page.js'
import { listPageBackward } from './list-page-backward.js'
import {
  type AssociationList,
  compareToPlace,
  cursorOf,
  type ListPosition,
  type ListRange,
  positionOfCursor,
} from './list-position.js'
import { RowJudge } from './row-judge.js'
import { type ScannedRow, scanList } from './scan-list.js'

type Load<T> = (entry: NodeAssociation) => Promise<T | null>

/**
 * A page of a list of associations. `load` makes a row's object; null leaves it out. Throws InvalidInputError for a
 * size or cursor that does not hold, and what `load` and the node throw.
 */
export async function listPage<T>(
  ctx: RequestContext,
  list: AssociationList,
  page: PageRequest,
  load: Load<T>,
): Promise<Page<T>> {
  const { size, isBackward } = pageSize(page, ctx.app.config.limits.maxPageSize)
  const range = {
    after: positionOfCursor(ctx, list, page, 'after'),
    before: positionOfCursor(ctx, list, page, 'before'),
  }
  return (isBackward ? listPageBackward : listPageForward)(ctx, list, range, size, load)
}

async function listPageForward<T>(
  ctx: RequestContext,
  list: AssociationList,
  range: ListRange,
  size: number,
  load: Load<T>,
): Promise<Page<T>> {
  const judge = new RowJudge<ScannedRow, T>(size + 1, load)
  const { last, end } = await collect(ctx, list, range, size + 1, judge)
  const edges = judge.found
    .slice(0, size)
    .map(({ row, node }) => ({ cursor: cursorOf(ctx, list, row.position), node }))
  const isShort = judge.found.length <= size && end === null
  return {
    edges,
    hasNextPage: judge.found.length > size || isShort || end === 'BEFORE',
    hasPreviousPage: range.after !== null,
    ...(isShort && last && { endCursor: cursorOf(ctx, list, last) }),
  }
}

interface Collected {
  /** The last row looked at. */
  last: ListPosition | null
  /** Nothing of the range is left: the list ends, or the row at the range's end was met. Null: something may be. */
  end: 'LIST' | 'BEFORE' | null
}

/** Looks at rows until enough are found, the range ends, or enough was looked at. */
async function collect<T>(
  ctx: RequestContext,
  list: AssociationList,
  { after, before }: ListRange,
  wanted: number,
  judge: RowJudge<ScannedRow, T>,
): Promise<Collected> {
  let last = after
  const chunks = scanList(ctx, list, after, wanted)
  for (;;) {
    const chunk = await chunks.next()
    if (chunk.done) return { last, end: chunk.value ? 'LIST' : null }
    const rows = before
      ? chunk.value.filter(({ entry }) => compareToPlace(list, entry, before) < 0)
      : chunk.value
    const lastJudged = await judge.judge(rows)
    last = lastJudged?.position ?? last
    const isWhole = lastJudged === rows.at(-1)
    if (isWhole && rows.length < chunk.value.length) return { last, end: 'BEFORE' }
    if (judge.isDone) return { last, end: null }
  }
}
