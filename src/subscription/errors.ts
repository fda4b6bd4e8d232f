import { GatewayError } from '../errors.js'
import type { Plan } from './plan.js'

export class PlanNotFoundError extends GatewayError {
  constructor(slug: string, path?: readonly string[]) {
    super('PLAN_NOT_FOUND', `This creator has no plan '${slug}'.`, path && { path })
  }
}

/** The plan takes no new payments; who has paid keeps what was paid for. */
export class PlanClosedError extends GatewayError {
  constructor(slug: string) {
    super('PLAN_CLOSED', `Plan '${slug}' is closed.`)
  }
}

/** Another version than the one that the fan saw is current: `plan`. */
export class PlanChangedError extends GatewayError {
  constructor(readonly plan: Plan) {
    super('PLAN_CHANGED', `Plan '${plan.slug}' has changed since: version ${plan.version} is current.`, {
      path: ['input', 'planVersion'],
    })
  }
}

/** A record that this would refer to is in no committed block yet: the same call succeeds in seconds. */
export class RecordPendingError extends GatewayError {
  constructor(what: 'plan' | 'subscription') {
    super(
      'RECORD_PENDING',
      `The newest record of this ${what} is not committed yet. Try again in a few seconds.`,
      {
        retryable: true,
      },
    )
  }
}

export class NotSubscribedError extends GatewayError {
  constructor(slug: string) {
    super('NOT_SUBSCRIBED', `There is no subscription to plan '${slug}'.`)
  }
}

export class OwnSubscriptionError extends GatewayError {
  constructor() {
    super('NOT_ALLOWED', 'Nobody subscribes to a plan of their own: a creator always has access.', {
      path: ['input', 'creator'],
    })
  }
}
