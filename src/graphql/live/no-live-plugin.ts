import type { ApolloServerPlugin } from '@apollo/server'
import { GraphQLError, OperationTypeNode } from 'graphql'
import type { RequestContext } from '../../context.js'

/** One answer cannot hold what is still to come: Apollo itself would execute a live operation as if it were a query. */
export function noLivePlugin(): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation }) {
          if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return
          throw new GraphQLError(
            'Live operations come over a WebSocket (subprotocol graphql-transport-ws), or as server-sent events (Accept: text/event-stream).',
            { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
          )
        },
      }
    },
  }
}
