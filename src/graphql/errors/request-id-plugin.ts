import type { ApolloServerPlugin } from '@apollo/server'
import type { GraphQLFormattedError } from 'graphql'
import type { RequestContext } from '../../context.js'

/** Names the request in every top-level error, so that a user's report leads to the log. */
export function requestIdPlugin(): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
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
