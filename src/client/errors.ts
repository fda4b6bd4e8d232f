import type { ErrorFieldsFragment, TransactionFieldsFragment } from './generated.js'

/** What the client throws, beside the reason of an aborted signal and InvalidInputError for arguments. */
export abstract class ClientError extends Error {
  /** For programs. */
  abstract readonly code: string
  /** The same call, with the same idempotency key, may succeed later. */
  abstract readonly retryable: boolean

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
  }
}

/** No usable answer: no connection, a deadline, or something else than a gateway. It may have done what was asked. */
export class ConnectionError extends ClientError {
  readonly code = 'CONNECTION_FAILED'
  readonly retryable = true
}

export interface TopLevelError {
  message: string
  path?: readonly (string | number)[]
  extensions?: { code?: string; requestId?: string; retryable?: boolean }
}

/** GraphQL's own `errors`: a malformed request, a session that is over, a limit, a fault, a source without an answer. */
export class GraphQLRequestError extends ClientError {
  readonly code: string
  readonly retryable: boolean
  /** For the operator, who finds it in the log. */
  readonly requestId: string | null

  constructor(
    /** All of them; `code` and the others are the first one's. */
    readonly errors: readonly TopLevelError[],
    readonly status: number,
    /** What could be answered beside the errors. */
    readonly data: unknown,
  ) {
    super(errors.map(({ message }) => message).join(' '))
    const { code, requestId, retryable } = errors[0]?.extensions ?? {}
    this.code = code ?? 'INTERNAL_SERVER_ERROR'
    this.requestId = requestId ?? null
    this.retryable = retryable ?? false
  }
}

/** One error of a payload; `__typename` tells which numbers come with it, and TypeScript whether all are dealt with. */
export type UserError = ErrorFieldsFragment

/** What the caller can mend: the `errors` of a payload, never empty. */
export class UserErrorsError extends ClientError {
  readonly code: UserError['code']
  readonly retryable: boolean
  readonly first: UserError

  constructor(
    readonly errors: readonly [UserError, ...UserError[]],
    /** What a refused submit was about. */
    readonly transaction: TransactionFieldsFragment | null = null,
  ) {
    super(errors.map(({ message }) => message).join(' '))
    this.first = errors[0]
    this.code = this.first.code
    this.retryable = errors.every(({ retryable }) => retryable)
  }
}

/** The gateway's draft is not what was asked for: nothing was signed. */
export class DraftRefusedError extends ClientError {
  readonly code = 'DRAFT_REFUSED'
  readonly retryable = false

  constructor(
    /** What was asked for, in words. */
    readonly asked: string,
    /** What the bytes do, in words. */
    readonly does: string,
    /** Where the two part, one line each. */
    readonly differences: readonly string[],
  ) {
    super(
      [
        'The draft is not what was asked for, and was not signed.',
        `Asked for: ${asked}`,
        `The bytes: ${does}`,
        ...differences.map((difference) => `  - ${difference}`),
      ].join('\n'),
    )
  }
}

/** What the gateway gave to sign is no sign-in to this gateway: nothing was signed. */
export class ChallengeRefusedError extends ClientError {
  readonly code = 'CHALLENGE_REFUSED'
  readonly retryable = false
}

/** The signer's signature is not by its own key over the digest that it was given: nothing was sent. */
export class SignerFaultError extends ClientError {
  readonly code = 'SIGNER_FAULT'
  readonly retryable = false
}

/**
 * It was signed and sent, and what became of it is not known. Ask for the transaction, or repeat the call with this
 * idempotency key: it is executed at most once. Never pay again with another key before that.
 */
export class TransactionUncertainError extends ClientError {
  readonly code = 'TRANSACTION_UNCERTAIN'
  readonly retryable = true

  constructor(
    readonly transactionId: string,
    readonly idempotencyKey: string,
    cause: unknown,
  ) {
    super(
      `It is not known whether transaction ${transactionId} arrived. Repeat with the idempotency key ${idempotencyKey}.`,
      cause,
    )
  }
}

/** The gateway answers for another transaction than the one that was signed. */
export class TransactionMismatchError extends ClientError {
  readonly code = 'TRANSACTION_MISMATCH'
  readonly retryable = false

  constructor(
    readonly signedId: string,
    readonly answeredId: string,
  ) {
    super(`The transaction that was signed is ${signedId}; the gateway answers for ${answeredId}.`)
  }
}

/** A file's bytes were not given: no access, no such file, or a range beyond its end. */
export class FileRefusedError extends ClientError {
  readonly code: string
  readonly retryable: boolean
  /** Why there is no access, as AccessReason; null for other refusals. */
  readonly reason: string | null
  readonly requestId: string | null

  constructor(
    readonly status: number,
    error: { code?: string; message?: string; reason?: string; requestId?: string; retryable?: boolean },
  ) {
    super(error.message ?? `The file was not given: HTTP ${status}.`)
    this.code = error.code ?? `HTTP_${status}`
    this.retryable = error.retryable ?? (status >= 500 || status === 429)
    this.reason = error.reason ?? null
    this.requestId = error.requestId ?? null
  }
}
