import type { ApolloServerOptionsWithGateway } from '@apollo/server'
import { execute, type GraphQLSchema } from 'graphql'
import type { RequestContext } from '../../context.js'
import { CompiledQueries } from './compiled-queries.js'

type ExecutorOfApollo = ApolloServerOptionsWithGateway<RequestContext>['gateway']

/**
 * Executes what Apollo has parsed, validated and let pass. Its hook for an executor of one's own is called `gateway`, as
 * it was made for federation; there is none here.
 */
export function compilingExecutor(schema: GraphQLSchema): ExecutorOfApollo {
  const compiled = new CompiledQueries(schema)
  return {
    async load() {
      return {
        async executor({ document, operation, context, request: { variables, operationName } }) {
          const run = operation && compiled.find(document, operation)
          const result = await run?.(context, variables)
          return (
            result ??
            execute({ schema, document, contextValue: context, variableValues: variables, operationName })
          )
        },
      }
    },
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' })
      return () => {}
    },
    async stop() {},
  }
}
