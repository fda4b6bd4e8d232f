import { Field, InputType, ObjectType } from 'type-graphql'
import type { PublicKey } from '../../deso/keys.js'
import { UserError } from '../errors/user-errors.js'
import { HexScalar } from '../scalars/identifiers.js'
import { DateTimeScalar } from '../scalars/plain.js'
import { PublicKeyType } from '../scalars/public-key.js'
import { AccountObject } from './account.js'

@InputType({ description: 'Who wants to sign in.' })
export class CreateChallengeInput {
  @Field(() => PublicKeyType, { description: 'The account’s key.' })
  publicKey!: PublicKey
}

@ObjectType({ description: 'A challenge to sign.' })
export class CreateChallengePayload {
  @Field(() => String, {
    nullable: true,
    description:
      'The text to sign. Its first line is `deso-ipfs-gateway sign-in v1`, its second the address of this gateway: sign nothing else. It works once.',
  })
  challenge?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when it works.' })
  expiresAt?: Date | null

  @Field(() => [UserError], { description: 'Empty on success.' })
  errors!: UserError[]
}

@InputType({ description: 'A challenge and its signature.' })
export class SignedChallenge {
  @Field(() => String, { description: 'The text of `createChallenge`, unchanged.' })
  challenge!: string

  @Field(() => HexScalar, {
    description: 'DER ECDSA by the account’s key over the double SHA-256 of the UTF-8 text.',
  })
  signature!: string
}

@InputType({ description: 'A proof of who is there: exactly one of its fields.' })
export class SignInInput {
  @Field(() => SignedChallenge, { nullable: true, description: 'A signed challenge.' })
  challenge?: SignedChallenge | null
}

@ObjectType({ description: 'A session.' })
export class SignInPayload {
  @Field(() => String, {
    nullable: true,
    description: 'Send it as `Authorization: Bearer …`. Keep it secret: it is the session.',
  })
  accessToken?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Null in this version: when the token ends, sign a new challenge.',
  })
  refreshToken?: string | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when the token works.' })
  expiresAt?: Date | null

  @Field(() => AccountObject, { nullable: true, description: 'Who is signed in.' })
  viewer?: AccountObject | null

  @Field(() => [UserError], { description: 'Empty on success.' })
  errors!: UserError[]
}
