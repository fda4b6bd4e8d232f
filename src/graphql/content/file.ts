import type { CID } from 'multiformats/cid'
import { Field, ObjectType } from 'type-graphql'
import type { Content, ContentFile } from '../../content/content.js'
import { CidScalar } from '../scalars/identifiers.js'
import { ByteSizeScalar } from '../scalars/integers.js'

@ObjectType('ContentFile', { description: 'A file of a content.' })
export class FileObject {
  @Field(() => String, {
    description: 'Its name, or its path such as `episode-1/index.m3u8`: unique within the content.',
  })
  readonly name: string

  @Field(() => String, {
    description: 'As the creator stated it, e.g. video/mp4; else what its name tells, else its first bytes.',
  })
  readonly mediaType: string

  @Field(() => ByteSizeScalar, { description: 'Of the plain bytes.' })
  readonly byteSize: bigint

  @Field(() => CidScalar, {
    description: 'Of what is stored on IPFS: ciphertext where the file is encrypted.',
  })
  readonly cid: CID

  @Field(() => Boolean, { description: 'Whether what is stored is ciphertext.' })
  readonly isEncrypted: boolean

  /** `content` null: its post is not on the node yet. */
  constructor(
    readonly file: ContentFile,
    readonly content: Content | null,
  ) {
    this.name = file.name
    this.mediaType = file.mediaType
    this.byteSize = BigInt(file.size)
    this.cid = file.cid
    this.isEncrypted = file.isEncrypted
  }
}
