import {
  type ErrorCode,
  GatewayError,
  InsufficientFundsError,
  TransactionRejectedError,
  UploadTooLargeError,
} from '../../errors.js'
import { MAX_NANOS } from '../../protocol/amounts.js'
import { PlanChangedError } from '../../subscription/errors.js'
import { DraftExpiredError, IdempotencyConflictError } from '../../transaction/errors.js'
import { DraftExpired, PlanChanged } from './draft-errors.js'
import {
  IdempotencyConflict,
  InsufficientFunds,
  PLAIN_ERRORS,
  TransactionRejected,
  UploadTooLarge,
  type UserError,
  userErrorFields,
} from './user-errors.js'

/** The GraphQL object of a domain error; a fault that no caller can cause is thrown on. */
export function toUserError(error: unknown): UserError {
  if (!(error instanceof GatewayError)) throw error
  if (error instanceof TransactionRejectedError) return TransactionRejected.of(error)
  if (error instanceof PlanChangedError) return PlanChanged.of(error)
  if (error instanceof DraftExpiredError) return DraftExpired.of(error)
  const fields = userErrorFields(error)
  if (error instanceof InsufficientFundsError) {
    return Object.assign(new InsufficientFunds(), fields, {
      required: error.required > MAX_NANOS ? MAX_NANOS : error.required,
      available: error.available,
    })
  }
  if (error instanceof IdempotencyConflictError) {
    return Object.assign(new IdempotencyConflict(), fields, { differs: [...error.differs] })
  }
  if (error instanceof UploadTooLargeError) {
    return Object.assign(new UploadTooLarge(), fields, { limit: error.limit })
  }
  return Object.assign(new (plainType(error.code))(), fields)
}

/** The type of a code whose errors carry nothing more. */
function plainType(code: ErrorCode): new () => UserError {
  const types: Partial<Record<ErrorCode, new () => UserError>> = PLAIN_ERRORS
  const type = types[code]
  if (!type) throw new TypeError(`no GraphQL type for the error code ${code}`)
  return type
}

/** Runs a verb and answers its result, or the errors that the caller caused. */
export async function asPayload<T extends object>(
  run: () => Promise<T>,
): Promise<(T & { errors: UserError[] }) | { errors: UserError[] }> {
  try {
    return { ...(await run()), errors: [] }
  } catch (error) {
    return { errors: [toUserError(error)] }
  }
}
