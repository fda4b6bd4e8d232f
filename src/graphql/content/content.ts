import type { CID } from 'multiformats/cid'
import { Field, ObjectType } from 'type-graphql'
import type { Content } from '../../content/content.js'
import { AccountObject } from '../account/account.js'
import { connectionOf } from '../relay/connection.js'
import { encodeGlobalId } from '../relay/global-id.js'
import { NodeInterface } from '../relay/node.js'
import { CidScalar, TransactionIdScalar } from '../scalars/identifiers.js'
import { DateTimeScalar } from '../scalars/plain.js'
import { AccessPolicy } from './policy.js'

@ObjectType('Content', {
  implements: NodeInterface,
  description: 'Files that a creator published: announced by a post on DeSo, stored on IPFS.',
})
export class ContentObject extends NodeInterface {
  @Field(() => TransactionIdScalar, { description: 'The post that announces it.' })
  readonly postHash: string

  @Field(() => AccountObject, { description: 'Who published it.' })
  readonly creator: AccountObject

  @Field(() => String, { description: 'Public.' })
  readonly title: string

  @Field(() => String, { description: 'The body of the post: public.' })
  readonly teaser: string

  @Field(() => DateTimeScalar, { description: 'The post’s own timestamp: the author’s word.' })
  readonly publishedAt: Date

  @Field(() => AccessPolicy, { description: 'Who may have the bytes.' })
  get policy(): AccessPolicy {
    return new AccessPolicy(this.content.policy, this.content.creator)
  }

  @Field(() => CidScalar, { description: 'The manifest on IPFS, which links all files.' })
  readonly manifestCid: CID

  constructor(readonly content: Content) {
    super(encodeGlobalId('Content', content.postHash))
    this.postHash = content.postHash
    this.creator = new AccountObject(content.creator)
    this.title = content.title
    this.teaser = content.teaser
    this.publishedAt = content.publishedAt
    this.manifestCid = content.manifestCid
  }
}

export const ContentConnection = connectionOf(ContentObject, 'Content')
