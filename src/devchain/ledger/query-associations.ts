import {
  type AssociationIndex,
  associationKey,
  bytesAsText,
  lowerCaseBytes,
  typeKey,
  valueKey,
} from './association-keys.js'
import type { AssociationRows } from './association-rows.js'
import type { AssociationEntry } from './entries.js'
import type { IndexRow } from './table.js'

/**
 * Lists of associations as a node makes them (core lib/block_view_association.go): it pages through the rows that
 * are committed, adds all that are not, sorts, and only then looks for the last-seen row. So a page from an
 * uncommitted row comes short, or empty, while rows follow.
 */
export interface AssociationFilter {
  transactor?: string | undefined
  target?: string | undefined
  app?: string | undefined
  /** Type and value as latin1 of their bytes; empty: any. */
  type: string
  typePrefix: string
  value: string
  valuePrefix: string
}

export interface AssociationPage {
  limit: number
  lastSeenId?: string | undefined
  descending: boolean
}

/** What a node calls associations of a kind, and their rows. */
export interface AssociationTable {
  noun: 'User' | 'Post'
  rows: AssociationRows
}

/** Words that a node gives for a query that it does not answer. */
export class InvalidQuery extends Error {}

export function queryAssociations(
  table: AssociationTable,
  filter: AssociationFilter,
  page: AssociationPage,
  committedHeight: number,
): AssociationEntry[] {
  const caller = `Get${table.noun}AssociationsByAttributes: : `
  assertFilter(filter, caller)
  const entryOf = (id: string) => table.rows.get(id)
  const lastSeen = page.lastSeenId === undefined ? undefined : entryOf(page.lastSeenId)
  if (page.lastSeenId !== undefined && !lastSeen) {
    throw new InvalidQuery(`${caller}invalid query params: LastSeenAssociationEntry not found`)
  }
  const { index, rows } = matchingRows(table, filter, caller)
  const isCommitted = (id: string) => (entryOf(id)?.blockHeight ?? 0) <= committedHeight
  const stored = scanStored(
    rows.filter(({ id }) => isCommitted(id)),
    index,
    lastSeen && isCommitted(lastSeen.id) ? lastSeen : undefined,
    page,
  )
  const shown = [...stored, ...rows.filter(({ id }) => !isCommitted(id))].sort(byKey)
  if (page.descending) shown.reverse()
  const start = shown.findIndex(({ id }) => id === page.lastSeenId) + 1
  return shown.slice(start, start + page.limit).map(({ id }) => entryOf(id) as AssociationEntry)
}

export function countAssociations(table: AssociationTable, filter: AssociationFilter): number {
  const caller = `Count${table.noun}AssociationsByAttributes: : `
  assertFilter(filter, caller)
  return matchingRows(table, filter, caller).rows.length
}

/** The database's share: `limit` rows from a committed last-seen row, which itself comes again, or from the start. */
function scanStored(
  rows: readonly IndexRow[],
  index: AssociationIndex,
  lastSeen: AssociationEntry | undefined,
  { limit, descending }: AssociationPage,
): readonly IndexRow[] {
  const ordered = descending ? [...rows].reverse() : rows
  if (!lastSeen) return ordered.slice(0, limit)
  const { key } = associationKey(index, lastSeen)
  const start = ordered.findIndex((row) => row.key === key && row.id === lastSeen.id)
  return start === -1 ? [] : ordered.slice(start, start + limit + 1)
}

function matchingRows({ noun, rows }: AssociationTable, filter: AssociationFilter, caller: string) {
  const { transactor, target } = filter
  const refuse = (problem: string) =>
    new InvalidQuery(
      `${caller}DBGet${noun}AssociationsByAttributes: : DBGet${noun}AssociationIdsByAttributes: invalid query params: ${problem}`,
    )
  if (noun === 'User' && transactor === undefined && target === undefined) {
    throw refuse('missing Transactor or TargetUser')
  }
  if (filter.type === '' && filter.value + filter.valuePrefix !== '') throw refuse('missing AssociationType')
  const isComplete =
    transactor !== undefined && target !== undefined && filter.type !== '' && filter.value !== ''
  if (filter.app !== undefined && !isComplete) throw refuse('querying by App requires all other parameters')
  const index = indexFor(transactor, target)
  return { index, rows: rows.rows(index, `${transactor ?? ''}${target ?? ''}`, keyPrefix(filter)) }
}

function indexFor(transactor: string | undefined, target: string | undefined): AssociationIndex {
  if (transactor === undefined) return target === undefined ? 'type' : 'target'
  return target === undefined ? 'transactor' : 'both'
}

function keyPrefix({ type, typePrefix, value, valuePrefix, app }: AssociationFilter): string {
  if (type === '') return lowerCaseBytes(typePrefix)
  const label = value === '' ? valuePrefix : valueKey(value)
  return typeKey(type) + label + (app === undefined ? '' : bytesAsText(app))
}

function assertFilter(filter: AssociationFilter, caller: string): void {
  const { transactor, target, app, type, typePrefix, value, valuePrefix } = filter
  const refuse = (problem: string) => new InvalidQuery(`${caller}invalid query params: ${problem}`)
  if (!transactor && !target && !app && type + typePrefix + value + valuePrefix === '') {
    throw refuse('none provided')
  }
  if (type !== '' && typePrefix !== '')
    throw refuse('both AssociationType and AssociationTypePrefix provided')
  if (value !== '' && valuePrefix !== '')
    throw refuse('both AssociationValue and AssociationValuePrefix provided')
}

function byKey(one: IndexRow, other: IndexRow): number {
  return one.key < other.key ? -1 : one.key > other.key ? 1 : 0
}
