import { Field, InterfaceType, ObjectType, registerEnumType } from 'type-graphql'
import {
  ERROR_CODES,
  type ErrorCode,
  type GatewayError,
  type TransactionRejectedError,
} from '../../errors.js'
import { ByteSizeScalar, NanosScalar } from '../scalars/integers.js'

export const ErrorCodeEnum = Object.fromEntries(ERROR_CODES.map((code) => [code, code])) as {
  [C in ErrorCode]: C
}

const MEANINGS: { [C in ErrorCode]: string } = {
  INVALID_INPUT: 'A value is not allowed; `path` names it, the message the limit.',
  NOT_SIGNED_IN: 'This needs a bearer token, and none came.',
  NOT_ALLOWED: 'The signer may not do this, e.g. subscribe to their own plan.',
  ACCOUNT_NOT_FOUND: 'No such account.',
  CONTENT_NOT_FOUND: 'No such content, or it is hidden or malformed.',
  PLAN_NOT_FOUND: 'The creator has no plan of that slug.',
  PLAN_CLOSED: 'The plan is closed to new payments.',
  RECORD_PENDING: 'A record that this would refer to is not committed yet. Try again in seconds.',
  PLAN_CHANGED: 'Another version of the plan is current than the one named.',
  NOT_SUBSCRIBED: 'There is no such subscription.',
  INSUFFICIENT_FUNDS: 'The signer’s balance does not cover amount and fee.',
  TRANSACTION_REJECTED: 'The chain refused the transaction.',
  INVALID_SIGNATURE: 'The signature is not a valid one by that key over those bytes.',
  MALFORMED_TRANSACTION: 'The bytes are not a canonical DeSo transaction.',
  DRAFT_EXPIRED: 'The draft can no longer be used.',
  IDEMPOTENCY_CONFLICT: 'The idempotency key was used for something else.',
  UPLOAD_TOO_LARGE: 'A file, or their number, passes the limit.',
  UNSUPPORTED_POLICY: 'The policy has a rule that this gateway cannot enforce.',
  NODE_UNAVAILABLE: 'No DeSo node gave an answer in time. Retryable.',
  STORAGE_UNAVAILABLE: 'IPFS gave no answer in time. Retryable.',
  STORAGE_FULL:
    'No room left to store this; nothing was kept. Retryable: the operator makes room, or a collection does.',
}

registerEnumType(ErrorCodeEnum, {
  name: 'ErrorCode',
  description: 'What went wrong, for programs.',
  valuesConfig: Object.fromEntries(
    Object.entries(MEANINGS).map(([code, description]) => [code, { description }]),
  ),
})

@InterfaceType('UserError', {
  description: 'Something that the caller can cause and mend: data, not a fault.',
})
export abstract class UserError {
  @Field(() => ErrorCodeEnum, { description: 'For programs.' })
  code!: ErrorCode

  @Field(() => String, { description: 'For people.' })
  message!: string

  @Field(() => [String], { nullable: true, description: 'Where in the arguments the fault lies.' })
  path!: readonly string[] | null

  @Field(() => Boolean, { description: 'The same call may succeed later, unchanged.' })
  retryable!: boolean
}

/** The interface's fields, from the domain's error. */
export function userErrorFields(error: GatewayError): UserError {
  return {
    code: error.code,
    message: error.message,
    path: error.path ?? null,
    retryable: error.retryable,
  }
}

/** A UserError type without fields of its own. */
function plainError(name: string, description: string): new () => UserError {
  @ObjectType(name, { implements: UserError, description })
  class PlainError extends UserError {}
  return PlainError
}

@ObjectType({ implements: UserError, description: 'INSUFFICIENT_FUNDS, with the sums.' })
export class InsufficientFunds extends UserError {
  @Field(() => NanosScalar, { description: 'Amount and fee together, in nanos.' })
  required!: bigint

  @Field(() => NanosScalar, { description: 'The signer’s balance, in nanos.' })
  available!: bigint
}

@ObjectType({ implements: UserError, description: 'TRANSACTION_REJECTED, with the chain’s rule.' })
export class TransactionRejected extends UserError {
  @Field(() => String, { description: 'The name of the rule, e.g. RuleErrorInsufficientBalance.' })
  rule!: string

  @Field(() => String, { description: 'The node’s own words.' })
  detail!: string

  static of(error: TransactionRejectedError): TransactionRejected {
    return Object.assign(new TransactionRejected(), userErrorFields(error), {
      rule: error.rule,
      detail: error.detail,
    })
  }
}

@ObjectType({ implements: UserError, description: 'IDEMPOTENCY_CONFLICT, with what differs.' })
export class IdempotencyConflict extends UserError {
  @Field(() => [String], {
    description:
      'In what the two requests differ: names of the input, an element of a list as `files.2`; `operation` where the key is another operation’s. Empty where that is no longer known.',
  })
  differs!: string[]
}

@ObjectType({ implements: UserError, description: 'UPLOAD_TOO_LARGE, with the limit.' })
export class UploadTooLarge extends UserError {
  @Field(() => ByteSizeScalar, { description: 'In bytes (where there are too many files: their number).' })
  limit!: bigint
}

/** Types of errors that carry nothing but the interface's fields. PlanChanged and DraftExpired stand with their rooms. */
export const PLAIN_ERRORS = {
  INVALID_INPUT: plainError('InvalidInput', MEANINGS.INVALID_INPUT),
  NOT_SIGNED_IN: plainError('NotSignedIn', MEANINGS.NOT_SIGNED_IN),
  NOT_ALLOWED: plainError('NotAllowed', MEANINGS.NOT_ALLOWED),
  ACCOUNT_NOT_FOUND: plainError('AccountNotFound', MEANINGS.ACCOUNT_NOT_FOUND),
  CONTENT_NOT_FOUND: plainError('ContentNotFound', MEANINGS.CONTENT_NOT_FOUND),
  PLAN_NOT_FOUND: plainError('PlanNotFound', MEANINGS.PLAN_NOT_FOUND),
  PLAN_CLOSED: plainError('PlanClosed', MEANINGS.PLAN_CLOSED),
  RECORD_PENDING: plainError('RecordPending', MEANINGS.RECORD_PENDING),
  NOT_SUBSCRIBED: plainError('NotSubscribed', MEANINGS.NOT_SUBSCRIBED),
  INVALID_SIGNATURE: plainError('InvalidSignature', MEANINGS.INVALID_SIGNATURE),
  MALFORMED_TRANSACTION: plainError('MalformedTransaction', MEANINGS.MALFORMED_TRANSACTION),
  UNSUPPORTED_POLICY: plainError('UnsupportedPolicy', MEANINGS.UNSUPPORTED_POLICY),
  NODE_UNAVAILABLE: plainError('NodeUnavailable', MEANINGS.NODE_UNAVAILABLE),
  STORAGE_UNAVAILABLE: plainError('StorageUnavailable', MEANINGS.STORAGE_UNAVAILABLE),
  STORAGE_FULL: plainError('StorageFull', MEANINGS.STORAGE_FULL),
} satisfies Partial<Record<ErrorCode, new () => UserError>>
