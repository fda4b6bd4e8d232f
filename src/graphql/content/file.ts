import type { CID } from 'multiformats/cid'
import { Field, ObjectType } from 'type-graphql'
import type { ContentFile } from '../../content/content.js'
import { CidScalar } from '../scalars/identifiers.js'
import { ByteSizeScalar } from '../scalars/integers.js'
import { UrlScalar } from '../scalars/plain.js'

@ObjectType('ContentFile', { description: 'A file of a content.' })
export class FileObject {
  @Field(() => String, { description: 'Unique within the content.' })
  readonly name: string

  @Field(() => String, { description: 'As the creator named it, e.g. video/mp4.' })
  readonly mediaType: string

  @Field(() => ByteSizeScalar, { description: 'Of the plain bytes.' })
  readonly byteSize: bigint

  @Field(() => CidScalar, {
    description: 'Of what is stored on IPFS: ciphertext where the file is encrypted.',
  })
  readonly cid: CID

  @Field(() => Boolean, { description: 'Whether what is stored is ciphertext.' })
  readonly isEncrypted: boolean

  @Field(() => UrlScalar, {
    nullable: true,
    description:
      'Where these bytes are served, with ranges. A gated file’s address works for the present viewer alone, for hours, and each request asks for access anew. Null where the viewer has no access, and until the node shows the post.',
  })
  readonly url: string | null

  constructor(file: ContentFile, url: string | null) {
    this.name = file.name
    this.mediaType = file.mediaType
    this.byteSize = BigInt(file.size)
    this.cid = file.cid
    this.isEncrypted = file.isEncrypted
    this.url = url
  }
}
