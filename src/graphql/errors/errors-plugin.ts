import type { ApolloServerPlugin } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import type { GraphQLFormattedError } from 'graphql'
import type { RequestContext } from '../../context.js'
import { isFault } from './format-error.js'

/** Logs faults in full, and names the request in every top-level error, so that a user's report leads to the log. */
export function errorsPlugin(): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didEncounterErrors({ errors, contextValue: { app, requestId } }) {
          for (const error of errors.filter(isFault)) {
            app.log.error({ err: unwrapResolverError(error), path: error.path, requestId }, 'resolver failed')
          }
        },
        async willSendResponse({ response, contextValue }) {
          if (response.body.kind !== 'single' || !response.body.singleResult.errors) return
          response.body.singleResult.errors = response.body.singleResult.errors.map((error) =>
            withRequestId(error, contextValue.requestId),
          )
        },
      }
    },
  }
}

function withRequestId(error: GraphQLFormattedError, requestId: string): GraphQLFormattedError {
  return { ...error, extensions: { ...error.extensions, requestId } }
}
