import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import type { Config } from '../../config/config.js'
import { type MeasuredDocument, type MeasuredQuery, measureQuery } from './measure-query.js'

/** Apollo keeps parsed documents, so that most come again. */
const known = new WeakMap<OperationDefinitionNode, MeasuredQuery>()

/** Throws LIMIT_EXCEEDED for a validated operation that is too deep, too wide or too costly. */
export function checkLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  { operation, variables }: Omit<MeasuredDocument, 'fragments'>,
  limits: Config['limits'],
): void {
  const measure =
    known.get(operation) ??
    measureQuery(schema, { operation, variables, fragments: fragmentsOf(document) }, limits.maxPageSize)
  if (!measure.readsVariables) known.set(operation, measure)
  check('levels', measure.depth, limits.maxQueryDepth)
  check('aliases', measure.aliases, limits.maxQueryAliases)
  check('fields at these page sizes', measure.cost, limits.maxQueryCost)
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
