import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import type { Config } from '../../config/config.js'
import { checkLimits } from '../limits/check-limits.js'

/** As a client sends it; nothing of it is checked. */
export interface LiveRequest {
  query?: unknown
  operationName?: unknown
  variables?: unknown
}

/** A live operation that passed every check. */
export interface LiveOperation {
  /** Of Live. */
  field: string
  schema: GraphQLSchema
  document: DocumentNode
  operationName: string | undefined
  variables: Record<string, unknown>
}

const MAX_ERRORS = 20

/**
 * Parses, validates and limits an operation as Apollo Server does for HTTP, and lets nothing pass but live ones. Answers
 * why it is refused, otherwise.
 */
export function prepareLive(
  schema: GraphQLSchema,
  limits: Config['limits'],
  request: LiveRequest,
): LiveOperation | readonly GraphQLError[] {
  try {
    const { document, operation, operationName } = read(request, limits)
    const faults = validate(schema, document, specifiedRules, { maxErrors: MAX_ERRORS })
    if (faults.length > 0) return faults.map((fault) => withCode(fault, 'GRAPHQL_VALIDATION_FAILED'))
    const variables = readVariables(request.variables)
    checkLimits(schema, document, { operation, variables }, limits)
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
    if (errors) return errors.slice(0, MAX_ERRORS).map((error) => withCode(error, 'BAD_USER_INPUT'))
    return { field: fieldOf(operation), schema, document, operationName, variables }
  } catch (error) {
    if (error instanceof GraphQLError) return [error]
    throw error
  }
}

function read({ query, operationName }: LiveRequest, { maxQueryTokens }: Config['limits']) {
  if (typeof query !== 'string') throw badRequest('query: send the document as text.')
  if (operationName != null && typeof operationName !== 'string')
    throw badRequest('operationName: send text.')
  const document = parseDocument(query, maxQueryTokens)
  const operation = getOperationAST(document, operationName)
  if (!operation)
    throw badRequest('The document has no operation of that name, or several and none is named.')
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    throw badRequest('Only live operations (subscription) go this way: send queries and mutations by POST.')
  }
  return { document, operation, operationName: operationName ?? undefined }
}

function parseDocument(query: string, maxTokens: number): DocumentNode {
  try {
    return parse(query, { maxTokens })
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, 'GRAPHQL_PARSE_FAILED') : error
  }
}

function readVariables(variables: unknown): Record<string, unknown> {
  if (variables === undefined || variables === null) return {}
  if (typeof variables === 'object' && !Array.isArray(variables)) return variables as Record<string, unknown>
  throw badRequest('variables: send an object.')
}

/** The one field that a valid live operation has, below fragments perhaps; for the metrics. */
function fieldOf({ selectionSet }: OperationDefinitionNode): string {
  const [selection] = selectionSet.selections
  return selection?.kind === 'Field' ? selection.name.value : 'fragment'
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { nodes, source, positions, path, originalError } = error
  return new GraphQLError(error.message, {
    ...(nodes && { nodes }),
    ...(source && { source }),
    ...(positions && { positions }),
    ...(path && { path }),
    ...(originalError && { originalError }),
    extensions: { code, ...error.extensions },
  })
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
}
