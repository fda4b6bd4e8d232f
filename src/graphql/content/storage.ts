import { Field, Int, ObjectType } from 'type-graphql'

@ObjectType('ContentStorage', {
  description: 'In how many places a content is kept: the gateway’s own IPFS store, and each mirror.',
})
export class StorageObject {
  @Field(() => Int, { description: 'Where it is to be kept.' })
  wanted!: number

  @Field(() => Int, { description: 'Where it is pinned now.' })
  held!: number

  @Field(() => Int, {
    description: 'Where it is not, as the last attempt failed or nobody answers; it is tried again.',
  })
  failing!: number
}
