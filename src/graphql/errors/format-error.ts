import { unwrapResolverError } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { ClientGoneError, type ErrorCode, GatewayError } from '../../errors.js'
import { clipMiddle, fieldOfLiteral } from './error-text.js'

/** Codes that say enough by themselves; anything else is a fault and is masked. */
const OPEN_CODES = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'LIMIT_EXCEEDED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'UNAUTHENTICATED',
])

/** graphql-js stops where comparing fields with each other takes too long. */
const TOO_MANY_OVERLAPS = 'Validation aborted.'
/** It tells so many faults of variables, then this. */
const TOO_MANY_FAULTS = 'Too many errors processing variables, error limit reached. Execution aborted.'
/** It reports its token limit as a syntax error, in these words. */
const TOO_MANY_TOKENS = /^Syntax Error: Document contains more tha[nt] (\d+) tokens\. Parsing aborted\.$/

/** It finds only while it runs what is not given in a variable that may be null: an argument's faults, in these words. */
const UNFIT_ARGUMENT = /^Argument "\w+" (?:of (?:required|non-null) type "|has invalid value )/

/** Where a query's arguments are wrong, Apollo has a word for it; payloads keep ours. */
const ARGUMENT_FAULTS: ReadonlySet<ErrorCode> = new Set(['INVALID_INPUT', 'MALFORMED_TRANSACTION'])

/**
 * Top-level errors as clients see them: `code`, `retryable`, never a stack. A domain error that reached the top (a
 * field whose node did not answer) keeps its code; a fault becomes INTERNAL_SERVER_ERROR.
 */
export function formatError(formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError {
  const cause = unwrapResolverError(thrown)
  const { locations, path } = formatted
  const where = { ...(locations && { locations }), ...(path && { path }) }
  if (cause instanceof GatewayError) {
    const code = ARGUMENT_FAULTS.has(cause.code) ? 'BAD_USER_INPUT' : cause.code
    return { message: cause.message, ...where, extensions: { code, retryable: cause.retryable } }
  }
  const code = codeOf(formatted)
  if (OPEN_CODES.has(code)) {
    return { message: messageOf(formatted, thrown), ...where, extensions: { code, retryable: false } }
  }
  return {
    message: 'Something went wrong here. The operator finds it in the log by the request id.',
    ...where,
    extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
  }
}

/** Nobody who called can have caused it: the operator must know. */
export function isFault(error: GraphQLError): boolean {
  const cause = unwrapResolverError(error)
  if (cause instanceof GatewayError || cause instanceof ClientGoneError) return false
  return !OPEN_CODES.has(codeOf(error))
}

function codeOf(error: Pick<GraphQLFormattedError, 'message' | 'extensions'>): string {
  const code = String(error.extensions?.code ?? 'INTERNAL_SERVER_ERROR')
  const isLimit = [TOO_MANY_OVERLAPS, TOO_MANY_FAULTS].includes(error.message)
  if (isLimit || TOO_MANY_TOKENS.test(error.message)) return 'LIMIT_EXCEEDED'
  if (code === 'INTERNAL_SERVER_ERROR' && UNFIT_ARGUMENT.test(error.message)) return 'BAD_USER_INPUT'
  // No operation of that name, or several and none named.
  return code === 'OPERATION_RESOLUTION_FAILURE' ? 'BAD_REQUEST' : code
}

function messageOf({ message }: GraphQLFormattedError, thrown: unknown): string {
  const [, maxTokens] = TOO_MANY_TOKENS.exec(message) ?? []
  if (maxTokens) return `This document has too many tokens; at most ${maxTokens} are allowed.`
  if (message === TOO_MANY_OVERLAPS) return 'This document asks for the same fields too often.'
  const field =
    thrown instanceof GraphQLError && !UNFIT_ARGUMENT.test(message) ? fieldOfLiteral(thrown) : null
  return clipMiddle(field === null ? message : `${field}: ${message}`)
}
