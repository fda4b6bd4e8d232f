import { unwrapResolverError } from '@apollo/server/errors'
import type { GraphQLFormattedError } from 'graphql'
import type { Logger } from 'pino'
import { GatewayError } from '../../errors.js'

/** Codes that say enough by themselves; anything else is a fault and is masked. */
const OPEN_CODES = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'LIMIT_EXCEEDED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'UNAUTHENTICATED',
])

/**
 * Top-level errors as clients see them: `code`, `retryable`, never a stack. A domain error that reached the top (a
 * field whose node did not answer) keeps its code; a fault becomes INTERNAL_SERVER_ERROR and is logged in full.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  thrown: unknown,
  log: Logger,
): GraphQLFormattedError {
  const cause = unwrapResolverError(thrown)
  const { locations, path } = formatted
  const where = { ...(locations && { locations }), ...(path && { path }) }
  if (cause instanceof GatewayError) {
    const extensions = { code: cause.code, retryable: cause.retryable }
    return { message: cause.message, ...where, extensions }
  }
  const code = codeOf(formatted)
  if (OPEN_CODES.has(code))
    return { message: formatted.message, ...where, extensions: { code, retryable: false } }
  log.error({ err: cause, path }, 'resolver failed')
  const extensions = { code: 'INTERNAL_SERVER_ERROR', retryable: false }
  return {
    message: 'Something went wrong here. The operator finds it in the log by the request id.',
    ...where,
    extensions,
  }
}

function codeOf(error: GraphQLFormattedError): string {
  const code = String(error.extensions?.code ?? 'INTERNAL_SERVER_ERROR')
  // graphql-js reports its token limit as a syntax error.
  if (code === 'GRAPHQL_PARSE_FAILED' && / more than \d+ tokens/.test(error.message)) return 'LIMIT_EXCEEDED'
  return code
}
