import type { GraphQLError } from 'graphql'

/** graphql-js repeats the value that it refuses, however long it is. */
const MAX_CHARACTERS = 600
const MAX_NAME_CHARACTERS = 200

/**
 * The field or argument whose literal a validation error refuses: graphql-js names it for variables alone. Null where
 * the error is about something else.
 */
export function fieldOfLiteral({ nodes, source }: GraphQLError): string | null {
  const [node] = nodes ?? []
  if (!node?.loc || !source || !node.kind.endsWith('Value')) return null
  const before = source.body.slice(0, node.loc.start).slice(-MAX_NAME_CHARACTERS)
  return /([_A-Za-z][_0-9A-Za-z]*)\s*:[\s[]*$/.exec(before)?.[1] ?? null
}

/** Begins and ends as the text does: what was refused stands first, why stands last. */
export function clipMiddle(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text
  const half = MAX_CHARACTERS / 2
  return `${text.slice(0, half)} … ${text.slice(-half)}`
}
