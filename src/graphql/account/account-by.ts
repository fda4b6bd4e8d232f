import { Field, InputType } from 'type-graphql'
import type { PublicKey } from '../../deso/keys.js'
import { PublicKeyType } from '../scalars/public-key.js'

@InputType({ description: 'Exactly one way to name an account.' })
export class AccountBy {
  @Field(() => PublicKeyType, { nullable: true, description: 'By its key.' })
  publicKey?: PublicKey | null

  @Field(() => String, { nullable: true, description: 'By the name of its profile, compared without case.' })
  username?: string | null
}
