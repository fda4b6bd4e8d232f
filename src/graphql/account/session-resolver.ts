import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import { createChallenge } from '../../account/create-challenge.js'
import { signIn } from '../../account/sign-in.js'
import type { RequestContext } from '../../context.js'
import { badInput } from '../errors/bad-input.js'
import { asPayload } from '../errors/to-user-error.js'
import { AccountObject } from './account.js'
import { CreateChallengeInput, CreateChallengePayload, SignInInput, SignInPayload } from './session-types.js'

@Resolver()
export class SessionResolver {
  @Mutation(() => CreateChallengePayload, {
    description: 'A text to sign with an account’s key, for `signIn`. Anybody may call it.',
  })
  createChallenge(
    @Arg('input', () => CreateChallengeInput, { description: 'Who wants to sign in.' })
    input: CreateChallengeInput,
    @Ctx() ctx: RequestContext,
  ): Promise<CreateChallengePayload> {
    return asPayload(() => createChallenge(ctx, input.publicKey))
  }

  @Mutation(() => SignInPayload, {
    description: 'A session for the account that signed the challenge. Anybody may call it.',
  })
  signIn(
    @Arg('input', () => SignInInput, { description: 'The signed challenge.' }) input: SignInInput,
    @Ctx() ctx: RequestContext,
  ): Promise<SignInPayload> {
    const signed = input.challenge
    if (!signed) throw badInput('signIn: give a challenge.')
    return asPayload(async () => {
      const session = await signIn(ctx, { challenge: signed.challenge, signatureHex: signed.signature })
      return {
        accessToken: session.accessToken,
        expiresAt: session.expiresAt,
        viewer: new AccountObject(session.publicKey),
      }
    })
  }
}
