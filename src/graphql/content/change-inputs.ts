import { Field, ID, InputType } from 'type-graphql'
import { InvalidInputError } from '../../errors.js'
import { isGiven } from '../errors/is-given.js'
import { TransactionIdScalar } from '../scalars/identifiers.js'
import { DraftInput } from '../transaction/draft-input.js'
import { contentPostHash } from './content-resolver.js'
import { PublishFile } from './publish-resolver.js'

@InputType({ description: 'A content to change: what is not given stays as it is.' })
export class UpdateContentInput {
  @Field(() => ID, { nullable: true, description: 'Which, by its id; or give postHash.' })
  id?: string | null

  @Field(() => TransactionIdScalar, { nullable: true, description: 'Which, by its post; or give id.' })
  postHash?: string | null

  @Field(() => String, { nullable: true, description: 'Public. 1 to 256 bytes of UTF-8.' })
  title?: string | null

  @Field(() => String, { nullable: true, description: 'Public: the body of the post.' })
  teaser?: string | null

  @Field(() => String, {
    nullable: true,
    description:
      '`PUBLIC`, or rules of which any suffices. What was open cannot be gated, as its bytes are out, unless new files replace all of them. What was gated and is opened stays encrypted on IPFS, and the gateway decrypts it for everybody; give its files anew to have them plain.',
  })
  policy?: string | null

  @Field(() => [PublishFile], {
    nullable: true,
    description:
      'All files of the new version, in order. One of the present version stays by its `name` alone or by its `cid`, without being sent again; a `name` beside the `cid` renames it.',
  })
  files?: PublishFile[] | null

  @Field(() => String, {
    description:
      '1 to 128 visible ASCII characters. The same key and the same input again give the first answer.',
  })
  idempotencyKey!: string
}

@InputType({ description: 'A content to hide.' })
export class HideContentInput extends DraftInput {
  @Field(() => ID, { nullable: true, description: 'Which, by its id; or give postHash.' })
  id?: string | null

  @Field(() => TransactionIdScalar, { nullable: true, description: 'Which, by its post; or give id.' })
  postHash?: string | null
}

/** The post that is meant. Throws InvalidInputError unless exactly one is given, BAD_USER_INPUT for a malformed id. */
export function postHashOf({ id, postHash }: { id?: string | null; postHash?: string | null }): string {
  if (isGiven(id) === isGiven(postHash)) {
    throw new InvalidInputError('Give exactly one of id and postHash.', ['input', 'postHash'])
  }
  return postHash ?? contentPostHash(id as string)
}
