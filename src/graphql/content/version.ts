import type { CID } from 'multiformats/cid'
import { Field, ObjectType } from 'type-graphql'
import type { ContentVersion } from '../../content/list-versions.js'
import type { PublicKey } from '../../deso/keys.js'
import { CidScalar } from '../scalars/identifiers.js'
import { AccessPolicy } from './policy.js'

@ObjectType('ContentVersion', { description: 'A content as one transaction left it.' })
export class VersionObject {
  @Field(() => CidScalar, { description: 'The manifest on IPFS, which links all files of that version.' })
  readonly manifestCid: CID

  @Field(() => String, { description: 'Public.' })
  readonly title: string

  @Field(() => AccessPolicy, { description: 'Who could have the bytes then. Only the newest one counts.' })
  readonly policy: AccessPolicy

  constructor(
    readonly version: ContentVersion,
    creator: PublicKey,
  ) {
    this.manifestCid = version.manifestCid
    this.title = version.title
    this.policy = new AccessPolicy(version.policy, creator)
  }
}
