import { Field, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { Plan } from '../../subscription/plan.js'
import { AccountObject } from '../account/account.js'
import { Money } from '../account/money.js'
import { connectionOf } from '../relay/connection.js'
import { encodeGlobalId } from '../relay/global-id.js'
import { NodeInterface } from '../relay/node.js'
import { SlugScalar, TransactionIdScalar } from '../scalars/identifiers.js'

const PlanStateEnum: { [S in Plan['state']]: S } = { OPEN: 'OPEN', CLOSED: 'CLOSED' }
registerEnumType(PlanStateEnum, {
  name: 'PlanState',
  description: 'Whether a plan is sold.',
  valuesConfig: {
    OPEN: { description: 'On sale.' },
    CLOSED: { description: 'No longer sold; who has paid keeps access.' },
  },
})

@ObjectType('Plan', {
  implements: NodeInterface,
  description: 'What a creator sells: access for a period, at a price. Read from committed transactions.',
})
export class PlanObject extends NodeInterface {
  @Field(() => AccountObject, { description: 'Who sells it.' })
  readonly creator: AccountObject

  @Field(() => SlugScalar, { description: 'Its name among the creator’s plans, stable over versions.' })
  readonly slug: string

  @Field(() => String, { description: 'For people.' })
  readonly title: string

  @Field(() => Money, { description: 'Of one period.' })
  readonly price: Money

  @Field(() => Int, { description: 'Length of a period in seconds; 0: bought once, for good.' })
  readonly periodSeconds: number

  @Field(() => PlanStateEnum, { description: 'Whether it is sold.' })
  readonly state: Plan['state']

  @Field(() => TransactionIdScalar, {
    description: 'The transaction that made this version: pass it as `planVersion`.',
  })
  readonly version: string

  constructor(plan: Plan) {
    super(encodeGlobalId('Plan', plan.creator, plan.slug))
    this.creator = new AccountObject(plan.creator)
    this.slug = plan.slug
    this.title = plan.title
    this.price = new Money(plan.priceNanos)
    this.periodSeconds = plan.periodSeconds
    this.state = plan.state
    this.version = plan.version
  }
}

export const PlanConnection = connectionOf(PlanObject, 'Plan')
