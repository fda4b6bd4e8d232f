import { Field, ObjectType, registerEnumType } from 'type-graphql'
import type { AccessDecision, AccessReason } from '../../access/decision.js'
import { DateTimeScalar } from '../scalars/plain.js'
import { BlockRefObject } from '../transaction/block-ref.js'

const MEANINGS: { [R in AccessReason]: string } = {
  PUBLIC: 'Everybody may have it.',
  CREATOR: 'The account published it.',
  SUBSCRIBED: 'A committed payment runs.',
  NOT_SIGNED_IN: 'Nobody is signed in, and it is not public.',
  NOT_SUBSCRIBED: 'No payment that counts.',
  EXPIRED: 'A payment counted, and its time is over.',
  UNDERPAID: 'The record is there, its payment too small.',
  NOT_COMMITTED: 'The payment is on its way. In the mempool is not paid.',
}
const ReasonEnum = Object.fromEntries(Object.keys(MEANINGS).map((reason) => [reason, reason])) as {
  [R in AccessReason]: R
}
registerEnumType(ReasonEnum, {
  name: 'AccessReason',
  description: 'Why access is granted or not.',
  valuesConfig: Object.fromEntries(
    Object.entries(MEANINGS).map(([reason, description]) => [reason, { description }]),
  ),
})

@ObjectType('AccessEvidence', {
  description: 'A committed transaction on which a decision rests: anyone can check it.',
})
export class EvidenceObject {
  @Field(() => String, { description: 'What it shows, in one sentence.' })
  readonly meaning: string

  constructor(readonly evidence: AccessDecision['evidence'][number]) {
    this.meaning = evidence.meaning
  }
}

@ObjectType('Access', {
  description: 'May an account have the bytes? Decided from committed transactions alone.',
})
export class AccessObject {
  @Field(() => Boolean, { description: 'Denied is the default.' })
  readonly granted: boolean

  @Field(() => ReasonEnum, { description: 'Why.' })
  readonly reason: AccessReason

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it ends; null for PUBLIC and CREATOR, and where access is not granted.',
  })
  readonly expiresAt: Date | null

  @Field(() => [EvidenceObject], { description: 'The committed transactions that it rests on.' })
  readonly evidence: EvidenceObject[]

  @Field(() => BlockRefObject, { description: 'The committed tip at which it was decided.' })
  readonly checkedAt: BlockRefObject

  constructor(decision: AccessDecision) {
    this.granted = decision.granted
    this.reason = decision.reason
    this.expiresAt = decision.expiresAt
    this.evidence = decision.evidence.map((evidence) => new EvidenceObject(evidence))
    this.checkedAt = new BlockRefObject(decision.checkedAt)
  }
}
