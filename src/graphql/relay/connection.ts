import { type ClassType, Field, ObjectType } from 'type-graphql'
import type { Page } from '../../page.js'

@ObjectType({ description: 'Where a page lies in its list (Relay).' })
export class PageInfo {
  @Field(() => Boolean, { description: 'More rows follow this page.' })
  hasNextPage!: boolean

  @Field(() => Boolean, { description: 'Rows come before this page.' })
  hasPreviousPage!: boolean

  @Field(() => String, {
    nullable: true,
    description:
      'Pass it as `before` for the page before: the first row’s cursor, or where a page that came short stopped looking.',
  })
  startCursor!: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'Pass it as `after` for the next page: the last row’s cursor, or where a page that came short stopped looking.',
  })
  endCursor!: string | null
}

export interface Connection<T> {
  edges: { cursor: string; node: T }[]
  nodes: T[]
  pageInfo: PageInfo
}

/** The Relay connection of a type: `XConnection` and `XEdge`. */
export function connectionOf<T extends object>(node: ClassType<T>, name: string): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `A ${name} in a list.` })
  class Edge {
    @Field(() => String, {
      description: 'Opaque; marks this row by its key, so that rows added before it move nothing.',
    })
    cursor!: string

    @Field(() => node, { description: 'The row.' })
    node!: T
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${name}s.` })
  class ConnectionType {
    @Field(() => [Edge], { description: 'The rows with their cursors.' })
    edges!: Edge[]

    @Field(() => [node], { description: 'The rows alone.' })
    nodes!: T[]

    @Field(() => PageInfo, { description: 'Where this page lies.' })
    pageInfo!: PageInfo
  }
  return ConnectionType
}

/** A domain page as a connection, each row mapped to its GraphQL object. */
export function toConnection<S, T>(page: Page<S>, map: (row: S) => T): Connection<T> {
  // What of a page costs to make is made when it is asked for.
  const edges = page.edges.map((edge) => ({
    get cursor() {
      return edge.cursor
    },
    node: map(edge.node),
  }))
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      // A page that came short at a scan limit says itself where the one beside it starts.
      get startCursor() {
        return page.startCursor ?? edges[0]?.cursor ?? null
      },
      get endCursor() {
        return page.endCursor ?? edges.at(-1)?.cursor ?? null
      },
    },
  }
}
