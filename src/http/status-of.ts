import type { ErrorCode } from '../errors.js'

/** The HTTP status of each domain error, for REST and for bytes. Exhaustive: a new code must choose. */
const STATUS: { readonly [C in ErrorCode]: number } = {
  INVALID_INPUT: 400,
  NOT_SIGNED_IN: 401,
  NOT_ALLOWED: 403,
  ACCOUNT_NOT_FOUND: 404,
  CONTENT_NOT_FOUND: 404,
  PLAN_NOT_FOUND: 404,
  PLAN_CLOSED: 409,
  RECORD_PENDING: 409,
  PLAN_CHANGED: 409,
  NOT_SUBSCRIBED: 409,
  INSUFFICIENT_FUNDS: 402,
  TRANSACTION_REJECTED: 400,
  INVALID_SIGNATURE: 400,
  MALFORMED_TRANSACTION: 400,
  DRAFT_EXPIRED: 409,
  IDEMPOTENCY_CONFLICT: 409,
  UPLOAD_TOO_LARGE: 413,
  UNSUPPORTED_POLICY: 400,
  NODE_UNAVAILABLE: 502,
  STORAGE_UNAVAILABLE: 502,
  STORAGE_FULL: 507,
}

/** Codes of the request itself: Apollo's, and LIMIT_EXCEEDED. */
const REQUEST_STATUS: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  BAD_USER_INPUT: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  LIMIT_EXCEEDED: 400,
  UNAUTHENTICATED: 401,
}

/** The status of an error code; 500 for a fault. */
export function statusOf(code: string): number {
  return Object.hasOwn(STATUS, code) ? STATUS[code as ErrorCode] : (REQUEST_STATUS[code] ?? 500)
}
