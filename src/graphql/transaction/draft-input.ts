import { Field, InputType, ObjectType } from 'type-graphql'
import type { RequestContext } from '../../context.js'
import type { PublicKey } from '../../deso/keys.js'
import { GatewayError } from '../../errors.js'
import type { Draft } from '../../transaction/draft-request.js'
import { asPayload } from '../errors/to-user-error.js'
import { UserError } from '../errors/user-errors.js'
import { PublicKeyType } from '../scalars/public-key.js'
import type { TransactionKindName } from './kinds.js'
import { TransactionDraft } from './transaction.js'

/** What every drafting mutation takes. */
@InputType({ description: 'A draft.' })
export abstract class DraftInput {
  @Field(() => PublicKeyType, {
    nullable: true,
    description:
      'Who will sign and pay: the viewer unless given. Anybody may have a draft made for any signer.',
  })
  signer?: PublicKey | null

  @Field(() => String, {
    description:
      '1 to 128 visible ASCII characters. The same key, signer and input give the same draft, and at most one payment.',
  })
  idempotencyKey!: string
}

@ObjectType({ description: 'A draft, or why it would fail.' })
export class DraftPayload {
  @Field(() => TransactionDraft, { nullable: true, description: 'To be signed; null with errors.' })
  draft?: TransactionDraft | null

  @Field(() => [UserError], { description: 'Empty on success.' })
  errors!: UserError[]
}

/** Runs a drafting verb. `kind`: of what is asked for, as a refused one makes none. */
export function draftPayload(
  ctx: RequestContext,
  kind: TransactionKindName,
  run: () => Promise<Draft>,
): Promise<DraftPayload> {
  return asPayload(async () => ({ draft: new TransactionDraft(await countedDraft(ctx, kind, run)) }))
}

/** Runs what drafts, and counts how it ended. */
export async function countedDraft<T>(
  ctx: RequestContext,
  kind: TransactionKindName,
  run: () => Promise<T>,
): Promise<T> {
  try {
    const drafted = await run()
    ctx.app.metrics.draft(kind, 'DRAFTED')
    return drafted
  } catch (error) {
    ctx.app.metrics.draft(kind, error instanceof GatewayError ? error.code : 'FAULT')
    throw error
  }
}
