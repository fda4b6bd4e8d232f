import type { AccessReason } from '../access/decision.js'
import { GatewayError } from '../errors.js'

/** No such content: unknown, hidden, or a post whose fields, policy or manifest do not hold. */
export class ContentNotFoundError extends GatewayError {
  constructor(message = 'There is no such content.') {
    super('CONTENT_NOT_FOUND', message)
  }
}

/** The account may not have the bytes. */
export class AccessDeniedError extends GatewayError {
  constructor(readonly reason: AccessReason) {
    super(
      reason === 'NOT_SIGNED_IN' ? 'NOT_SIGNED_IN' : 'NOT_ALLOWED',
      reason === 'NOT_SIGNED_IN' ? 'Sign in first: this content is not public.' : `No access: ${reason}.`,
    )
  }
}

/** The policy has a rule that this gateway cannot enforce, so it would lock everybody out. */
export class UnsupportedPolicyError extends GatewayError {
  constructor(rule: string) {
    super(
      'UNSUPPORTED_POLICY',
      `This gateway cannot enforce the rule ${rule} yet: use PUBLIC and PLAN:<slug>.`,
      {
        path: ['input', 'policy'],
      },
    )
  }
}
