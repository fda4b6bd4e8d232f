import { Arg, Int } from 'type-graphql'
import { DEFAULT_PAGE_SIZE, type PageRequest } from '../../page.js'
import { badInput } from '../errors/bad-input.js'

/** `first`, as an argument. The published maximum stands in `gateway.limits.maxPageSize`. */
export const FirstArg = () =>
  Arg('first', () => Int, {
    nullable: true,
    description: 'How many rows at most: 20 unless given, at most `gateway.limits.maxPageSize`.',
  })

/** `after`, as an argument. */
export const AfterArg = () =>
  Arg('after', () => String, { nullable: true, description: 'Start behind the row with this cursor.' })

/** More than any cursor has. */
const MAX_CURSOR_CHARACTERS = 1024

/** Checks what the schema cannot say. Throws BAD_USER_INPUT that names the limit. */
export function pageRequest(
  first: number | null | undefined,
  after: string | null | undefined,
  max: number,
): PageRequest {
  const size = first ?? Math.min(DEFAULT_PAGE_SIZE, max)
  if (size < 0 || size > max) throw badInput(`first: ask for 0 to ${max} rows, not ${size}.`)
  if (after === null || after === undefined) return { first: size }
  if (after.length > MAX_CURSOR_CHARACTERS) throw badInput('after: not a cursor of this list.')
  return { first: size, after }
}
