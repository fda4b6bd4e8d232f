import { Field, Int, ObjectType } from 'type-graphql'
import type { BlockRef } from '../../deso/chain.js'
import { HexScalar } from '../scalars/identifiers.js'
import { DateTimeScalar } from '../scalars/plain.js'

@ObjectType('BlockRef', { description: 'A committed block: final.' })
export class BlockRefObject {
  @Field(() => Int, { description: 'Its height.' })
  readonly height: number

  @Field(() => HexScalar, { description: 'Its hash.' })
  readonly hash: string

  @Field(() => DateTimeScalar, { description: 'Its time, in whole seconds.' })
  readonly time: Date

  constructor(block: BlockRef) {
    this.height = block.height
    this.hash = block.hash
    this.time = new Date(block.time * 1000)
  }
}
