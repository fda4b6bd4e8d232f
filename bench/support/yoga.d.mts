import type { RequestListener } from 'node:http'
import type { GraphQLSchema } from 'graphql'

export function createYogaListener(options: { schema: GraphQLSchema; context: () => object }): RequestListener
