import { GraphQLError } from 'graphql'

/** A fault of the request itself: a top-level error with Apollo's code BAD_USER_INPUT. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })
}
