import {
  type AssociationIndex,
  associationKey,
  bytesAsText,
  lowerCaseBytes,
  typeKey,
  valueKey,
} from './association-keys.js'
import type { AssociationEntry } from './entries.js'
import type { Ledger } from './ledger.js'
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

/** Words that a node gives for a query that it does not answer. */
export class InvalidQuery extends Error {}

export function queryAssociations(
  ledger: Ledger,
  filter: AssociationFilter,
  page: AssociationPage,
  committedHeight: number,
): AssociationEntry[] {
  assertFilter(filter)
  const lastSeen = page.lastSeenId === undefined ? undefined : ledger.association(page.lastSeenId)
  if (page.lastSeenId !== undefined && !lastSeen) {
    throw new InvalidQuery(
      'GetUserAssociationsByAttributes: : invalid query params: LastSeenAssociationEntry not found',
    )
  }
  const { index, rows } = matchingRows(ledger, filter, 'GetUserAssociationsByAttributes: : ')
  const isCommitted = (id: string) => (ledger.association(id)?.blockHeight ?? 0) <= committedHeight
  const stored = scanStored(
    rows.filter(({ id }) => isCommitted(id)),
    index,
    lastSeen && isCommitted(lastSeen.id) ? lastSeen : undefined,
    page,
  )
  const shown = [...stored, ...rows.filter(({ id }) => !isCommitted(id))].sort(byKey)
  if (page.descending) shown.reverse()
  const start = shown.findIndex(({ id }) => id === page.lastSeenId) + 1
  return shown.slice(start, start + page.limit).map(({ id }) => ledger.association(id) as AssociationEntry)
}

export function countAssociations(ledger: Ledger, filter: AssociationFilter): number {
  assertFilter(filter, 'CountUserAssociationsByAttributes: : ')
  return matchingRows(ledger, filter, 'CountUserAssociationsByAttributes: : ').rows.length
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

function matchingRows(ledger: Ledger, filter: AssociationFilter, caller: string) {
  const { transactor, target } = filter
  const refuse = (problem: string) =>
    new InvalidQuery(
      `${caller}DBGetUserAssociationsByAttributes: : DBGetUserAssociationIdsByAttributes: invalid query params: ${problem}`,
    )
  if (transactor === undefined && target === undefined) throw refuse('missing Transactor or TargetUser')
  if (filter.type === '' && filter.value + filter.valuePrefix !== '') throw refuse('missing AssociationType')
  const isComplete =
    transactor !== undefined && target !== undefined && filter.type !== '' && filter.value !== ''
  if (filter.app !== undefined && !isComplete) throw refuse('querying by App requires all other parameters')
  const index: AssociationIndex =
    transactor === undefined ? 'target' : target === undefined ? 'transactor' : 'users'
  const group = `${transactor ?? ''}${target ?? ''}`
  return { index, rows: ledger.associationRows(index, group, keyPrefix(filter)) }
}

function keyPrefix({ type, typePrefix, value, valuePrefix, app }: AssociationFilter): string {
  if (type === '') return lowerCaseBytes(typePrefix)
  const label = value === '' ? valuePrefix : valueKey(value)
  return typeKey(type) + label + (app === undefined ? '' : bytesAsText(app))
}

function assertFilter(filter: AssociationFilter, caller = 'GetUserAssociationsByAttributes: : '): void {
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
