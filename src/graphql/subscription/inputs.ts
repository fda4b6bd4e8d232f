import { Field, InputType, Int } from 'type-graphql'
import type { PublicKey } from '../../deso/keys.js'
import { SlugScalar, TransactionIdScalar } from '../scalars/identifiers.js'
import { NanosScalar } from '../scalars/integers.js'
import { PublicKeyType } from '../scalars/public-key.js'
import { DraftInput } from '../transaction/draft-input.js'

@InputType({ description: 'A plan, or a new version of one.' })
export class CreatePlanInput extends DraftInput {
  @Field(() => SlugScalar, { description: 'Its name. The same slug again is a new version.' })
  slug!: string

  @Field(() => String, { description: 'For people: 1 to 256 bytes of UTF-8.' })
  title!: string

  @Field(() => NanosScalar, { description: 'Price of one period in nanos, at least 1.' })
  priceNanos!: bigint

  @Field(() => Int, { description: '60 to 315360000 seconds (10 years), or 0: bought once, for good.' })
  periodSeconds!: number
}

@InputType({ description: 'A plan to close.' })
export class ClosePlanInput extends DraftInput {
  @Field(() => SlugScalar, { description: 'Which.' })
  slug!: string
}

@InputType({ description: 'A subscription to pay for.' })
export class SubscribeInput extends DraftInput {
  @Field(() => PublicKeyType, { description: 'Whose plan.' })
  creator!: PublicKey

  @Field(() => SlugScalar, { description: 'Which plan.' })
  plan!: string

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description: 'How many periods to pay for: 1 to 1200; 1 for a plan for good.',
  })
  periods?: number | null

  @Field(() => TransactionIdScalar, {
    nullable: true,
    description:
      'The version that the fan saw (`Plan.version`): if another is current, PLAN_CHANGED. Always send it.',
  })
  planVersion?: string | null
}

@InputType({ description: 'A subscription to end.' })
export class UnsubscribeInput extends DraftInput {
  @Field(() => PublicKeyType, { description: 'Whose plan.' })
  creator!: PublicKey

  @Field(() => SlugScalar, { description: 'Which plan.' })
  plan!: string
}
