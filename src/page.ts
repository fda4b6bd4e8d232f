import { createHmac, timingSafeEqual } from 'node:crypto'
import { InvalidInputError } from './errors.js'

/** A page forward through a list: at most `first` rows behind the row that `after` marks. */
export interface PageRequest {
  first?: number
  after?: string
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
}

/** Rows of a page whose caller names no number. */
export const DEFAULT_PAGE_SIZE = 20

const MAC_BYTES = 12

/** Rows wanted. Throws InvalidInputError, whose words name the argument and the limit, for what is no whole number from 0 to `maximum`. */
export function pageSize(page: PageRequest, maximum: number): number {
  const size = page.first ?? Math.min(DEFAULT_PAGE_SIZE, maximum)
  if (!Number.isInteger(size) || size < 0 || size > maximum) {
    throw new InvalidInputError(`first: ask for 0 to ${maximum} rows, not ${size}.`)
  }
  return size
}

/**
 * An opaque cursor: base64url of a MAC and the position as JSON. It is sealed under the gateway's secret and the
 * list's name (which says whose list it is), so that a cursor made up, or taken from another list, never opens.
 */
export function sealCursor(secret: Uint8Array, list: string, position: unknown): string {
  const text = Buffer.from(JSON.stringify(position))
  return Buffer.concat([macOf(secret, list, text), text]).toString('base64url')
}

/** The position sealed in a cursor of this list. Throws InvalidInputError for any other text. */
export function openCursor(secret: Uint8Array, list: string, cursor: string): unknown {
  const bytes = Buffer.from(cursor, 'base64url')
  const text = bytes.subarray(MAC_BYTES)
  const isCanonical = bytes.length > MAC_BYTES && bytes.toString('base64url') === cursor
  if (!isCanonical || !timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(secret, list, text))) {
    throw new InvalidInputError('after: not a cursor of this list.')
  }
  return JSON.parse(text.toString('utf8'))
}

function macOf(secret: Uint8Array, list: string, text: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(list).update('\0').update(text).digest().subarray(0, MAC_BYTES)
}
