import { Field, ObjectType } from 'type-graphql'
import type { PublicKey } from '../../deso/keys.js'
import { encodeGlobalId } from '../relay/global-id.js'
import { NodeInterface } from '../relay/node.js'
import { PublicKeyType } from '../scalars/public-key.js'

@ObjectType('Account', {
  implements: NodeInterface,
  description: 'A DeSo account. Every valid public key is one, with balance 0 if nobody has seen it.',
})
export class AccountObject extends NodeInterface {
  @Field(() => PublicKeyType, { description: 'The key that owns the account.' })
  readonly publicKey: PublicKey

  constructor(publicKey: PublicKey) {
    super(encodeGlobalId('Account', publicKey))
    this.publicKey = publicKey
  }
}
