import { Arg, Ctx, Field, ID, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql'
import { createUploadLink, DEFAULT_LINK_SECONDS } from '../../content/uploads/upload-link.js'
import type { RequestContext } from '../../context.js'
import { asPayload } from '../errors/to-user-error.js'
import { UserError } from '../errors/user-errors.js'
import { ByteSizeScalar } from '../scalars/integers.js'
import { DateTimeScalar, UrlScalar } from '../scalars/plain.js'

@InputType({ description: 'What somebody else may upload.' })
export class CreateUploadLinkInput {
  @Field(() => ByteSizeScalar, { description: 'At most so many bytes.' })
  byteSize!: bigint

  @Field(() => String, {
    nullable: true,
    description: 'The only media type that it takes; any unless given.',
  })
  mediaType?: string | null

  @Field(() => String, { nullable: true, description: 'The name of the file, where the upload gives none.' })
  name?: string | null

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_LINK_SECONDS,
    description: 'How long the upload may be begun: 1 to 604800 (a week).',
  })
  expiresInSeconds?: number | null
}

@ObjectType({ description: 'A link for one upload.' })
export class CreateUploadLinkPayload {
  @Field(() => UrlScalar, {
    nullable: true,
    description:
      'Whoever has it uploads one file for the viewer: an endpoint for tus 1.0, which also takes the whole file by PUT. It opens nothing else.',
  })
  url?: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'Of the upload that it begins: for `PublishFile.uploadId`.',
  })
  uploadId?: string | null

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when the upload may be begun; then it may be finished.',
  })
  expiresAt?: Date | null

  @Field(() => [UserError], { description: 'Empty on success.' })
  errors!: UserError[]
}

@Resolver()
export class UploadLinkResolver {
  @Mutation(() => CreateUploadLinkPayload, {
    description:
      'A link with which a browser or a back end uploads one file for the viewer, without the viewer’s session. You MUST be signed in.',
  })
  createUploadLink(
    @Arg('input', () => CreateUploadLinkInput, { description: 'What may be uploaded.' })
    input: CreateUploadLinkInput,
    @Ctx() ctx: RequestContext,
  ): Promise<CreateUploadLinkPayload> {
    return asPayload(() =>
      createUploadLink(ctx, {
        byteSize: input.byteSize,
        mediaType: input.mediaType ?? null,
        name: input.name ?? null,
        expiresInSeconds: input.expiresInSeconds ?? DEFAULT_LINK_SECONDS,
      }),
    )
  }
}
