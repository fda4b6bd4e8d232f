import {
  Arg,
  Ctx,
  Field,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  registerEnumType,
} from 'type-graphql'
import type { RequestContext } from '../../context.js'
import type { PublicKey } from '../../deso/keys.js'
import { InvalidInputError } from '../../errors.js'
import { createTransaction } from '../../transaction/create-transaction.js'
import { decodeTransactionHex } from '../../transaction/decode.js'
import type { SignedInput } from '../../transaction/signed-input.js'
import { tellTransaction } from '../../transaction/status.js'
import { submitTransaction } from '../../transaction/submit.js'
import type { SubmitResult } from '../../transaction/view.js'
import { badInput } from '../errors/bad-input.js'
import { isGiven } from '../errors/is-given.js'
import { toUserError } from '../errors/to-user-error.js'
import { UserError } from '../errors/user-errors.js'
import { HexScalar, TransactionIdScalar } from '../scalars/identifiers.js'
import { NanosScalar } from '../scalars/integers.js'
import { PublicKeyType } from '../scalars/public-key.js'
import { DraftInput, DraftPayload, draftPayload } from './draft-input.js'
import { PreviewObject, TransactionObject } from './transaction.js'

const SubmitWait = { ACCEPTED: 'ACCEPTED', COMMITTED: 'COMMITTED' } as const
type SubmitWaitName = keyof typeof SubmitWait
registerEnumType(SubmitWait, {
  name: 'SubmitWait',
  description: 'How long `submitTransaction` waits.',
  valuesConfig: {
    ACCEPTED: { description: 'Until a node has taken it.' },
    COMMITTED: {
      description: 'Until it is committed, or PENDING when `gateway.limits.commitWaitSeconds` have passed.',
    },
  },
})

@InputType({ description: 'DESO to another account.' })
export class SendDesoInput extends DraftInput {
  @Field(() => PublicKeyType, { description: 'Who gets it.' })
  to!: PublicKey

  @Field(() => NanosScalar, { description: 'How much, in nanos; at least 1.' })
  amountNanos!: bigint
}

@InputType({ description: 'A profile. What is not given stays as it is.' })
export class UpdateProfileInput extends DraftInput {
  @Field(() => String, {
    nullable: true,
    description: '1 to 25 letters, digits and underscores; needed for a first profile.',
  })
  username?: string | null

  @Field(() => String, { nullable: true, description: 'Text about the account.' })
  description?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'A picture as a data URL, e.g. data:image/webp;base64,…',
  })
  picture?: string | null
}

@InputType({ description: 'Exactly one kind of transaction.' })
export class CreateTransactionInput {
  @Field(() => SendDesoInput, { nullable: true, description: 'Send DESO.' })
  sendDeso?: SendDesoInput | null

  @Field(() => UpdateProfileInput, { nullable: true, description: 'Change the signer’s profile.' })
  updateProfile?: UpdateProfileInput | null
}

@InputType({ description: 'A signed transaction: `signedHex`, or `unsignedHex` and `signature`.' })
export class SubmitTransactionInput {
  @Field(() => HexScalar, { nullable: true, description: 'The signed bytes.' })
  signedHex?: string | null

  @Field(() => HexScalar, { nullable: true, description: 'The bytes of a draft; goes with `signature`.' })
  unsignedHex?: string | null

  @Field(() => HexScalar, { nullable: true, description: 'DER ECDSA, low S; goes with `unsignedHex`.' })
  signature?: string | null

  @Field(() => SubmitWait, { nullable: true, defaultValue: 'ACCEPTED', description: 'How long to wait.' })
  wait?: SubmitWaitName | null
}

@ObjectType({ description: 'What became of a submit.' })
export class SubmitTransactionPayload {
  @Field(() => TransactionObject, {
    nullable: true,
    description: 'The transaction, also where the chain refused it; null where the bytes do not decode.',
  })
  transaction!: TransactionObject | null

  @Field(() => Boolean, { description: 'It was already there, which is success.' })
  replayed!: boolean

  @Field(() => [UserError], { description: 'Empty on success.' })
  errors!: UserError[]
}

