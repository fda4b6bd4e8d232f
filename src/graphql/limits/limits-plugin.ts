import type { ApolloServerPlugin } from '@apollo/server'
import type { RequestContext } from '../../context.js'
import { checkLimits } from './check-limits.js'

/** Refuses operations that are too deep, too wide or too costly, before anything is resolved. */
export function limitsPlugin(): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          if (!operation) return
          const measured = { operation, variables: request.variables ?? {} }
          checkLimits(schema, document, measured, contextValue.app.config.limits)
        },
      }
    },
  }
}
