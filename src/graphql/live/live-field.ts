import { type GraphQLFieldConfig, GraphQLObjectType, GraphQLSchema } from 'graphql'
import { Extensions, Query } from 'type-graphql'
import type { LiveEvent, WatchContext } from '../../live/watch.js'

/** Where the events of a field come from. */
type Source = (
  ctx: WatchContext,
  /** Coerced by the schema; each source states them as a type of its own. */
  args: never,
) => Promise<AsyncGenerator<LiveEvent<unknown>, void>> | AsyncGenerator<LiveEvent<unknown>, void>

type Fields = Record<string, GraphQLFieldConfig<unknown, unknown>>

const SOURCE = 'live.source'
/** A field of Live may have the name of a query. */
const PREFIX = 'live_'

/**
 * A field of the root type Live. type-graphql has one name only for that root, and `Subscription` is a fan's here: so
 * the field is declared as a query, and lifted.
 */
export function LiveField(
  returns: Parameters<typeof Query>[0],
  { source, description }: { source: Source; description: string },
): MethodDecorator {
  return (prototype, key, descriptor) => {
    const name = String(key)
    Query(returns, { name: `${PREFIX}${name}`, description })(prototype, key, descriptor)
    Extensions({ [SOURCE]: source })(prototype, name, descriptor)
  }
}

/** The schema with its events in a root type of their own. */
export function liftEvents(schema: GraphQLSchema, name: string, description: string): GraphQLSchema {
  const config = schema.toConfig()
  const query = config.query?.toConfig()
  if (!query) throw new TypeError('liftEvents: a schema without queries')
  const queries: Fields = {}
  const events: Fields = {}
  for (const [key, field] of Object.entries(query.fields)) {
    const { [SOURCE]: source, ...extensions } = field.extensions ?? {}
    if (source)
      events[key.slice(PREFIX.length)] = { ...field, extensions, subscribe: subscribeBy(source as Source) }
    else queries[key] = field
  }
  return new GraphQLSchema({
    ...config,
    query: new GraphQLObjectType({ ...query, fields: queries }),
    subscription: new GraphQLObjectType({ name, description, fields: events }),
    types: config.types.filter((type) => type !== config.query),
  })
}

function subscribeBy(source: Source) {
  return (_root: unknown, args: unknown, context: unknown) => source(context as WatchContext, args as never)
}