@Resolver()
export class TransactionResolver {
  @Query(() => TransactionObject, {
    nullable: true,
    description:
      'What became of a transaction, also of one that this gateway did not make: UNKNOWN while no node answers. Public.',
  })
  async transaction(
    @Arg('id', () => TransactionIdScalar, { description: 'Double SHA-256 of the signed bytes.' }) id: string,
    @Ctx() ctx: RequestContext,
  ): Promise<TransactionObject> {
    return new TransactionObject(await tellTransaction(ctx, id))
  }

  @Query(() => PreviewObject, {
    description:
      'What would these bytes do? Signed or not; nothing is sent. BAD_USER_INPUT where they do not decode. Public.',
  })
  async decodeTransaction(
    @Arg('hex', () => HexScalar, { description: 'The bytes of a transaction.' }) hex: string,
    @Ctx() ctx: RequestContext,
  ): Promise<PreviewObject> {
    return new PreviewObject(await decodeTransactionHex(ctx, hex))
  }

  @Mutation(() => DraftPayload, {
    description: 'A draft of any other kind. Anybody may call it; only the signer can sign.',
  })
  createTransaction(
    @Arg('input', () => CreateTransactionInput, { description: 'Exactly one kind.' })
    input: CreateTransactionInput,
    @Ctx() ctx: RequestContext,
  ): Promise<DraftPayload> {
    const { sendDeso: send, updateProfile: profile } = input
    if (send)
      return within(
        'sendDeso',
        draftPayload(ctx, 'SEND_DESO', () => createTransaction(ctx, { sendDeso: send })),
      )
    if (profile) {
      return within(
        'updateProfile',
        draftPayload(ctx, 'UPDATE_PROFILE', () => createTransaction(ctx, { updateProfile: profile })),
      )
    }
    throw badInput('input: give exactly one kind of transaction.')
  }

  @Mutation(() => SubmitTransactionPayload, {
    description:
      'Sends what the signer has signed, once. Refuses what is not validly signed; a repeat is success. With NODE_UNAVAILABLE the transaction may or may not have arrived: ask for its status, or submit the same bytes again. Anybody may call it.',
  })
  async submitTransaction(
    @Arg('input', () => SubmitTransactionInput, { description: 'The signed bytes.' })
    input: SubmitTransactionInput,
    @Ctx() ctx: RequestContext,
  ): Promise<SubmitTransactionPayload> {
    const signed = signedBytes(input)
    const result = signed ? await submitTransaction(ctx, signed, input.wait ?? 'ACCEPTED') : wrongForm()
    ctx.app.metrics.submit(outcomeOf(result))
    return {
      transaction: result.transaction && new TransactionObject(result.transaction),
      replayed: result.replayed,
      errors: result.errors.map(toUserError),
    }
  }
}

/** Drafts know of a key in their input; here that input stands one level deeper. */
async function within(
  member: keyof CreateTransactionInput,
  payload: Promise<DraftPayload>,
): Promise<DraftPayload> {
  const { draft, errors } = await payload
  for (const error of errors) {
    const [head, field, ...rest] = error.path ?? []
    if (head && field && field !== member) error.path = [head, member, field, ...rest]
  }
  return { draft, errors }
}

/** Null: neither of the two forms. */
function signedBytes({ signedHex, unsignedHex, signature }: SubmitTransactionInput): SignedInput | null {
  const isParts = isGiven(unsignedHex) && isGiven(signature)
  if (isGiven(signedHex)) return isGiven(unsignedHex) || isGiven(signature) ? null : { signedHex }
  return isParts ? { unsignedHex, signature } : null
}

function wrongForm(): SubmitResult {
  const error = new InvalidInputError('Give signedHex alone, or unsignedHex and signature.', ['input'])
  return { transaction: null, replayed: false, errors: [error] }
}

/** For the metrics. */
function outcomeOf({ transaction, replayed, errors }: SubmitResult): string {
  return errors[0]?.code ?? (replayed ? 'REPLAYED' : (transaction?.status ?? 'UNKNOWN'))
}
