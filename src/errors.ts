/**
 * What can go wrong, as data: one base class whose `code` is the API's ErrorCode, so that GraphQL and REST
 * map it without looking at messages. Rooms subclass it only to carry numbers.
 */
export const ERROR_CODES = [
  'INVALID_INPUT',
  'NOT_SIGNED_IN',
  'NOT_ALLOWED',
  'ACCOUNT_NOT_FOUND',
  'CONTENT_NOT_FOUND',
  'PLAN_NOT_FOUND',
  'PLAN_CLOSED',
  'RECORD_PENDING',
  'PLAN_CHANGED',
  'NOT_SUBSCRIBED',
  'INSUFFICIENT_FUNDS',
  'TRANSACTION_REJECTED',
  'INVALID_SIGNATURE',
  'MALFORMED_TRANSACTION',
  'DRAFT_EXPIRED',
  'IDEMPOTENCY_CONFLICT',
  'UPLOAD_TOO_LARGE',
  'UNSUPPORTED_POLICY',
  'NODE_UNAVAILABLE',
  'STORAGE_UNAVAILABLE',
  'STORAGE_FULL',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

export interface GatewayErrorOptions {
  /** Where in the input the fault lies, e.g. ['input', 'slug']. */
  path?: readonly string[]
  /** The same call may succeed later, unchanged. Default false. */
  retryable?: boolean
  cause?: unknown
}

/** Base of every error that a caller can meet. `message` is for people and never holds a stack or a secret. */
export class GatewayError extends Error {
  readonly code: ErrorCode
  readonly path: readonly string[] | undefined
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.path = options.path
    this.retryable = options.retryable ?? false
  }
}

/** A value that is not allowed: `path` names the field, the message the limit. */
export class InvalidInputError extends GatewayError {
  constructor(message: string, path?: readonly string[], cause?: unknown) {
    super('INVALID_INPUT', message, { ...(path && { path }), cause })
  }
}

export class NotSignedInError extends GatewayError {
  constructor(message = 'Sign in first: this needs a bearer token.') {
    super('NOT_SIGNED_IN', message)
  }
}

/** No DeSo node gave a usable answer in time. Says nothing about whether a submitted transaction arrived. */
export class NodeUnavailableError extends GatewayError {
  constructor(message: string, cause?: unknown) {
    super('NODE_UNAVAILABLE', message, { retryable: true, cause })
  }
}

export class StorageUnavailableError extends GatewayError {
  constructor(
    message: string,
    cause?: unknown,
    code: 'STORAGE_UNAVAILABLE' | 'STORAGE_FULL' = 'STORAGE_UNAVAILABLE',
  ) {
    super(code, message, { retryable: true, cause })
  }
}

/** No room left, or a quota of the disk is used up. Retryable: room is made by whoever operates, or by a collection. */
export class StorageFullError extends StorageUnavailableError {
  constructor(message: string, cause?: unknown) {
    super(message, cause, 'STORAGE_FULL')
  }
}

/** Does a system error say that a disk, or a quota on it, is full? */
export function isDiskFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** Nobody waits for the answer any more: the reason with which a request's signal aborts. No fault, and no news. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError'

  constructor() {
    super('The client is gone.')
  }
}

/** Both in nanos. */
export class InsufficientFundsError extends GatewayError {
  constructor(
    readonly required: bigint,
    readonly available: bigint,
  ) {
    super('INSUFFICIENT_FUNDS', `This needs ${required} nanos, the signer has ${available}.`)
  }
}

/** The chain refused the transaction: `rule` is the node's rule name (RuleError…), `detail` its text. */
export class TransactionRejectedError extends GatewayError {
  constructor(
    readonly rule: string,
    readonly detail: string,
  ) {
    super('TRANSACTION_REJECTED', `The chain refuses this transaction: ${rule}.`)
  }
}

/** `limit` in bytes (or files, as the message says). */
export class UploadTooLargeError extends GatewayError {
  constructor(
    readonly limit: bigint,
    message: string,
    path?: readonly string[],
  ) {
    super('UPLOAD_TOO_LARGE', message, path && { path })
  }
}
