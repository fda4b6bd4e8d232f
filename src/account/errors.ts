import { GatewayError } from '../errors.js'

/** Something is wrong with a signed challenge; which part is not told, as only an attacker would learn from it. */
export class InvalidChallengeError extends GatewayError {
  constructor() {
    super(
      'INVALID_SIGNATURE',
      'The challenge or its signature does not hold. Ask for a new challenge and sign it.',
    )
  }
}

/** A bearer token that is no valid session of this gateway now: HTTP 401, a top-level error with this code. */
export class UnauthenticatedError extends Error {
  readonly code = 'UNAUTHENTICATED'

  constructor(message = 'The access token is not valid, or no longer. Sign in again.', cause?: unknown) {
    super(message, { cause })
    this.name = new.target.name
  }
}
