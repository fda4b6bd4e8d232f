import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApolloServer } from '@apollo/server'
import { expressMiddleware } from '@as-integrations/express5'
import express from 'express'
import fastify from 'fastify'
import mercurius from 'mercurius'
import type { RequestContext } from '../../src/context.js'
import type { Gateway } from '../../src/gateway.js'
import type * as Schema from '../../src/graphql/schema.js'
import { built } from './built.js'
import { createYogaListener } from './yoga.mjs'

/** Servers by name that answer from one application, each with the gateway's schema. */
export interface Peers extends AsyncDisposable {
  urls: Record<string, string>
}

export async function startPeers(gateway: Gateway): Promise<Peers> {
  const { app } = gateway
  const { createSchema } = await built<typeof Schema>('graphql/schema')
  // Apollo's default plugins change the resolvers of the schema that it is given: so each server has its own.
  const schema = () => createSchema(app.config.deso.network)
  const context = (): RequestContext => {
    const { signal } = new AbortController()
    const loaders = app.createLoaders(signal)
    return {
      get app() {
        return app
      },
      // Mercurius would put its own there.
      set app(_) {},
      viewer: null,
      signal,
      requestId: '',
      loaders,
    }
  }

  const apollo = new ApolloServer<RequestContext>({ schema: schema() })
  await apollo.start()
  const onExpress = express()
  onExpress.use('/graphql', express.json(), expressMiddleware(apollo, { context: async () => context() }))
  const apolloServer = await listen(onExpress)

  const yogaServer = await listen(createYogaListener({ schema: schema(), context }))

  const onFastify = fastify()
  await onFastify.register(mercurius, { schema: schema(), context, path: '/graphql' })
  const mercuriusUrl = await onFastify.listen({ port: 0, host: '127.0.0.1' })

  return {
    urls: {
      gateway: `${gateway.url}/graphql`,
      'Apollo on Express, defaults': urlOf(apolloServer),
      'graphql-yoga': urlOf(yogaServer),
      mercurius: `${mercuriusUrl}/graphql`,
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([close(apolloServer), close(yogaServer), onFastify.close()])
      await apollo.stop()
    },
  }
}

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
