import { Field, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { Subscription, SubscriptionPayment } from '../../subscription/subscription.js'
import { AccountObject } from '../account/account.js'
import { Money } from '../account/money.js'
import { connectionOf } from '../relay/connection.js'
import { encodeGlobalId } from '../relay/global-id.js'
import { NodeInterface } from '../relay/node.js'
import { DateTimeScalar } from '../scalars/plain.js'
import { PlanObject } from './plan.js'

const StatusEnum: { [S in Subscription['status']]: S } = {
  PENDING: 'PENDING',
  ACTIVE: 'ACTIVE',
  EXPIRED: 'EXPIRED',
}
registerEnumType(StatusEnum, {
  name: 'SubscriptionStatus',
  description: 'Where a subscription stands now.',
  valuesConfig: {
    PENDING: { description: 'The first payment is on its way and not committed.' },
    ACTIVE: { description: 'Paid: gives access until `expiresAt`.' },
    EXPIRED: { description: 'It was paid, and its time is over.' },
  },
})

@ObjectType('SubscriptionPayment', { description: 'A committed payment that counts.' })
export class PaymentObject {
  @Field(() => Money, { description: 'What the creator got.' })
  readonly paid: Money

  @Field(() => Int, { description: 'How many periods it buys.' })
  readonly periods: number

  @Field(() => DateTimeScalar, { nullable: true, description: 'From when.' })
  readonly startsAt: Date | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when; 9999-12-31 for a plan for good.' })
  readonly endsAt: Date | null

  constructor(readonly payment: SubscriptionPayment) {
    this.paid = new Money(payment.paidNanos)
    this.periods = payment.periods
    this.startsAt = payment.startsAt
    this.endsAt = payment.endsAt
  }
}

/** The class has another name than the type: `Subscription` is also type-graphql's decorator. */
@ObjectType('Subscription', {
  implements: NodeInterface,
  description: 'A fan’s subscription to a creator’s plan, as the chain has it.',
})
export class FanSubscription extends NodeInterface {
  @Field(() => AccountObject, { description: 'Who pays.' })
  readonly fan: AccountObject

  @Field(() => AccountObject, { description: 'Who is paid.' })
  readonly creator: AccountObject

  @Field(() => PlanObject, { description: 'The plan as it is now.' })
  readonly plan: PlanObject

  @Field(() => StatusEnum, { description: 'Where it stands now.' })
  readonly status: Subscription['status']

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Start of the present unbroken run; null while PENDING.',
  })
  readonly startsAt: Date | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When access ends or ended; null while PENDING.',
  })
  readonly expiresAt: Date | null

  @Field(() => [PaymentObject], { description: 'The payments that count, newest first.' })
  readonly payments: PaymentObject[]

  constructor(subscription: Subscription) {
    super(encodeGlobalId('Subscription', subscription.fan, subscription.creator, subscription.slug))
    this.fan = new AccountObject(subscription.fan)
    this.creator = new AccountObject(subscription.creator)
    this.plan = new PlanObject(subscription.plan)
    this.status = subscription.status
    this.startsAt = subscription.startsAt
    this.expiresAt = subscription.expiresAt
    this.payments = subscription.payments.map((payment) => new PaymentObject(payment))
  }
}

export const SubscriptionConnection = connectionOf(FanSubscription, 'Subscription')
