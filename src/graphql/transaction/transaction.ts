import { Field, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { Draft } from '../../transaction/draft-request.js'
import type { TransactionPreview } from '../../transaction/preview.js'
import type { TransactionStatus, TransactionView } from '../../transaction/view.js'
import { AccountObject } from '../account/account.js'
import { Money } from '../account/money.js'
import { TransactionRejected } from '../errors/user-errors.js'
import { encodeGlobalId } from '../relay/global-id.js'
import { NodeInterface } from '../relay/node.js'
import { HexScalar, TransactionIdScalar } from '../scalars/identifiers.js'
import { BlockRefObject } from './block-ref.js'
import { TransactionKindEnum, type TransactionKindName } from './kinds.js'

const StatusEnum: { [S in TransactionStatus]: S } = {
  PENDING: 'PENDING',
  COMMITTED: 'COMMITTED',
  REJECTED: 'REJECTED',
  EXPIRED: 'EXPIRED',
  UNKNOWN: 'UNKNOWN',
}
registerEnumType(StatusEnum, {
  name: 'TransactionStatus',
  description: 'What became of a transaction.',
  valuesConfig: {
    PENDING: { description: 'Sent, in no committed block yet. Never paid.' },
    COMMITTED: { description: 'In a committed block: final.' },
    REJECTED: { description: 'A node refused it. It stays so unless it is mined after all.' },
    EXPIRED: { description: 'Its nonce ran out, and no form of it was mined.' },
    UNKNOWN: { description: 'Nothing is known of it now, which says nothing about its end.' },
  },
})

@ObjectType({ description: 'DESO that a transaction pays out.' })
export class TransactionOutput {
  @Field(() => AccountObject, { description: 'Who gets it.' })
  readonly to: AccountObject

  @Field(() => Money, { description: 'How much.' })
  readonly amount: Money

  constructor(output: TransactionPreview['outputs'][number]) {
    this.to = new AccountObject(output.to)
    this.amount = new Money(output.amountNanos)
  }
}

@ObjectType('TransactionPreview', { description: 'What a transaction will do, read from its bytes.' })
export class PreviewObject {
  @Field(() => TransactionKindEnum, { description: 'What it is for.' })
  readonly kind: TransactionKindName

  @Field(() => String, { description: 'One sentence: who pays what to whom, for what.' })
  readonly summary: string

  @Field(() => [TransactionOutput], { description: 'Every payment that it makes.' })
  readonly outputs: TransactionOutput[]

  @Field(() => Money, { description: 'The network fee.' })
  readonly fee: Money

  @Field(() => Money, { description: 'All that leaves the signer’s balance.' })
  readonly spend: Money

  constructor(preview: TransactionPreview) {
    this.kind = preview.kind
    this.summary = preview.summary
    this.outputs = preview.outputs.map((output) => new TransactionOutput(output))
    this.fee = new Money(preview.feeNanos)
    this.spend = new Money(preview.spendNanos)
  }
}

@ObjectType({
  description:
    'An unsigned transaction: the gateway says what will happen, the user signs, the gateway submits.',
})
export class TransactionDraft {
  @Field(() => TransactionKindEnum, { description: 'What it is for.' })
  readonly kind: TransactionKindName

  @Field(() => HexScalar, {
    description:
      'Sign the double SHA-256 of these bytes with the signer’s key (DER ECDSA, low S). Decode them yourself first: they are all that counts.',
  })
  readonly unsignedHex: string

  @Field(() => AccountObject, { description: 'Who must sign, and pays.' })
  readonly signer: AccountObject

  @Field(() => PreviewObject, { description: 'What the bytes do.' })
  readonly preview: PreviewObject

  @Field(() => Int, { description: 'The chain executes it in no block above this height.' })
  readonly expiresAtHeight: number

  constructor(draft: Draft) {
    this.kind = draft.kind
    this.unsignedHex = draft.unsignedHex
    this.signer = new AccountObject(draft.signer)
    this.preview = new PreviewObject(draft.preview)
    this.expiresAtHeight = draft.expiresAtHeight
  }
}

@ObjectType('Transaction', {
  implements: NodeInterface,
  description: 'A signed transaction as far as this gateway can tell.',
})
export class TransactionObject extends NodeInterface {
  @Field(() => TransactionIdScalar, { description: 'Double SHA-256 of the signed bytes.' })
  readonly transactionId: string

  @Field(() => TransactionKindEnum, { description: 'What it is for.' })
  readonly kind: TransactionKindName

  @Field(() => StatusEnum, { description: 'What became of it.' })
  readonly status: TransactionStatus

  @Field(() => AccountObject, {
    nullable: true,
    description: 'Who acts and pays; null while its bytes are not known.',
  })
  readonly signer: AccountObject | null

  @Field(() => [TransactionOutput], { description: 'Every payment that it makes.' })
  readonly outputs: TransactionOutput[]

  @Field(() => Money, { nullable: true, description: 'The network fee; null while its bytes are not known.' })
  readonly fee: Money | null

  @Field(() => BlockRefObject, { nullable: true, description: 'The committed block that holds it.' })
  readonly block: BlockRefObject | null

  @Field(() => TransactionRejected, { nullable: true, description: 'Why, when REJECTED.' })
  readonly rejection: TransactionRejected | null

  constructor(view: TransactionView) {
    super(encodeGlobalId('Transaction', view.id))
    this.transactionId = view.id
    this.kind = view.kind
    this.status = view.status
    this.signer = view.signer && new AccountObject(view.signer)
    this.outputs = view.outputs.map((output) => new TransactionOutput(output))
    this.fee = view.feeNanos === null ? null : new Money(view.feeNanos)
    this.block = view.block && new BlockRefObject(view.block)
    this.rejection = view.rejection && TransactionRejected.of(view.rejection)
  }
}
