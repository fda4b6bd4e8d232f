import { createUnionType, Field, ObjectType } from 'type-graphql'
import type { PublicKey } from '../../deso/keys.js'
import type { Policy } from '../../protocol/policy.js'
import { SlugScalar } from '../scalars/identifiers.js'

@ObjectType({ description: 'Everybody may have the bytes, signed in or not.' })
export class PublicRule {
  @Field(() => String, { description: 'As written on chain: `PUBLIC`.' })
  readonly text: string = 'PUBLIC'
}

@ObjectType({ description: 'Who has a running subscription to one of the creator’s plans.' })
export class PlanRule {
  @Field(() => String, { description: 'As written on chain, e.g. `PLAN:gold`.' })
  readonly text: string

  @Field(() => SlugScalar, { description: 'Which plan.' })
  readonly slug: string

  constructor(
    slug: string,
    readonly creator: PublicKey,
  ) {
    this.slug = slug
    this.text = `PLAN:${slug}`
  }
}

export const AccessRule = createUnionType({
  name: 'AccessRule',
  description:
    'One way to have access. More kinds will come: read `AccessPolicy.text` for those not listed here.',
  types: () => [PublicRule, PlanRule] as const,
})

@ObjectType({ description: 'Who may have the bytes of a content, as its post says.' })
export class AccessPolicy {
  @Field(() => String, { description: 'As written on chain.' })
  readonly text: string

  @Field(() => [AccessRule], {
    description:
      'Any one of them suffices. A rule that this gateway does not know grants nothing and is not listed.',
  })
  readonly rules: (PublicRule | PlanRule)[]

  constructor(policy: Policy, creator: PublicKey) {
    this.text = policy.text
    this.rules = policy.rules.flatMap((rule) => {
      if (rule.kind === 'PUBLIC') return [new PublicRule()]
      if (rule.kind === 'PLAN') return [new PlanRule(rule.slug, creator)]
      return []
    })
  }
}
