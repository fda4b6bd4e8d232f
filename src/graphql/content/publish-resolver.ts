import type { Upload } from 'graphql-upload-ts'
import type { CID } from 'multiformats/cid'
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql'
import type { Published } from '../../content/draft-post.js'
import { publishContent } from '../../content/publish.js'
import type { RequestContext } from '../../context.js'
import { asPayload } from '../errors/to-user-error.js'
import { UserError } from '../errors/user-errors.js'
import { CidScalar } from '../scalars/identifiers.js'
import { UploadScalar } from '../scalars/plain.js'
import { countedDraft } from '../transaction/draft-input.js'
import { TransactionDraft } from '../transaction/transaction.js'
import { FileObject } from './file.js'
import { filesAtHand } from './files-at-hand.js'
import { arrivingFiles, fileCount } from './uploads.js'

@InputType({ description: 'A file to publish: give one of `upload`, `uploadId` and `cid`.' })
export class PublishFile {
  @Field(() => UploadScalar, {
    nullable: true,
    description: 'Its bytes, by the multipart request specification.',
  })
  upload?: Upload | null

  @Field(() => ID, {
    nullable: true,
    description:
      'A whole upload of the viewer’s at /uploads: the last part of its address, or `createUploadLink`’s. Its bytes are taken from there when the content is drafted.',
  })
  uploadId?: string | null

  @Field(() => CidScalar, {
    nullable: true,
    description:
      'A file that is on IPFS already, of which no byte is moved: of a PUBLIC content alone. In an update also a file of the present version.',
  })
  cid?: CID | null

  @Field(() => String, {
    nullable: true,
    description:
      'Its name, or path in the content, such as `episode-1/index.m3u8`: that of the upload unless given; a `cid` has none. Parts of 1 to 255 bytes, at most 1,024 bytes in all, unique.',
  })
  name?: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'Its media type: that of the upload unless given; what says nothing (application/octet-stream) becomes what its name tells, else its first bytes.',
  })
  mediaType?: string | null
}

@InputType({ description: 'A content to publish.' })
export class PublishContentInput {
  @Field(() => String, { description: 'Public. 1 to 256 bytes of UTF-8.' })
  title!: string

  @Field(() => String, { description: 'Public: the body of the post.' })
  teaser!: string

  @Field(() => String, {
    nullable: true,
    defaultValue: 'PUBLIC',
    description:
      '`PUBLIC`, or rules of which any suffices, e.g. `PLAN:gold,PLAN:silver`. All but PUBLIC is encrypted.',
  })
  policy?: string | null

  @Field(() => [PublishFile], { description: 'At least one; at most `gateway.limits.maxFilesPerContent`.' })
  files!: PublishFile[]

  @Field(() => String, {
    description:
      '1 to 128 visible ASCII characters. The same key and the same bytes again give the first answer.',
  })
  idempotencyKey!: string
}

@ObjectType({ description: 'What was stored, and the draft of the post that publishes it.' })
export class PublishContentPayload {
  @Field(() => TransactionDraft, {
    nullable: true,
    description: 'To be signed: nothing is published before.',
  })
  draft?: TransactionDraft | null

  @Field(() => CidScalar, { nullable: true, description: 'The manifest on IPFS.' })
  manifestCid?: CID | null

  @Field(() => [FileObject], { nullable: true, description: 'The stored files, in the order of the input.' })
  files?: FileObject[] | null

  @Field(() => [UserError], { description: 'Empty on success.' })
  errors!: UserError[]
}

@Resolver()
export class PublishResolver {
  @Mutation(() => PublishContentPayload, {
    description:
      'Streams files into IPFS, encrypted unless public, and drafts the post that publishes them. You MUST be signed in; the viewer signs the draft.',
  })
  publishContent(
    @Arg('input', () => PublishContentInput, { description: 'What to publish.' }) input: PublishContentInput,
    @Ctx() ctx: RequestContext,
  ): Promise<PublishContentPayload> {
    return asPayload(async () => {
      const published = await countedDraft(ctx, 'PUBLISH_CONTENT', () =>
        publishContent(ctx, {
          title: input.title,
          teaser: input.teaser,
          policy: input.policy ?? 'PUBLIC',
          files: arrivingFiles(input.files),
          atHand: filesAtHand(input.files),
          names: input.files.map(({ name }) => name ?? null),
          fileCount: fileCount(input.files),
          idempotencyKey: input.idempotencyKey,
        }),
      )
      return publishedPayload(published)
    })
  }
}

export function publishedPayload(published: Published): Omit<PublishContentPayload, 'errors'> {
  return {
    draft: new TransactionDraft(published.draft),
    manifestCid: published.manifestCid,
    files: published.files.map((file) => new FileObject(file, null)),
  }
}
