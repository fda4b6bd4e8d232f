import { Arg, Int } from 'type-graphql'
import { type PageRequest, pageSize } from '../../page.js'
import { badInput } from '../errors/bad-input.js'

/** `first`, as an argument. The published maximum stands in `gateway.limits.maxPageSize`. */
export const FirstArg = () =>
  Arg('first', () => Int, {
    nullable: true,
    description: 'How many rows at most: 20 unless given, at most `gateway.limits.maxPageSize`.',
  })

/** `after`, as an argument. */
export const AfterArg = () =>
  Arg('after', () => String, { nullable: true, description: 'Only rows behind the one with this cursor.' })

/** `last`, as an argument. */
export const LastArg = () =>
  Arg('last', () => Int, {
    nullable: true,
    description:
      'The last so many rows, in the same order; not together with `first`. Reaches 1,000 rows from the end.',
  })

/** `before`, as an argument. */
export const BeforeArg = () =>
  Arg('before', () => String, {
    nullable: true,
    description: 'Only rows before the one with this cursor: without `first`, those right before it.',
  })

/** Page arguments as they come: null is as good as absent. */
export interface PageArgs {
  first: number | null | undefined
  after: string | null | undefined
  last: number | null | undefined
  before: string | null | undefined
}

/** More than any cursor has. */
const MAX_CURSOR_CHARACTERS = 1024

/** Checks what the schema cannot say. Throws BAD_USER_INPUT that names the limit. */
export function pageRequest({ first, after, last, before }: PageArgs, max: number): PageRequest {
  const request: PageRequest = {
    ...(first != null && { first }),
    ...(last != null && { last }),
    ...(after != null && { after: cursor('after', after) }),
    ...(before != null && { before: cursor('before', before) }),
  }
  pageSize(request, max)
  return request
}

function cursor(argument: string, text: string): string {
  if (text.length > MAX_CURSOR_CHARACTERS) throw badInput(`${argument}: not a cursor of this list.`)
  return text
}
