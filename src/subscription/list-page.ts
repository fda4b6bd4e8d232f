import type { RequestContext } from '../context.js'
import type { NodeAssociation } from '../deso/node.js'
import { type Page, type PageRequest, pageSize } from '../page.js'
import { parseSlug } from '../protocol/slug.js'
import { type AssociationList, cursorOf, type ListPosition, positionOfCursor } from './list-position.js'
import { type ScannedRow, scanList } from './scan-list.js'

/** Rows that one page looks at; then it comes short, with hasNextPage. Anybody can write rows that buy nothing. */
const MAX_SCANNED = 500
/** Rows judged at the same time. */
const MAX_AT_ONCE = 10

/**
 * A page of a list of associations. `load` makes a row's object; null leaves it out. Throws InvalidInputError for a
 * size or cursor that does not hold, and what `load` and the node throw.
 */
export async function listPage<T>(
  ctx: RequestContext,
  list: AssociationList,
  page: PageRequest,
  load: (entry: NodeAssociation) => Promise<T | null>,
): Promise<Page<T>> {
  const size = pageSize(page, ctx.app.config.limits.maxPageSize)
  const from = page.after === undefined ? null : positionOfCursor(ctx, list, page.after)
  const { found, last, isAtEnd } = await collect(ctx, list, from, size + 1, load)
  const edges = found
    .slice(0, size)
    .map(({ position, node }) => ({ cursor: cursorOf(ctx, list, position), node }))
  const isShort = found.length <= size && !isAtEnd
  return {
    edges,
    hasNextPage: found.length > size || isShort,
    hasPreviousPage: from !== null,
    ...(isShort && last && { endCursor: cursorOf(ctx, list, last) }),
  }
}

interface Collected<T> {
  found: { position: ListPosition; node: T }[]
  /** The last row looked at. */
  last: ListPosition | null
  isAtEnd: boolean
}

/** Looks at rows until `wanted` are found, the list ends, or enough was looked at. */
async function collect<T>(
  ctx: RequestContext,
  list: AssociationList,
  from: ListPosition | null,
  wanted: number,
  load: (entry: NodeAssociation) => Promise<T | null>,
): Promise<Collected<T>> {
  const found: Collected<T>['found'] = []
  let last = from
  let scanned = 0
  const chunks = scanList(ctx, list, from, wanted)
  for (;;) {
    const chunk = await chunks.next()
    if (chunk.done) return { found, last, isAtEnd: chunk.value }
    let rows: readonly ScannedRow[] = chunk.value
    while (rows.length > 0) {
      const misses = scanned - found.length
      const batch = rows.slice(0, Math.min(MAX_AT_ONCE, Math.max(wanted - found.length, misses)))
      const nodes = await Promise.all(batch.map(({ entry }) => (isRecord(entry) ? load(entry) : null)))
      for (const [index, { position }] of batch.entries()) {
        const node = nodes[index]
        if (node != null) found.push({ position, node })
      }
      last = batch.at(-1)?.position ?? last
      scanned += batch.length
      rows = rows.slice(batch.length)
      if (found.length >= wanted || scanned >= MAX_SCANNED) return { found, last, isAtEnd: false }
    }
  }
}

/** Could this be a record of the protocol? */
function isRecord({ isAppZero, value }: NodeAssociation): boolean {
  return isAppZero && parseSlug(value) !== null
}
