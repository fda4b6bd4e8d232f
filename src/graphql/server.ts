import { ApolloServer } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import type { GraphQLSchema } from 'graphql'
import type { AppContext, RequestContext } from '../context.js'
import { errorsPlugin } from './errors/errors-plugin.js'
import { formatError } from './errors/format-error.js'
import { compilingExecutor } from './execution/compiling-executor.js'
import { limitsPlugin } from './limits/limits-plugin.js'
import { noLivePlugin } from './live/no-live-plugin.js'

/**
 * The GraphQL shell: it maps documents to the domain's verbs and their answers back. It knows Apollo and type-graphql,
 * and neither Express nor a DeSo node nor IPFS.
 */
export function createGraphQLServer(app: AppContext, schema: GraphQLSchema): ApolloServer<RequestContext> {
  const { limits } = app.config
  return new ApolloServer<RequestContext>({
    gateway: compilingExecutor(schema),
    introspection: true,
    // No cookie ever speaks for anybody here, so a page elsewhere can forge nothing: a plain GET may ask.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    parseOptions: { maxTokens: limits.maxQueryTokens },
    validationOptions: { maxErrors: 20 },
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    formatError,
    // The default cache-control plugin wraps every field (facts/graphql.md §4); Apollo's page would take the place of a
    // browser's answers, and http/ has one of its own.
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      noLivePlugin(),
      limitsPlugin(),
      errorsPlugin(),
    ],
  })
}
