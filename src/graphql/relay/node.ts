import { Field, ID, InterfaceType } from 'type-graphql'

@InterfaceType('Node', { description: 'Anything with an id by which `node` finds it again.' })
export abstract class NodeInterface {
  @Field(() => ID, { description: 'Opaque and stable; unique over all types of this gateway.' })
  readonly id: string

  constructor(id: string) {
    this.id = id
  }
}
