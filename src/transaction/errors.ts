import { GatewayError } from '../errors.js'
import type { TransactionView } from './view.js'

/** The draft's time is over; with `transaction` set it was mined after all, so do not pay again. */
export class DraftExpiredError extends GatewayError {
  constructor(
    message: string,
    readonly transaction: TransactionView | null = null,
  ) {
    super('DRAFT_EXPIRED', message)
  }
}

/** The idempotency key already stands for another operation or input. */
export class IdempotencyConflictError extends GatewayError {
  constructor(
    /** Names of the input, an element of a list as `files.2`; `operation` where the key is another operation's. */
    readonly differs: readonly string[],
  ) {
    const how = differs.length > 0 ? ` (it differs in: ${differs.join(', ')})` : ''
    super(
      'IDEMPOTENCY_CONFLICT',
      `This idempotency key was used for another request of this signer${how}. Take a new key for a new request.`,
      { path: ['input', 'idempotencyKey'] },
    )
  }
}

/** The bytes decode, but nobody entitled has signed them. */
export class InvalidSignatureError extends GatewayError {
  constructor(message: string) {
    super('INVALID_SIGNATURE', message)
  }
}

/** A search through the blocks that had to come to an end took too long; asked again, it goes on from there. */
export class StillSearchingError extends GatewayError {
  constructor() {
    super('NODE_UNAVAILABLE', 'The chain is still being looked through for this transaction. Try again.', {
      retryable: true,
    })
  }
}
