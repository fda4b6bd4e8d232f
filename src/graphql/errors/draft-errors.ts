import { Field, ObjectType } from 'type-graphql'
import type { PlanChangedError } from '../../subscription/errors.js'
import type { DraftExpiredError } from '../../transaction/errors.js'
import { PlanObject } from '../subscription/plan.js'
import { TransactionObject } from '../transaction/transaction.js'
import { UserError, userErrorFields } from './user-errors.js'

@ObjectType({
  implements: UserError,
  description: 'PLAN_CHANGED, with the plan as it is now: show it, and draft again if the user agrees.',
})
export class PlanChanged extends UserError {
  @Field(() => PlanObject, { description: 'The current version.' })
  plan!: PlanObject

  static of(error: PlanChangedError): PlanChanged {
    return Object.assign(new PlanChanged(), userErrorFields(error), { plan: new PlanObject(error.plan) })
  }
}

@ObjectType({ implements: UserError, description: 'DRAFT_EXPIRED: the draft can no longer be used.' })
export class DraftExpired extends UserError {
  @Field(() => TransactionObject, {
    nullable: true,
    description: 'Set if it was mined after all: do not pay again.',
  })
  transaction!: TransactionObject | null

  static of(error: DraftExpiredError): DraftExpired {
    return Object.assign(new DraftExpired(), userErrorFields(error), {
      transaction: error.transaction && new TransactionObject(error.transaction),
    })
  }
}
