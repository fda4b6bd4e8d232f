import type { ApolloServerPlugin } from '@apollo/server'
import { type DocumentNode, type FragmentDefinitionNode, GraphQLError, Kind } from 'graphql'
import type { RequestContext } from '../../context.js'
import { measureQuery } from './measure-query.js'

/** Refuses operations that are too deep, too wide or too costly, before anything is resolved. */
export function limitsPlugin(): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          if (!operation) return
          const limits = contextValue.app.config.limits
          const measured = {
            operation,
            fragments: fragmentsOf(document),
            variables: request.variables ?? {},
          }
          const measure = measureQuery(schema, measured, limits.maxPageSize)
          check('levels', measure.depth, limits.maxQueryDepth)
          check('aliases', measure.aliases, limits.maxQueryAliases)
          check('fields at these page sizes', measure.cost, limits.maxQueryCost)
        },
      }
    },
  }
}

function check(what: string, count: number, limit: number): void {
  if (count <= limit) return
  throw new GraphQLError(`This operation has ${count} ${what}; at most ${limit} are allowed.`, {
    extensions: { code: 'LIMIT_EXCEEDED', http: { status: 400 } },
  })
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  return fragments
}
