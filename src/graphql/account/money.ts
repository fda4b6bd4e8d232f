import { Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql'
import { usdCents } from '../../account/usd-cents.js'
import type { RequestContext } from '../../context.js'
import { formatDeso } from '../../protocol/amounts.js'
import { NanosScalar } from '../scalars/integers.js'

@ObjectType({ description: 'An amount of DESO.' })
export class Money {
  @Field(() => NanosScalar, { description: 'In nanos: exact.' })
  readonly nanos: bigint

  constructor(nanos: bigint) {
    this.nanos = nanos
  }

  @Field(() => String, { description: 'In DESO, e.g. "1.5": exact.' })
  get deso(): string {
    return formatDeso(this.nanos)
  }
}

@Resolver(() => Money)
export class MoneyResolver {
  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'In US cents at the node’s present rate, rounded; null when the node knows no rate, or for sums beyond Int.',
  })
  usdCents(@Root() money: Money, @Ctx() ctx: RequestContext): Promise<number | null> {
    return usdCents(ctx, money.nanos)
  }
}
