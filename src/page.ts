import { createHmac, timingSafeEqual } from 'node:crypto'
import { InvalidInputError } from './errors.js'

/**
 * A page of a list, between the rows that `after` and `before` mark (which are none of it): its first rows, or with
 * `last` its last ones. `before` alone asks for the rows that come right before it.
 */
export interface PageRequest {
  first?: number
  after?: string
  last?: number
  before?: string
}

export interface Edge<T> {
  /** Marks the row by its own key, so that rows added or replaced elsewhere move nothing. */
  cursor: string
  node: T
}

export interface Page<T> {
  edges: Edge<T>[]
  hasNextPage: boolean
  hasPreviousPage: boolean
  /** Where the next page starts when that is not the last edge's cursor: the page came short at a scan limit. */
  endCursor?: string
  /** The same for the page before, when that is not the first edge's cursor. */
  startCursor?: string
}

/** Rows of a page whose caller names no number. */
export const DEFAULT_PAGE_SIZE = 20

const MAC_BYTES = 12

/** Where a list is read backward (`last`, `before`), rows this far from its end are reached. */
export const BACKWARD_REACH = 1_000

/** How many rows are wanted, and from which end. */
export interface PageSize {
  size: number
  isBackward: boolean
}

/**
 * What a page is to be. Throws InvalidInputError, whose words name the argument and the limit, for a number of rows that
 * is none from 0 to `maximum`, and for `first` with `last`.
 */
export function pageSize({ first, last, before }: PageRequest, maximum: number): PageSize {
  if (first !== undefined && last !== undefined) {
    throw new InvalidInputError(`first, last: give one of them; each asks for 0 to ${maximum} rows.`)
  }
  const isBackward = last !== undefined || (first === undefined && before !== undefined)
  const size = first ?? last ?? Math.min(DEFAULT_PAGE_SIZE, maximum)
  if (!Number.isInteger(size) || size < 0 || size > maximum) {
    throw new InvalidInputError(
      `${isBackward ? 'last' : 'first'}: ask for 0 to ${maximum} rows, not ${size}.`,
    )
  }
  return { size, isBackward }
}

/**
 * An opaque cursor: base64url of a MAC and the position as JSON. It is sealed under the gateway's secret and the
 * list's name (which says whose list it is), so that a cursor made up, or taken from another list, never opens.
 */
export function sealCursor(secret: Uint8Array, list: string, position: unknown): string {
  const text = Buffer.from(JSON.stringify(position))
  return Buffer.concat([macOf(secret, list, text), text]).toString('base64url')
}

/** The position sealed in a cursor of this list. Throws InvalidInputError, with the argument's name, for any other text. */
export function openCursor(
  secret: Uint8Array,
  list: string,
  cursor: string,
  argument: 'after' | 'before' = 'after',
): unknown {
  const bytes = Buffer.from(cursor, 'base64url')
  const text = bytes.subarray(MAC_BYTES)
  const isCanonical = bytes.length > MAC_BYTES && bytes.toString('base64url') === cursor
  if (!isCanonical || !timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(secret, list, text))) {
    throw new InvalidInputError(`${argument}: not a cursor of this list.`)
  }
  return JSON.parse(text.toString('utf8'))
}

function macOf(secret: Uint8Array, list: string, text: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(list).update('\0').update(text).digest().subarray(0, MAC_BYTES)
}
