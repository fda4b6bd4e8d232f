import { Arg, Int } from 'type-graphql'
import type { PageRequest } from '../../page.js'
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

export const DEFAULT_PAGE_SIZE = 20

/** Checks what the schema cannot say. Throws BAD_USER_INPUT that names the limit. */
export function pageRequest(
  first: number | null | undefined,
  after: string | null | undefined,
  max: number,
): PageRequest {
  const size = first ?? DEFAULT_PAGE_SIZE
  if (size < 0 || size > max) throw badInput(`first: ask for 0 to ${max} rows, not ${size}.`)
  if (after && after.length > 1024) throw badInput('after: not a cursor of this list.')
  return after ? { first: size, after } : { first: size }
}
